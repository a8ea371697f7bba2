// SPDX-License-Identifier: GPL-2.0-only
#include "arguments.h"
#include "command.h"
#include "hist.h"

const char hist_usage[] =
"Usage: kvmlat hist [OPTION]...\n"
"\n"
"Show how long exits took, or halts, waits and visits to the VMM, as histograms, per VM,\n"
"since the start of the accounts, or live.\n"
"\n"
"      --reason NAME   exits of this reason, by the name that stat shows\n"
"      --kind KIND     exit (all exits, the default), halt, poll, poll-hit, poll-miss, sleep,\n"
"                      wake, runq, preempt, user or user:REASON\n"
"      --each          a histogram of each reason of the kind, not one of all\n"
"  -1, --once          once, since the start of the accounts (default)\n"
"  -i, --interval SEC  show every SEC seconds; 100ms, 2m and 1h are times, too\n"
"  -d, --duration SEC  end after SEC seconds, with histograms of them all\n"
"  -a, --all           all VMs in one\n"
"      --per-vcpu      each vCPU on its own\n"
"      --vcpu LIST     only these vCPUs, as 0-3,7, each on its own\n"
"  -p, --pid PID       only the VMs of this process\n"
"  -g, --guest NAME    only VMs of this guest name, or like \"web*\"; may be repeated\n"
"      --vm ID         only the VM of this id, which list shows\n"
"      --full          all buckets, 8 an octave, not octaves\n"
"  -u, --unit UNIT     ns, us (default), ms or s, with tables and --hdr\n"
"  -o, --output FILE   write to FILE\n"
"      --json          one JSON object\n"
"      --csv           comma separated, with one header\n"
"      --hdr           HdrHistogram's percentile distribution, of one histogram\n"
"\n"
"Examples:\n"
"  kvmlat hist --kind wake -d 10    how late guests run after a halt\n"
"  kvmlat hist --reason hlt -g web  how long its HLTs took, since the start\n";

enum {
	OPT_REASON = OPT_OWN,
	OPT_KIND,
	OPT_EACH,
	OPT_PER_VCPU,
	OPT_FULL,
	OPT_JSON,
	OPT_CSV,
	OPT_HDR,
};

static const struct option long_options[] = {
	{ "reason", required_argument, NULL, OPT_REASON },
	{ "kind", required_argument, NULL, OPT_KIND },
	{ "each", no_argument, NULL, OPT_EACH },
	{ "once", no_argument, NULL, '1' },
	{ "interval", required_argument, NULL, 'i' },
	{ "duration", required_argument, NULL, 'd' },
	{ "all", no_argument, NULL, 'a' },
	{ "per-vcpu", no_argument, NULL, OPT_PER_VCPU },
	{ "vcpu", required_argument, NULL, OPT_VCPU },
	{ "pid", required_argument, NULL, 'p' },
	{ "guest", required_argument, NULL, 'g' },
	{ "vm", required_argument, NULL, OPT_VM },
	{ "full", no_argument, NULL, OPT_FULL },
	{ "unit", required_argument, NULL, 'u' },
	{ "output", required_argument, NULL, 'o' },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "csv", no_argument, NULL, OPT_CSV },
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
	case '1':
		h->once = true;
		break;
	case 'i':
		return parse_seconds("interval", optarg, &h->interval, why, size);
	case 'd':
		return parse_seconds("duration", optarg, &h->duration, why, size);
	case 'a':
		h->all = true;
		break;
	case OPT_PER_VCPU:
		h->per_vcpu = true;
		break;
	case OPT_FULL:
		h->wish.full = true;
		break;
	case 'u':
		return parse_unit(optarg, &h->wish.unit, why, size);
	case 'o':
		h->file = optarg;
		break;
	case OPT_JSON:
		h->hdr = false;
		h->output = OUTPUT_JSON;
		break;
	case OPT_CSV:
		h->hdr = false;
		h->output = OUTPUT_CSV;
		break;
	case OPT_HDR:
		h->hdr = true;
		break;
	default:
		return parse_selection(c, optarg, &h->sel, why, size);
	}
	return true;
}

int hist_options(struct hist *h, int argc, char **argv)
{
	char why[256];
	int c;

	while ((c = next_option(argc, argv, "+:1i:d:ap:g:u:o:", long_options)) != -1) {
		if (c == '?')
			return EXIT_USAGE;
		if (!parse_option(h, c, why, sizeof(why)))
			return complain(EXIT_USAGE, "hist: %s", why);
	}
	if (!no_arguments(argc, argv))
		return EXIT_USAGE;
	if (h->once && (h->interval || h->duration))
		return complain(EXIT_USAGE, "hist: --once shows what was until now: --interval and --duration do not go with it");
	if (h->hdr && h->interval)
		return complain(EXIT_USAGE, "hist: --hdr is one distribution: --interval does not go with it");
	if (h->all && (h->per_vcpu || h->sel.vcpus))
		return complain(EXIT_USAGE, "hist: --all does not go with --per-vcpu or --vcpu");
	return EXIT_OK;
}
