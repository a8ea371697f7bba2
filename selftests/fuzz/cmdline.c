// SPDX-License-Identifier: GPL-2.0-only
/* What processes say of themselves: command lines of VMMs, and /proc/PID/stat. */
#include "fuzz.h"
#include "lib/internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = string(data, size), *again, name[40];
	uint32_t threads;
	uint64_t ticks;

	if (kvmlat_guest_name(text, size, name, sizeof(name))) {
		MUST(*name && strlen(name) < sizeof(name));
		again = strdup(name);
		kvmlat_printable(again);
		MUST(!strcmp(again, name));
		free(again);
	}
	kvmlat_parse_stat(text, &threads, &ticks);
	free(text);
	return 0;
}
