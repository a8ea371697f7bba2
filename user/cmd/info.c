// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>
#include <sys/utsname.h>

#include "arguments.h"
#include "command.h"
#include "base/load.h"
#include "show/info.h"

static const char usage[] =
"Usage: kvmlat info [--json | --csv]\n"
"\n"
"Show versions, the vendor and the clock, which probes are attached, which knobs\n"
"can be tuned and why others cannot, and what the accounts cost in memory.\n"
"\n"
"  --json  one JSON object\n"
"  --csv   name,value pairs\n"
"\n"
"Examples:\n"
"  kvmlat info         what is attached and what can be tuned, or why not\n"
"  kvmlat info --json  the same for a program\n";

static int run(int argc, char **argv)
{
	struct info_view view = { .command = KVMLAT_VERSION };
	struct kvmlat_error err = { 0 };
	struct kvmlat_knobs knobs;
	struct kvmlat_info info;
	struct utsname uts;
	enum output output;
	struct kvmlat *k;
	int ret;

	ret = output_options(argc, argv, &output);
	if (ret)
		return ret;
	if (load_and_open(&k, &err))
		return complain_kvmlat(&err);
	ret = kvmlat_get_info(k, &info, &err);
	if (!ret && kvmlat_get_knobs(k, NULL, &knobs, &err)) {
		kvmlat_info_free(&info);
		ret = -1;
	}
	tell_unknown(k);
	kvmlat_close(k);
	if (ret)
		return complain_kvmlat(&err);

	uname(&uts);
	snprintf(view.kernel, sizeof(view.kernel), "%s", uts.release);
	view.module = &info;
	view.knobs = &knobs;
	show_info(stdout, output, &view);
	kvmlat_knobs_free(&knobs);
	kvmlat_info_free(&info);
	return EXIT_OK;
}

COMMAND(info, run, "show the module, its probes, its clock and its memory", usage);
