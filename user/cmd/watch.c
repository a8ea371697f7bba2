// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/load.h"
#include "command.h"
#include "output.h"
#include "show/watch.h"
#include "watch.h"

/* How often the module is asked: what is late is told of so late at most. */
#define LOOK_NS		(NSEC_PER_SEC / 10)

/* Of the module's clock to the epoch's, from now on. */
static int find_wall(struct watch *w)
{
	struct kvmlat_error err = { 0 };
	struct kvmlat_info info;
	struct timespec now;

	if (kvmlat_get_info(w->k, &info, &err))
		return complain_kvmlat(&err);
	clock_gettime(CLOCK_REALTIME, &now);
	w->wall = (int64_t)now.tv_sec * (int64_t)NSEC_PER_SEC + now.tv_nsec - (int64_t)info.now;
	w->vendor = info.vendor;
	kvmlat_info_free(&info);
	return EXIT_OK;
}

static int learn(struct watch *w)
{
	struct kvmlat_error err = { 0 };
	struct kvmlat_snapshot *vms;

	if (kvmlat_get_vms(w->k, NULL, &vms, &err))
		return complain_kvmlat(&err);
	kvmlat_snapshot_free(w->vms);
	w->vms = vms;
	return guests_learn(&w->guests, vms) ? complain(EXIT_REFUSED, "out of memory") : EXIT_OK;
}

static void keep(const struct kvmlat_outlier *outlier, void *ctx)
{
	struct watch *w = ctx;

	w->no_memory |= !outliers_keep(&w->outliers, outlier);
}

/* The kernel knows one VM and one vCPU; the rest is done here. */
static bool wanted(const struct watch *w, const struct guests *g,
		   const struct kvmlat_snapshot *vms, const struct kvmlat_outlier *o)
{
	const struct kvmlat_vm *vm = kvmlat_find_vm(vms, o->vm_id);

	return selects_vcpu(&w->sel, o->vcpu_id) &&
	       (!selects(&w->sel) || (vm && selects_vm(&w->sel, g, vms, vm)));
}

static void show(struct watch *w, const struct guests *g, const struct kvmlat_outlier *o)
{
	struct causes causes;
	struct outlier_view view = {
		.time = (int64_t)o->end + w->wall, .vendor = w->vendor, .outlier = o,
		.causes = &causes,
	};

	causes_of(o, w->vendor, &causes);
	view.guest = guests_name(g, o->vm_id);
	if (!view.guest)
		view.guest = "";
	show_outlier(stdout, w->output, &view);
	tolls_add(&w->tolls, o, &causes);
}

static bool is_enough(const struct watch *w)
{
	return w->count && w->tolls.outliers >= w->count;
}

static int look(struct watch *w)
{
	struct kvmlat_error err = { 0 };
	uint64_t dropped;
	size_t i;
	int ret;

	outliers_forget(&w->outliers);
	if (kvmlat_get_outliers(w->k, keep, w, &dropped, &err))
		return complain_kvmlat(&err);
	if (w->no_memory)
		return complain(EXIT_REFUSED, "out of memory");
	/* Names of guests, and which there are; before the first outlier of one is shown. */
	ret = learn(w);
	if (ret)
		return ret;
	outliers_sort(&w->outliers);
	for (i = 0; i < w->outliers.nr && !is_enough(w); i++) {
		const struct kvmlat_outlier *o = &w->outliers.all[i];

		if (!wanted(w, &w->guests, w->vms, o))
			continue;
		if (w->narrow)
			w->dropped += o->dropped;
		show(w, &w->guests, o);
	}
	/* Of all that the kernel was asked for, also where none is left to tell of it. */
	if (!w->narrow)
		w->dropped = dropped;
	return output_flush(stdout);
}

/* The VMs that were asked for ended, and with them what can be late. */
static bool is_over(const struct watch *w)
{
	size_t i;

	if (!selects(&w->sel))
		return false;
	for (i = 0; i < w->vms->nr_vms; i++)
		if (!w->vms->vms[i].gone && selects_vm(&w->sel, &w->guests, w->vms,
						       &w->vms->vms[i]))
			return false;
	return true;
}

static int sum_up(struct watch *w)
{
	int ret;

	tolls_sort(&w->tolls);
	show_tolls(stdout, w->output, &w->tolls, w->dropped);
	ret = output_flush(stdout);
	return ret ? ret : w->tolls.outliers ? EXIT_HIT : EXIT_OK;
}

static int follow(struct watch *w)
{
	uint64_t end = w->duration ? monotonic_ns() + w->duration : UINT64_MAX, next;
	enum wake wake;
	int ret;

	do {
		next = monotonic_ns() + LOOK_NS;
		wake = wait_for(&w->wait, next < end ? next : end, NULL, 0, NULL);
		if (wake == WAKE_FAILED)
			return complain(EXIT_REFUSED, "cannot wait: %s", strerror(errno));
		ret = look(w);
		if (ret)
			return ret;
	} while (wake != WAKE_SIGNAL && monotonic_ns() < end && !is_enough(w) && !is_over(w));
	return sum_up(w);
}

/* What was recorded may be more than is asked for now. */
static int show_read(void *ctx, const struct interval *in)
{
	struct watch *w = ctx;
	size_t i;

	w->wall = moment_wall(&in->end, in->newer);
	w->vendor = in->newer->vendor;
	w->dropped += in->dropped_outliers;
	for (i = 0; i < in->nr_outliers && !is_enough(w); i++) {
		const struct kvmlat_outlier *o = &in->outliers[i];

		if (o->total > w->threshold && w->kinds & 1U << o->kind &&
		    wanted(w, in->guests, in->newer, o))
			show(w, in->guests, o);
	}
	return output_flush(stdout);
}

static int show_recording(struct watch *w)
{
	const struct replay replay = {
		.span = &w->span, .duration = w->duration, .only_total = true, .ctx = w,
		.each = show_read,
	};
	int ret = replay_file(&replay);

	return ret ? ret : sum_up(w);
}

static int begin(struct watch *w)
{
	struct kvmlat_watch watch = { .kinds = w->kinds };
	struct kvmlat_filter filter = { 0 };
	struct kvmlat_error err = { 0 };
	struct trouble cause;
	unsigned int i;
	int ret;

	ret = find_wall(w);
	if (!ret && selects(&w->sel))
		ret = outcome(await_vms(w->k, &w->sel, &w->guests, &filter, &w->wait,
					w->duration ? monotonic_ns() + w->duration : UINT64_MAX,
					tell, &cause), &cause);
	if (ret)
		return ret;
	w->narrow = w->sel.nr_guests && !filter.vm_id;
	watch.vm_id = filter.vm_id;
	watch.pid = filter.pid;
	watch.has_vcpu_id = w->sel.nr_ranges == 1 &&
			    w->sel.ranges[0].first == w->sel.ranges[0].last;
	watch.vcpu_id = watch.has_vcpu_id ? w->sel.ranges[0].first : 0;
	w->narrow |= w->sel.nr_ranges && !watch.has_vcpu_id;
	for (i = 0; i < KVMLAT_NR_OUTLIER_KINDS; i++)
		watch.threshold[i] = w->threshold;
	return kvmlat_watch(w->k, &watch, &err) ? complain_kvmlat(&err) : EXIT_OK;
}

static int run(int argc, char **argv)
{
	static const int ends[] = { SIGINT, SIGTERM, 0 };
	struct watch w = { .wait.signals = -1 };
	struct kvmlat_error err = { 0 };
	int ret;

	ret = watch_options(&w, argc, argv);
	if (ret)
		return ret;
	if (w.span.file)
		return show_recording(&w);
	if (load_and_open(&w.k, &err))
		return complain_kvmlat(&err);
	if (wait_begin(&w.wait, ends))
		ret = complain(EXIT_REFUSED, "cannot wait for signals: %s", strerror(errno));
	if (!ret)
		ret = begin(&w);
	if (!ret)
		ret = follow(&w);
	wait_end(&w.wait);
	guests_free(&w.guests);
	kvmlat_snapshot_free(w.vms);
	outliers_free(&w.outliers);
	tell_unknown(w.k);
	kvmlat_close(w.k);
	return ret;
}

COMMAND(watch, run, "tell of what makes guests late, one by one, and why", watch_usage);
