// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>

#include "arguments.h"
#include "command.h"
#include "base/clock.h"
#include "base/load.h"
#include "base/wait.h"
#include "show/hdr.h"
#include "show/sample.h"

static const char usage[] =
"Usage: kvmlat hist [OPTION]...\n"
"\n"
"Show how long exits took, or halts, waits and visits to the VMM, as histograms, per VM,\n"
"since the start of the accounts.\n"
"\n"
"      --reason NAME   exits of this reason, by the name that stat shows\n"
"      --kind KIND     exit (all exits, the default), halt, poll, poll-hit, poll-miss, sleep,\n"
"                      wake, runq, preempt, user or user:REASON\n"
"      --each          a histogram of each reason of the kind, not one of all\n"
"  -d, --duration SEC  of the next SEC seconds\n"
"  -a, --all           all VMs in one\n"
"      --per-vcpu      each vCPU on its own\n"
"      --vcpu N        only the vCPUs of this id, each on its own\n"
"  -p, --pid PID       only the VMs of this process\n"
"  -g, --guest NAME    only the VM of this guest name\n"
"      --vm ID         only the VM of this id, which list shows\n"
"      --full          all buckets, 8 an octave, not octaves\n"
"  -u, --unit UNIT     ns, us (default), ms or s, with tables and --hdr\n"
"  -o, --output FILE   write to FILE\n"
"      --json          one JSON object\n"
"      --csv           comma separated, with one header\n"
"      --hdr           HdrHistogram's percentile distribution, of one histogram\n";

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

struct hist {
	struct hist_wish	wish;
	const char		*picked;
	bool			all;
	bool			per_vcpu;
	uint64_t		duration;
	struct selection	sel;
	struct kvmlat_filter	filter;
	const char		*file;
	bool			hdr;
	enum output		output;
	struct kvmlat		*k;
	struct guests		guests;
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

static int parse_options(struct hist *h, int argc, char **argv)
{
	char why[256];
	int c;

	while ((c = next_option(argc, argv, "+:d:ap:g:u:o:", long_options)) != -1) {
		if (c == '?')
			return EXIT_USAGE;
		if (!parse_option(h, c, why, sizeof(why)))
			return complain(EXIT_USAGE, "hist: %s", why);
	}
	if (!no_arguments(argc, argv))
		return EXIT_USAGE;
	if (h->all && (h->per_vcpu || h->sel.has_vcpu))
		return complain(EXIT_USAGE, "hist: --all does not go with --per-vcpu or --vcpu");
	return EXIT_OK;
}

static int take(struct hist *h, struct kvmlat_snapshot **snap)
{
	struct kvmlat_error err = { 0 };

	if (kvmlat_get_snapshot(h->k, &h->filter, snap, &err))
		return complain_kvmlat(&err);
	if (guests_learn(&h->guests, *snap)) {
		kvmlat_snapshot_free(*snap);
		return complain(EXIT_REFUSED, "out of memory");
	}
	return EXIT_OK;
}

/* What the user asked for must be there, and with --hdr only once. */
static int check(const struct hist *h, const struct sample *s)
{
	struct trouble cause;
	size_t i, nr = 0;

	for (i = 0; i < s->nr_blocks; i++)
		nr += s->blocks[i].nr_histograms;
	if (!s->nr_blocks && h->sel.has_vcpu)
		return outcome(trouble_vcpu(&cause, &h->sel), &cause);
	if (!nr)
		return complain(EXIT_NO_VM, "no VM that is asked for has had any \"%s\"",
				h->wish.pick.name);
	if (h->hdr && (nr > 1 || s->nr_blocks > 1))
		return complain(EXIT_AMBIGUOUS, "--hdr is for one histogram, and there are %zu: choose with --all, --vm or --vcpu, and without --each",
				nr);
	return EXIT_OK;
}

static int show(struct hist *h, const struct kvmlat_snapshot *snap)
{
	struct wish wish = { .view = VIEW_HIST, .cumulative = !h->duration, .hist = &h->wish };
	struct sample *sample;
	FILE *to = stdout;
	int ret;

	wish.grouping = h->all ? GROUP_ALL : h->per_vcpu || h->sel.has_vcpu ? GROUP_VCPU :
		     GROUP_VM;
	sample = sample_make(snap, &h->guests, &wish);
	if (!sample)
		return complain(EXIT_REFUSED, "out of memory");
	ret = check(h, sample);
	if (!ret && h->file) {
		to = fopen(h->file, "we");
		if (!to)
			ret = complain(EXIT_REFUSED, "cannot write \"%s\": %s", h->file,
				       strerror(errno));
	}
	if (!ret && h->hdr)
		show_hdr(to, sample);
	else if (!ret)
		show_sample(to, h->output, sample, true);
	if (!ret && h->file && fclose(to))
		ret = complain(EXIT_REFUSED, "cannot write \"%s\": %s", h->file,
			       strerror(errno));
	sample_free(sample);
	return ret;
}

static int show_duration(struct hist *h)
{
	static const int ends[] = { SIGINT, SIGTERM, 0 };
	struct kvmlat_snapshot *older, *newer, *delta;
	struct wait wait;
	int ret = take(h, &older);

	if (ret)
		return ret;
	if (wait_begin(&wait, ends))
		return complain(EXIT_REFUSED, "cannot wait for signals: %s", strerror(errno));
	wait_for(&wait, monotonic_ns() + h->duration, NULL, 0, NULL);
	wait_end(&wait);
	ret = take(h, &newer);
	if (ret) {
		kvmlat_snapshot_free(older);
		return ret;
	}
	delta = kvmlat_delta(newer, older);
	ret = delta ? show(h, delta) : complain(EXIT_REFUSED, "out of memory");
	kvmlat_snapshot_free(delta);
	kvmlat_snapshot_free(newer);
	kvmlat_snapshot_free(older);
	return ret;
}

static int show_all(struct hist *h)
{
	struct kvmlat_snapshot *snap;
	int ret = take(h, &snap);

	if (ret)
		return ret;
	ret = show(h, snap);
	kvmlat_snapshot_free(snap);
	return ret;
}

static int run(int argc, char **argv)
{
	struct hist h = { .wish.unit = &unit_us, .filter.histograms = true };
	struct kvmlat_error err = { 0 };
	struct trouble cause;
	int ret;

	pick_exits(&h.wish.pick);
	ret = parse_options(&h, argc, argv);
	if (ret)
		return ret;
	if (load_and_open(&h.k, &err))
		return complain_kvmlat(&err);
	ret = outcome(ask_vms(h.k, &h.sel, &h.guests, &h.filter, &cause), &cause);
	if (!ret)
		ret = h.duration ? show_duration(&h) : show_all(&h);
	guests_free(&h.guests);
	tell_unknown(h.k);
	kvmlat_close(h.k);
	return ret;
}

COMMAND(hist, run, "show histograms of exits, halts, waits and visits to the VMM", usage);
