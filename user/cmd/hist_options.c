// SPDX-License-Identifier: GPL-2.0-only
#include "arguments.h"
#include "command.h"
#include "hist.h"

const char hist_usage[] =
"Usage: kvmlat hist [OPTION]...\n"
"\n"
"Show how long exits took, or halts, waits and visits to the VMM, as histograms,\n"
"per VM, since the start of the accounts, or live.\n"
"\n"
"      --reason NAME   exits of this reason, by the name that stat shows\n"
"      --kind KIND     exit (all exits, the default), halt, poll, poll-hit,\n"
"                      poll-miss, sleep, wake, runq, preempt, timer, user or\n"
"                      user:REASON\n"
"      --each          a histogram of each reason of the kind, not one of all\n"
"  -a, --all           all VMs in one\n"
"      --full          all buckets, 8 an octave, not octaves\n"
"  -u, --unit UNIT     ns, us (default), ms or s, with tables and --hdr\n"
"  -o, --output FILE   write to FILE\n"
READ_USAGE
VIEW_USAGE
"      --hdr           HdrHistogram's percentile distribution, of one histogram\n"
"\n"
"Examples:\n"
"  kvmlat hist --kind wake -d 10    how late guests run after a halt\n"
"  kvmlat hist --reason hlt -g web  how long its HLTs took, since the start\n";

enum {
	OPT_REASON = OPT_VIEW_OWN,
	OPT_KIND,
	OPT_EACH,
	OPT_FULL,
	OPT_HDR,
};

static const struct option long_options[] = {
	{ "reason", required_argument, NULL, OPT_REASON },
	{ "kind", required_argument, NULL, OPT_KIND },
	{ "each", no_argument, NULL, OPT_EACH },
	{ "all", no_argument, NULL, 'a' },
	{ "full", no_argument, NULL, OPT_FULL },
	{ "unit", required_argument, NULL, 'u' },
	{ "output", required_argument, NULL, 'o' },
	{ "hdr", no_argument, NULL, OPT_HDR },
	{ 0 }
};

/* Of --reason and --kind there can be only one, and the last would hide a mistake. */
static bool parse_pick(struct hist *h, bool is_reason, char *why, size_t size)
{
	bool each = h->wish.pick.each;
	bool ok;

	if (h->picked) {
		snprintf(why, size, "\"%.64s\" and \"%.64s\" are two histograms: ask for one, or for --each",
			 h->picked, optarg);
		return false;
	}
	h->picked = optarg;
	if (is_reason)
		ok = pick_reason(&h->wish.pick, optarg, why, size);
	else
		ok = pick_kind(&h->wish.pick, optarg, why, size);
	h->wish.pick.each = each;
	return ok;
}

static bool parse_option(struct hist *h, int c, char *why, size_t size)
{
	switch (c) {
	case OPT_REASON:
	case OPT_KIND:
		return parse_pick(h, c == OPT_REASON, why, size);
	case OPT_EACH:
		h->wish.pick.each = true;
		break;
	case 'a':
		h->all = true;
		break;
	case OPT_FULL:
		h->wish.full = true;
		break;
	case 'u':
		return parse_unit(optarg, &h->wish.unit, why, size);
	case 'o':
		h->file = optarg;
		break;
	case OPT_HDR:
		h->hdr = true;
		break;
	}
	return true;
}

int hist_options(struct hist *h, int argc, char **argv)
{
	char why[256];
	int c;

	while ((c = next_view_option(argc, argv, "au:o:", long_options, &h->asked)) != -1) {
		if (c == '?')
			return EXIT_USAGE;
		if (!parse_option(h, c, why, sizeof(why)))
			return complain(EXIT_USAGE, "hist: %s", why);
	}
	if (!no_arguments(argc, argv))
		return EXIT_USAGE;
	if (!view_options_agree("hist", &h->asked))
		return EXIT_USAGE;
	if (h->hdr && h->asked.output != OUTPUT_TABLE)
		return complain(EXIT_USAGE, "hist: --hdr is a format of its own: --json and --csv do not go with it");
	if (h->hdr && h->asked.interval)
		return complain(EXIT_USAGE, "hist: --hdr is one distribution: --interval does not go with it");
	if (h->all && (h->asked.per_vcpu || h->asked.sel.vcpus))
		return complain(EXIT_USAGE, "hist: --all does not go with --per-vcpu or --vcpu");
	return EXIT_OK;
}
