// SPDX-License-Identifier: GPL-2.0-only
#include "arguments.h"
#include "base/clock.h"
#include "command.h"
#include "record.h"
#include "threshold.h"

const char record_usage[] =
"Usage: kvmlat record [OPTION]... [[--] COMMAND [ARG]...]\n"
"\n"
"Keep accounts, outliers and changes of knobs in a file, interval by interval,\n"
"until it is ended or, with COMMAND, while COMMAND runs. \"kvmlat report\" tells\n"
"what is in the file, and stat, hist and watch show it with -r.\n"
"\n"
"  -o, --output FILE     write to FILE (kvmlat.rec); what is there becomes FILE.1\n"
"  -i, --interval SEC    keep what happened in each SEC seconds (1), or 100ms, 1m\n"
"  -d, --duration SEC    end after SEC seconds\n"
"  -T, --threshold TIME  what takes longer is an outlier (50us)\n"
"      --kind KIND,...   of what, as watch has it: gap (the default), exit, user,\n"
"                        runq, wake, all\n"
"      --max-size SIZE   begin another file before FILE is longer than SIZE (1G)\n"
"      --max-files COUNT keep so many files, FILE and those before it (7)\n"
"      --vcpu LIST       only these vCPUs, as 0-3,7\n"
"  -p, --pid PID         only the VMs of this process\n"
"  -g, --guest NAME      only VMs of this guest name, or like \"web*\"; repeatable\n"
"      --vm ID           only the VM of this id, which list shows\n"
"\n"
"Examples:\n"
"  kvmlat record -d 10m -g web         ten minutes of the guest web\n"
"  kvmlat record -o db.rec -- ./bench  what happens while ./bench runs\n";

enum {
	OPT_KIND = OPT_OWN,
	OPT_MAX_SIZE,
	OPT_MAX_FILES,
};

static const struct option long_options[] = {
	{ "output", required_argument, NULL, 'o' },
	{ "interval", required_argument, NULL, 'i' },
	{ "duration", required_argument, NULL, 'd' },
	{ "threshold", required_argument, NULL, 'T' },
	{ "kind", required_argument, NULL, OPT_KIND },
	{ "max-size", required_argument, NULL, OPT_MAX_SIZE },
	{ "max-files", required_argument, NULL, OPT_MAX_FILES },
	{ "vcpu", required_argument, NULL, OPT_VCPU },
	{ "pid", required_argument, NULL, 'p' },
	{ "guest", required_argument, NULL, 'g' },
	{ "vm", required_argument, NULL, OPT_VM },
	{ 0 }
};

static bool parse_option(struct recorder *r, int c, char *why, size_t size)
{
	switch (c) {
	case 'o':
		r->writer.file.path = optarg;
		return true;
	case 'i':
		return parse_seconds("interval", optarg, &r->interval, why, size);
	case 'd':
		return parse_seconds("duration", optarg, &r->duration, why, size);
	case 'T':
		return parse_threshold(optarg, &r->threshold, why, size);
	case OPT_KIND:
		return parse_kinds(optarg, &r->kinds, why, size);
	case OPT_MAX_SIZE:
		return parse_bytes("max-size", optarg, &r->writer.max_size, why, size);
	case OPT_MAX_FILES:
		return parse_u32("max-files", optarg, 1, &r->writer.file.max_files, why, size);
	default:
		return parse_selection(c, optarg, &r->sel, why, size);
	}
}

int record_options(struct recorder *r, int argc, char **argv)
{
	char why[256];
	int c;

	r->interval = NSEC_PER_SEC;
	r->threshold = THRESHOLD_NS;
	r->kinds = 1U << KVMLAT_OUTLIER_KIND_GAP;
	r->writer.max_size = 1ULL << 30;
	r->writer.file.max_files = 7;
	r->writer.file.path = "kvmlat.rec";
	while ((c = next_option(argc, argv, "+:o:i:d:T:p:g:", long_options)) != -1) {
		if (c == '?')
			return EXIT_USAGE;
		if (!parse_option(r, c, why, sizeof(why)))
			return complain(EXIT_USAGE, "record: %s", why);
	}
	if (optind < argc)
		r->command = argv + optind;
	if (r->command && r->duration)
		return complain(EXIT_USAGE, "record: \"%s\" says how long to record: --duration does not go with a command",
				r->command[0]);
	return EXIT_OK;
}
