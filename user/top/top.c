// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "show/quota.h"
#include "top.h"

int top_fail(struct kvmlat_error *err, const char *fmt, ...)
{
	va_list args;

	*err = (struct kvmlat_error){ .status = KVMLAT_E_SYSTEM };
	va_start(args, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, args);
	va_end(args);
	return -1;
}

int top_take(struct top *t, bool histograms, struct kvmlat_error *err)
{
	const struct reading *last = &t->track.newer;
	struct kvmlat_snapshot *snap;

	t->filter.histograms = histograms;
	t->track.since_start = t->once;
	/* Rows that did not change are not sent again, so they must have what is asked for. */
	if (kvmlat_refresh(t->k, &t->filter, last->histograms == histograms ? last->snap : NULL,
			   &snap, err))
		return -1;
	if (t->sel.nr_guests && guests_learn(&t->guests, snap)) {
		kvmlat_snapshot_free(snap);
		return top_fail(err, "out of memory");
	}
	select_narrow(&t->sel, &t->guests, snap);
	if (throttling_read(&t->throttling, snap, t->once)) {
		kvmlat_snapshot_free(snap);
		return top_fail(err, "out of memory");
	}
	t->taken = time(NULL);
	if (!t->since)
		t->since = t->taken;
	if (!track_feed(&t->track, snap, histograms, monotonic_ns() / NSEC_PER_SEC) &&
	    !pane_collect(&t->pane, &t->track))
		return 0;
	return top_fail(err, "out of memory");
}

bool top_over(const struct top *t)
{
	const struct kvmlat_snapshot *snap = t->track.newer.snap;
	size_t i;

	if (!selects(&t->sel))
		return false;
	for (i = 0; i < snap->nr_vms; i++)
		if (!snap->vms[i].gone)
			return false;
	return true;
}

static void clock_text(time_t when, char *to, size_t size)
{
	struct tm tm;

	to[0] = 0;
	if (localtime_r(&when, &tm))
		strftime(to, size, "%H:%M:%S", &tm);
}

/* What is left of the left one of two texts beside the right one, or else it stands alone. */
#define LEFT_MIN	12

/* Two texts at both ends of a line; the left one gives way. */
static void both_ends(const char *left, const char *right, unsigned int width, bool utf8,
		      char *line)
{
	unsigned int room, taken = text_width(right);
	size_t n;

	if (!width) {
		width = text_width(left) + 2 + taken;
	} else if (width < LEFT_MIN + 1 + taken) {
		text_cut(line, LINE_SIZE, left, width, utf8);
		return;
	}
	room = width - taken - 1;
	n = text_cut(line, LINE_SIZE, left, room, utf8);
	line[n++] = ' ';
	text_fit(line + n, LINE_SIZE - n, right, taken);
}

void top_title(const struct top *t, unsigned int width, char *line)
{
	const struct kvmlat_snapshot *snap = t->track.newer.snap;
	char now[16], since[16], left[128], right[128];
	size_t i, vms = 0, vcpus = 0;

	for (i = 0; i < snap->nr_vms; i++) {
		if (snap->vms[i].gone)
			continue;
		vms++;
		vcpus += snap->vms[i].vcpus;
	}
	clock_text(t->taken, now, sizeof(now));
	clock_text(t->since, since, sizeof(since));
	snprintf(left, sizeof(left), "kvmlat top  %s  %zu VM%s, %zu vCPU%s%s", now, vms,
		 vms == 1 ? "" : "s", vcpus, vcpus == 1 ? "" : "s",
		 snap->interrupted ? ", some may be missing" : "");
	if (t->once)
		snprintf(right, sizeof(right), "since the start of the accounts");
	else
		snprintf(right, sizeof(right), "%severy %.10g s, %s%s",
			 t->paused ? "PAUSED, " : "", (double)t->interval / NSEC_PER_SEC,
			 t->track.total ? "total since " : "last interval",
			 t->track.total ? since : "");
	both_ends(left, right, width, t->utf8, line);
}

void top_path(const struct top *t, unsigned int width, char *line)
{
	const struct pane *v = &t->pane;
	const struct bookmark *p = &v->bookmarks[v->level];
	char left[KVMLAT_NAME_SIZE + 128], right[256] = "";
	size_t n = 0;

	pane_path(v, &t->track, left, sizeof(left));
	if (v->level != LEVEL_HISTOGRAM)
		n += snprintf(right, sizeof(right), "by %s%s", pane_sort(v)->title,
			      p->inverted ? ", least first" : "");
	if (p->filter[0])
		n += snprintf(right + n, sizeof(right) - n, ", only /%s/", p->filter);
	if (v->guest[0] && v->level <= LEVEL_VCPUS)
		n += snprintf(right + n, sizeof(right) - n, ", guest %s", v->guest);
	if (t->page && v->level != LEVEL_HISTOGRAM && v->nr > t->page && n < sizeof(right))
		snprintf(right + n, sizeof(right) - n, ", rows %zu-%zu of %zu", p->top + 1,
			 p->top + t->page < v->nr ? p->top + t->page : v->nr, v->nr);
	both_ends(left, right, width, t->utf8, line);
}

bool top_quota(const struct top *t, unsigned int width, char *line)
{
	size_t others, n;
	const struct quota *q = throttling_worst(&t->throttling, t->pane.owner.vm_id, &others);
	const struct subject *vm = q ? subject_find(&t->track.vms, q->vm_id, 0) : NULL;
	char text[KVMLAT_NAME_SIZE + sizeof(q->group) + 256];

	if (!vm)
		return false;
	n = snprintf(text, sizeof(text), "RUNQ: VM %u \"%s\" used up its CPU quota in %" PRIu64
		     " of %" PRIu64 " periods", q->vm_id, vm->name, q->throttled, q->periods);
	if (others)
		n += snprintf(text + n, sizeof(text) - n, ", as %zu other%s did", others,
			      others == 1 ? "" : "s");
	snprintf(text + n, sizeof(text) - n, ": %.10g of each %.10g ms, cgroup \"%s\"",
		 q->max / 1e6, q->period / 1e6, quota_name(q));
	text_cut(line, LINE_SIZE, text, width ? width : text_width(text), t->utf8);
	return true;
}
