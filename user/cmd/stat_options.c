// SPDX-License-Identifier: GPL-2.0-only
#include "arguments.h"
#include "command.h"
#include "stat.h"

const char stat_usage[] =
"Usage: kvmlat stat [OPTION]... [[--] COMMAND [ARG]...]\n"
"\n"
"Show where the time of vCPUs goes and what exits cost, per VM, every second; or, with\n"
"COMMAND, what happened while COMMAND ran.\n"
"\n"
"      --states        time in each state instead of exits\n"
"      --halt          halts, polls and sleeps\n"
"      --lateness      wake-ups, waits for a CPU, preemptions and visits to the VMM\n"
"      --detail        exits by port, page, MSR, hypercall or CPUID leaf\n"
"  -1, --once          once, since the start of the accounts\n"
"  -i, --interval SEC  show every SEC seconds (1); 100ms, 2m and 1h are times, too\n"
"  -d, --duration SEC  end after SEC seconds, with a table of them all\n"
"  -a, --all           all VMs in one\n"
"      --per-vcpu      each vCPU on its own\n"
"      --vcpu LIST     only these vCPUs, as 0-3,7, each on its own\n"
"  -p, --pid PID       only the VMs of this process\n"
"  -g, --guest NAME    only VMs of this guest name, or like \"web*\"; may be repeated\n"
"      --vm ID         only the VM of this id, which list shows\n"
"  -k, --key KEY       sort by count (default), own, time, mean, max, p99 or reason\n"
"      --all-reasons   rows in which nothing happened, too\n"
"  -z, --skip-zero-records\n"
"                      leave out VMs in which nothing happened, and intervals of only these\n"
"  -o, --output FILE   write to FILE\n"
"      --json          one JSON object a line\n"
"      --csv           comma separated, with one header\n"
"\n"
"Examples:\n"
"  kvmlat stat -g web -i 2 -k time  what costs the guest web most, every 2 seconds\n"
"  kvmlat stat --lateness -d 10     what keeps vCPUs waiting, for 10 seconds\n"
"  kvmlat stat -a -- sleep 5        what happens on the host meanwhile\n";

enum {
	OPT_PER_VCPU = OPT_OWN,
	OPT_JSON,
	OPT_CSV,
	OPT_ALL_REASONS,
	OPT_VIEW,
};

static const struct option long_options[] = {
	{ "states", no_argument, NULL, OPT_VIEW + VIEW_STATES },
	{ "halt", no_argument, NULL, OPT_VIEW + VIEW_HALT },
	{ "lateness", no_argument, NULL, OPT_VIEW + VIEW_LATENESS },
	{ "detail", no_argument, NULL, OPT_VIEW + VIEW_DETAIL },
	{ "once", no_argument, NULL, '1' },
	{ "interval", required_argument, NULL, 'i' },
	{ "duration", required_argument, NULL, 'd' },
	{ "all", no_argument, NULL, 'a' },
	{ "per-vcpu", no_argument, NULL, OPT_PER_VCPU },
	{ "vcpu", required_argument, NULL, OPT_VCPU },
	{ "pid", required_argument, NULL, 'p' },
	{ "vm", required_argument, NULL, OPT_VM },
	{ "guest", required_argument, NULL, 'g' },
	{ "key", required_argument, NULL, 'k' },
	{ "all-reasons", no_argument, NULL, OPT_ALL_REASONS },
	{ "skip-zero-records", no_argument, NULL, 'z' },
	{ "output", required_argument, NULL, 'o' },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "csv", no_argument, NULL, OPT_CSV },
	{ 0 }
};

static const char * const views[NR_VIEWS] = {
	[VIEW_STATES]	= "--states",
	[VIEW_HALT]	= "--halt",
	[VIEW_LATENESS]	= "--lateness",
	[VIEW_DETAIL]	= "--detail",
};

static bool pick_view(struct stat *s, enum view want, char *why, size_t size)
{
	if (s->view != VIEW_EXITS && s->view != want) {
		snprintf(why, size, "%s does not go with %s: each is a table of its own",
			 views[want], views[s->view]);
		return false;
	}
	s->view = want;
	s->filter.details = want == VIEW_DETAIL;
	s->filter.histograms = want != VIEW_STATES && want != VIEW_DETAIL;
	return true;
}

static int parse_options(struct stat *s, int argc, char **argv)
{
	char why[256];
	int c;

	while ((c = next_option(argc, argv, "+:1i:d:ap:g:k:zo:", long_options)) != -1) {
		bool ok = true;

		switch (c) {
		case '1':
			s->once = true;
			break;
		case 'i':
			ok = parse_seconds("interval", optarg, &s->interval, why, sizeof(why));
			break;
		case 'd':
			ok = parse_seconds("duration", optarg, &s->duration, why, sizeof(why));
			break;
		case 'a':
			s->all = true;
			break;
		case OPT_PER_VCPU:
			s->per_vcpu = true;
			break;
		case 'k':
			ok = parse_key(optarg, &s->key, why, sizeof(why));
			s->has_key = true;
			break;
		case 'z':
			s->skip_empty = true;
			break;
		case OPT_ALL_REASONS:
			s->all_reasons = true;
			break;
		case 'o':
			s->file = optarg;
			break;
		case OPT_JSON:
			s->output = OUTPUT_JSON;
			break;
		case OPT_CSV:
			s->output = OUTPUT_CSV;
			break;
		case OPT_VIEW + VIEW_STATES:
		case OPT_VIEW + VIEW_HALT:
		case OPT_VIEW + VIEW_LATENESS:
		case OPT_VIEW + VIEW_DETAIL:
			ok = pick_view(s, c - OPT_VIEW, why, sizeof(why));
			break;
		case '?':
			return EXIT_USAGE;
		default:
			ok = parse_selection(c, optarg, &s->sel, why, sizeof(why));
		}
		if (!ok)
			return complain(EXIT_USAGE, "stat: %s", why);
	}
	if (optind < argc)
		s->command = argv + optind;
	return EXIT_OK;
}

static int check_options(const struct stat *s)
{
	if (s->all_reasons && s->skip_empty)
		return complain(EXIT_USAGE, "stat: --all-reasons does not go with --skip-zero-records");
	if (s->once && (s->interval || s->duration))
		return complain(EXIT_USAGE, "stat: --once shows one table: --interval and --duration do not go with it");
	if (s->command && (s->once || s->duration))
		return complain(EXIT_USAGE, "stat: \"%s\" says how long to measure: --once and --duration do not go with a command",
				s->command[0]);
	if (s->has_key && s->view != VIEW_EXITS && s->view != VIEW_DETAIL)
		return complain(EXIT_USAGE, "stat: --key does not go with %s, whose rows have an order",
				views[s->view]);
	if ((s->key == SORT_P99 || s->key == SORT_OWN) && s->view == VIEW_DETAIL)
		return complain(EXIT_USAGE, "stat: sort key \"%s\" does not go with --detail, which does not know it",
				s->key == SORT_P99 ? "p99" : "own");
	if (s->all && (s->per_vcpu || s->sel.vcpus))
		return complain(EXIT_USAGE, "stat: --all does not go with --per-vcpu or --vcpu");
	return EXIT_OK;
}

int stat_options(struct stat *s, int argc, char **argv)
{
	int ret = parse_options(s, argc, argv);

	return ret ? ret : check_options(s);
}
