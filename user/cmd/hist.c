// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>

#include "base/load.h"
#include "command.h"
#include "hist.h"
#include "live.h"
#include "output.h"
#include "show/hdr.h"
#include "show/sample.h"

static bool is_live(const struct hist *h)
{
	return h->asked.duration || h->asked.interval;
}

/* @old is what was taken before, NULL if only one is: then nothing need be remembered. */
static int take(void *ctx, const struct kvmlat_snapshot *old, struct kvmlat_snapshot **snap)
{
	struct hist *h = ctx;
	struct kvmlat_error err = { 0 };

	if (is_live(h) ? kvmlat_refresh(h->k, &h->filter, old, snap, &err) :
			 kvmlat_get_snapshot(h->k, &h->filter, snap, &err))
		return complain_kvmlat(&err);
	if (guests_learn(&h->guests, *snap)) {
		kvmlat_snapshot_free(*snap);
		return complain(EXIT_REFUSED, "out of memory");
	}
	select_narrow(&h->asked.sel, &h->guests, *snap);
	return EXIT_OK;
}

/* What the user asked for must be there, and with --hdr only once. */
static int check(const struct hist *h, const struct sample *s)
{
	struct trouble cause;
	size_t i, nr = 0;

	for (i = 0; i < s->nr_blocks; i++)
		nr += s->blocks[i].nr_histograms;
	if (!s->nr_blocks && h->asked.sel.vcpus)
		return outcome(trouble_vcpu(&cause, &h->asked.sel), &cause);
	if (!nr)
		return complain(EXIT_NO_VM, "no VM that is asked for has had any \"%s\"",
				h->wish.pick.name);
	if (h->hdr && (nr > 1 || s->nr_blocks > 1))
		return complain(EXIT_AMBIGUOUS, "--hdr is for one histogram, and there are %zu: choose with --all, --vm or --vcpu, and without --each",
				nr);
	return EXIT_OK;
}

/* What is wrong with the question leaves the file as it was. */
static int open_file(struct hist *h)
{
	if (h->to)
		return EXIT_OK;
	if (h->file)
		return output_open(&h->to, h->file);
	h->to = stdout;
	return EXIT_OK;
}

static int reopen(void *ctx)
{
	struct hist *h = ctx;

	if (!h->to)
		return EXIT_OK;
	/* A file of its own has a header of its own. */
	h->shown = false;
	return output_reopen(&h->to, h->file);
}

/* @must: what was asked for must be there. */
static int show(struct hist *h, const struct kvmlat_snapshot *snap, bool whole, bool must)
{
	struct wish wish = {
		.view = VIEW_HIST, .cumulative = !is_live(h), .whole = whole,
		.hist = &h->wish,
	};
	struct sample *sample;
	int ret;

	wish.grouping = h->all ? GROUP_ALL : h->asked.per_vcpu || h->asked.sel.vcpus ? GROUP_VCPU :
			GROUP_VM;
	if (h->read) {
		wish.now = h->read->end;
		wish.thread = replay_thread;
		wish.thread_ctx = h->read->labels;
	}
	sample = sample_make(snap, h->read ? h->read->guests : &h->guests, &wish);
	if (!sample)
		return complain(EXIT_REFUSED, "out of memory");
	ret = must ? check(h, sample) : EXIT_OK;
	if (!ret)
		ret = open_file(h);
	if (!ret && h->hdr)
		show_hdr(h->to, sample);
	else if (!ret)
		show_sample(h->to, h->asked.output, sample, !h->shown);
	h->shown = true;
	if (!ret)
		ret = output_flush(h->to);
	sample_free(sample);
	return ret;
}

/* Nothing in an interval may be what is waited for, but nothing at all is not. */
static int show_delta(void *ctx, struct kvmlat_snapshot *delta, bool whole)
{
	struct hist *h = ctx;

	return show(h, delta, whole, whole || !h->asked.interval);
}

/* The VM that was asked for ended, and with it what can be shown of it. */
static bool is_over(void *ctx, const struct kvmlat_snapshot *snap)
{
	const struct hist *h = ctx;
	size_t i;

	if (!selects(&h->asked.sel))
		return false;
	for (i = 0; i < snap->nr_vms; i++)
		if (!snap->vms[i].gone)
			return false;
	return true;
}

static int show_live(struct hist *h)
{
	const struct live live = {
		.wait = &h->wait,
		.interval = h->asked.interval ? h->asked.interval : h->asked.duration,
		.duration = h->asked.duration, .total = h->asked.output == OUTPUT_TABLE, .ctx = h,
		.take = take, .show = show_delta, .reopen = reopen, .over = is_over,
	};
	struct kvmlat_snapshot *older;
	int ret = take(h, NULL, &older);

	return ret ? ret : live_run(&live, older);
}

static int show_once(struct hist *h)
{
	struct kvmlat_snapshot *snap;
	int ret = take(h, NULL, &snap);

	if (ret)
		return ret;
	ret = show(h, snap, false, true);
	kvmlat_snapshot_free(snap);
	return ret;
}

static int show_read(void *ctx, const struct shown *shown)
{
	const struct guests *guests = shown->in->guests;
	struct kvmlat_snapshot *delta = shown->delta;
	const bool whole = shown->whole;
	struct kvmlat_filter f = { 0 };
	struct hist *h = ctx;
	struct trouble cause;

	h->read = shown->in;
	if (whole && select_vms(&h->asked.sel, guests, delta, &f, &cause))
		return complain_of(&cause);
	select_narrow(&h->asked.sel, guests, delta);
	h->parts += !whole;
	if (whole && h->asked.interval && (h->parts == 1 || h->asked.output != OUTPUT_TABLE))
		return EXIT_OK;
	return show(h, delta, whole && h->asked.interval, whole);
}

/* As of the module: since the start of the accounts, unless a time is asked for. */
static int show_recording(struct hist *h)
{
	const struct replay replay = {
		.span = &h->asked.span, .interval = h->asked.interval,
		.duration = h->asked.duration, .total = true, .only_total = !h->asked.interval,
		.since_start = !is_live(h), .ctx = h, .show = show_read,
	};

	return replay_file(&replay);
}

static int measure(struct hist *h)
{
	const int ends[] = { SIGINT, SIGTERM, h->file ? SIGHUP : 0, 0 };
	struct trouble cause;
	int ret;

	if (!is_live(h)) {
		ret = outcome(ask_vms(h->k, &h->asked.sel, &h->guests, &h->filter, &cause), &cause);
		return ret ? ret : show_once(h);
	}
	if (wait_begin(&h->wait, ends))
		return complain(EXIT_REFUSED, "cannot wait for signals: %s", strerror(errno));
	ret = outcome(await_vms(h->k, &h->asked.sel, &h->guests, &h->filter, &h->wait,
				view_deadline(&h->asked), tell, &cause), &cause);
	return ret ? ret : show_live(h);
}

static int run(int argc, char **argv)
{
	struct hist h = { .wish.unit = &unit_us, .filter.histograms = true, .asked.reads = true,
			  .wait.signals = -1 };
	struct kvmlat_error err = { 0 };
	int ret;

	pick_exits(&h.wish.pick);
	ret = hist_options(&h, argc, argv);
	if (ret)
		return ret;
	if (!h.asked.span.file && load_and_open(&h.k, &err))
		return complain_kvmlat(&err);
	ret = h.asked.span.file ? show_recording(&h) : measure(&h);
	if (h.file && h.to)
		fclose(h.to);
	wait_end(&h.wait);
	guests_free(&h.guests);
	tell_unknown(h.k);
	kvmlat_close(h.k);
	return ret;
}

COMMAND(hist, run, "show histograms of exits, halts, waits and visits to the VMM", hist_usage);
