// SPDX-License-Identifier: GPL-2.0-only
#include "arguments.h"
#include "command.h"
#include "stat.h"

const char stat_usage[] =
"Usage: kvmlat stat [OPTION]... [[--] COMMAND [ARG]...]\n"
"\n"
"Show where the time of vCPUs goes and what exits cost, per VM, every second; or,\n"
"with COMMAND, what happened while COMMAND ran.\n"
"\n"
"      --states        time in each state instead of exits\n"
"      --halt          halts, polls and sleeps\n"
"      --lateness      wakeups, waits for a CPU, preemptions, visits to the VMM\n"
"      --detail        exits by port, page, MSR, hypercall or CPUID leaf\n"
"  -a, --all           all VMs in one\n"
"  -k, --key KEY       sort by count (default), own, time, mean, max, p99, reason\n"
"      --all-reasons   rows in which nothing happened, too\n"
"  -z, --skip-zero-records\n"
"                      leave out VMs in which nothing happened, and intervals of\n"
"                      only these\n"
"  -o, --output FILE   write to FILE\n"
READ_USAGE
VIEW_USAGE
"\n"
"Examples:\n"
"  kvmlat stat -g web -i 2 -k time  what costs web most, every 2 seconds\n"
"  kvmlat stat --lateness -d 10     what keeps vCPUs waiting, for 10 seconds\n"
"  kvmlat stat -a -- sleep 5        what happens on the host meanwhile\n";

enum {
	OPT_ALL_REASONS = OPT_VIEW_OWN,
	OPT_VIEW,
};

static const struct option long_options[] = {
	{ "states", no_argument, NULL, OPT_VIEW + VIEW_STATES },
	{ "halt", no_argument, NULL, OPT_VIEW + VIEW_HALT },
	{ "lateness", no_argument, NULL, OPT_VIEW + VIEW_LATENESS },
	{ "detail", no_argument, NULL, OPT_VIEW + VIEW_DETAIL },
	{ "all", no_argument, NULL, 'a' },
	{ "key", required_argument, NULL, 'k' },
	{ "all-reasons", no_argument, NULL, OPT_ALL_REASONS },
	{ "skip-zero-records", no_argument, NULL, 'z' },
	{ "output", required_argument, NULL, 'o' },
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

	while ((c = next_view_option(argc, argv, "ak:zo:", long_options, &s->asked)) != -1) {
		bool ok = true;

		switch (c) {
		case 'a':
			s->all = true;
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
		case OPT_VIEW + VIEW_STATES:
		case OPT_VIEW + VIEW_HALT:
		case OPT_VIEW + VIEW_LATENESS:
		case OPT_VIEW + VIEW_DETAIL:
			ok = pick_view(s, c - OPT_VIEW, why, sizeof(why));
			break;
		default:
			return EXIT_USAGE;
		}
		if (!ok)
			return complain(EXIT_USAGE, "stat: %s", why);
	}
	if (optind < argc)
		s->command = argv + optind;
	return EXIT_OK;
}

static int check_options(const struct stat *s, char **argv)
{
	if (s->all_reasons && s->skip_empty)
		return complain(EXIT_USAGE, "stat: --all-reasons does not go with --skip-zero-records");
	if (!view_options_agree(argv[0], &s->asked))
		return EXIT_USAGE;
	if (s->command && (s->asked.once || s->asked.duration))
		return complain(EXIT_USAGE, "stat: \"%s\" says how long to measure: --once and --duration do not go with a command",
				s->command[0]);
	if (s->command && s->asked.span.file)
		return complain(EXIT_USAGE, "stat: --read shows what was recorded: \"%s\" cannot be run in it",
				s->command[0]);
	if (s->has_key && s->view != VIEW_EXITS && s->view != VIEW_DETAIL)
		return complain(EXIT_USAGE, "stat: --key does not go with %s, whose rows have an order",
				views[s->view]);
	if ((s->key == SORT_P99 || s->key == SORT_OWN) && s->view == VIEW_DETAIL)
		return complain(EXIT_USAGE, "stat: sort key \"%s\" does not go with --detail, which does not know it",
				s->key == SORT_P99 ? "p99" : "own");
	if (s->all && (s->asked.per_vcpu || s->asked.sel.vcpus))
		return complain(EXIT_USAGE, "stat: --all does not go with --per-vcpu or --vcpu");
	return EXIT_OK;
}

int stat_options(struct stat *s, int argc, char **argv)
{
	int ret = parse_options(s, argc, argv);

	return ret ? ret : check_options(s, argv);
}
