// SPDX-License-Identifier: GPL-2.0-only
/* The file that set --persist edits: what is not ours stays, and editing twice is once. */
#include "fuzz.h"
#include "tune/modprobe.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct module_option options[] = {
		{ .module = "kvm", .name = "halt_poll_ns", .value = 5 },
		{ .module = "kvm_amd", .name = "ple-gap", .value = 7 },
	};
	char *text = string(data, size), *once, *twice;

	once = modprobe_edit(text, options, 2);
	MUST(once);
	twice = modprobe_edit(once, options, 2);
	MUST(twice && !strcmp(once, twice));
	free(text);
	free(once);
	free(twice);
	return 0;
}
