// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "arguments.h"
#include "command.h"
#include "threshold.h"
#include "watch.h"

const char watch_usage[] =
"Usage: kvmlat watch [OPTION]...\n"
"\n"
"Tell of each time that a guest was kept longer than a threshold, as it happens:\n"
"how long, and by what; at the end, which causes cost most. Status 2 if there was\n"
"any.\n"
"\n"
"  -T, --threshold TIME  what takes longer is told of (50us)\n"
"      --kind KIND,...   of what: gap (between leaving the guest and entering it\n"
"                        again, without sleep; the default), exit (KVM's part of\n"
"                        that), user (a visit to the VMM), runq (a wait for a\n"
"                        CPU), wake (from a wakeup to the guest), all\n"
"  -d, --duration SEC    end after SEC seconds; 100ms, 2m and 1h are times, too\n"
"  -n, --count COUNT     end after so many\n"
"      --vcpu LIST       only these vCPUs, as 0-3,7\n"
"  -p, --pid PID         only the VMs of this process\n"
"  -g, --guest NAME      only VMs of this guest name, or like \"web*\"; repeatable\n"
"      --vm ID           only the VM of this id, which list shows\n"
"  -r, --read FILE       what \"kvmlat record\" kept in FILE\n"
"      --since TIME      of that, from TIME on: 10:00, 10:00:30,\n"
"                        \"2026-01-31 10:00\", or +5m after its begin\n"
"      --until TIME      and up to TIME\n"
"      --json            one JSON object a line\n"
"\n"
"Examples:\n"
"  kvmlat watch -g web                  what makes web late by more than 50us\n"
"  kvmlat watch -T 1ms --kind all -n 1  the first of a millisecond, of any kind\n";

enum {
	OPT_KIND = OPT_OWN,
	OPT_SINCE,
	OPT_UNTIL,
};

static const struct option long_options[] = {
	{ "threshold", required_argument, NULL, 'T' },
	{ "kind", required_argument, NULL, OPT_KIND },
	{ "duration", required_argument, NULL, 'd' },
	{ "count", required_argument, NULL, 'n' },
	{ "vcpu", required_argument, NULL, OPT_VCPU },
	{ "pid", required_argument, NULL, 'p' },
	{ "guest", required_argument, NULL, 'g' },
	{ "vm", required_argument, NULL, OPT_VM },
	{ "read", required_argument, NULL, 'r' },
	{ "since", required_argument, NULL, OPT_SINCE },
	{ "until", required_argument, NULL, OPT_UNTIL },
	{ "json", no_argument, NULL, OPT_JSON },
	{ 0 }
};

static bool parse_option(struct watch *w, int c, char *why, size_t size)
{
	switch (c) {
	case 'T':
		return parse_threshold(optarg, &w->threshold, why, size);
	case OPT_KIND:
		return parse_kinds(optarg, &w->kinds, why, size);
	case 'd':
		return parse_seconds("duration", optarg, &w->duration, why, size);
	case 'n':
		return parse_u32("count", optarg, 1, &w->count, why, size);
	case 'r':
		w->span.file = optarg;
		return true;
	case OPT_SINCE:
		return parse_time("since", optarg, &w->span.since, why, size);
	case OPT_UNTIL:
		return parse_time("until", optarg, &w->span.until, why, size);
	case OPT_JSON:
		w->output = OUTPUT_JSON;
		return true;
	default:
		return parse_selection(c, optarg, &w->sel, why, size);
	}
}

int watch_options(struct watch *w, int argc, char **argv)
{
	char why[256];
	int c;

	w->threshold = THRESHOLD_NS;
	w->kinds = 1U << KVMLAT_OUTLIER_KIND_GAP;
	while ((c = next_option(argc, argv, "+:T:d:n:p:g:r:", long_options)) != -1) {
		if (c == '?')
			return EXIT_USAGE;
		if (!parse_option(w, c, why, sizeof(why)))
			return complain(EXIT_USAGE, "watch: %s", why);
	}
	return no_arguments(argc, argv) && span_agrees("watch", &w->span) ? EXIT_OK : EXIT_USAGE;
}
