// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/namespaces.h"
#include "sample.h"

static bool shows(enum view view, uint32_t cls)
{
	switch (cls) {
	case KVMLAT_REASON_CLASS_HALT:
	case KVMLAT_REASON_CLASS_POLL_HIT:
	case KVMLAT_REASON_CLASS_POLL_MISS:
	case KVMLAT_REASON_CLASS_SLEEP:
		return view == VIEW_HALT;
	case KVMLAT_REASON_CLASS_TIMER:
	case KVMLAT_REASON_CLASS_WAKE:
	case KVMLAT_REASON_CLASS_RUNQ:
	case KVMLAT_REASON_CLASS_PREEMPT:
	case KVMLAT_REASON_CLASS_USER:
		return view == VIEW_LATENESS;
	default:
		return view == VIEW_EXITS && kvmlat_reason_is_exit(cls);
	}
}

static void fill_row(struct row *row, const struct kvmlat_reason *r, const struct block *b,
		     const struct sample *s)
{
	struct whole of = { b->count, b->total, b->own, b->account.elapsed, b->duration };

	row_fill(row, r, s->vendor, &of);
	row->max_at += s->wall;
}

static enum sort_key sort_by;

static double sort_value(const struct row *r)
{
	switch (sort_by) {
	case SORT_OWN:
		return r->own;
	case SORT_TIME:
		return r->total;
	case SORT_MEAN:
		return r->mean;
	case SORT_MAX:
		return r->has_max ? r->max : 0;
	case SORT_P99:
		return r->has_percentiles ? r->p99 : 0;
	case SORT_REASON:
		return 0;
	default:
		return r->count;
	}
}

static int cmp_row(const void *a, const void *b)
{
	double x = sort_value(a), y = sort_value(b);

	if (x != y)
		return x > y ? -1 : 1;
	return strcmp(((const struct row *)a)->name, ((const struct row *)b)->name);
}

/* Halts in the order of what happens, lateness by how near it is to the guest. */
static int rank(uint32_t cls)
{
	if (cls == KVMLAT_REASON_CLASS_TIMER)
		return 0;
	return cls == KVMLAT_REASON_CLASS_USER ? KVMLAT_REASON_CLASS_MAX + 1 : (int)cls;
}

static int cmp_span(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	if (x->cls != y->cls)
		return rank(x->cls) - rank(y->cls);
	if (x->total != y->total)
		return x->total > y->total ? -1 : 1;
	return strcmp(x->name, y->name);
}

static double detail_value(const struct kvmlat_detail *d)
{
	uint64_t known = d->count - d->error;

	switch (sort_by) {
	case SORT_TIME:
		return d->total;
	case SORT_MEAN:
		return known ? (double)d->total / known : 0;
	case SORT_MAX:
		return d->longest_max;
	case SORT_REASON:
		return 0;
	default:
		return d->count;
	}
}

static int cmp_detail(const void *a, const void *b)
{
	const struct kvmlat_detail *x = a, *y = b;
	double v = detail_value(x), w = detail_value(y);

	if (v != w)
		return v > w ? -1 : 1;
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	return (x->key > y->key) - (x->key < y->key);
}

static int fill_block(struct block *b, const struct sample *s, const struct wish *wish)
{
	struct kvmlat_account *a = &b->account;
	size_t i, n = 0;

	b->duration = a->end - a->start;
	for (i = 0; i < a->nr_reasons; i++) {
		if (!kvmlat_reason_is_exit(a->reasons[i].cls))
			continue;
		b->count += a->reasons[i].count;
		b->total += a->reasons[i].total;
		b->own += a->reasons[i].total - a->reasons[i].away;
	}
	b->rows = calloc(a->nr_reasons + 1, sizeof(*b->rows));
	if (!b->rows)
		return -1;
	for (i = 0; i < a->nr_reasons; i++) {
		const struct kvmlat_reason *r = &a->reasons[i];

		if (shows(wish->view, r->cls) && (!wish->skip_zeros || r->count))
			fill_row(&b->rows[b->nr_rows++], r, b, s);
	}
	for (i = 0; i < a->nr_details; i++)
		if (a->details[i].count)
			a->details[n++] = a->details[i];
	a->nr_details = n;
	sort_by = wish->key;
	qsort(b->rows, b->nr_rows, sizeof(*b->rows),
	      wish->view == VIEW_EXITS ? cmp_row : cmp_span);
	if (a->nr_details)
		qsort(a->details, a->nr_details, sizeof(*a->details), cmp_detail);
	if (wish->hist)
		return histograms_make(&wish->hist->pick, s->vendor, a, &b->histograms,
				       &b->nr_histograms);
	return 0;
}

struct row block_sum(const struct block *b)
{
	struct row sum = {
		.name = "total",
		.count = b->count,
		.rate = rate_of(b->count, b->duration),
		.exit_percent = share(b->count, b->count),
		.total = b->total,
		.time_percent = share(b->total, b->total),
		.own = b->own,
		.own_percent = share(b->own, b->own),
		.has_mean = b->count,
		.mean = b->count ? (double)b->total / b->count : 0,
	};

	return sum;
}

static bool same_block(enum grouping grouping, const struct block *b, const struct kvmlat_vcpu *v)
{
	return grouping == GROUP_ALL || (grouping == GROUP_VM && b->vm_id == v->vm_id);
}

static void name_thread(struct block *b, const struct kvmlat_vcpu *v, const struct wish *wish)
{
	const char *name;

	if (wish->thread) {
		name = v->gone ? "" : wish->thread(wish->thread_ctx, v->vm_id, v->vcpu_id);
		snprintf(b->thread, sizeof(b->thread), "%s", name);
	} else if (v->gone || !v->tid || !pids_are_ours() ||
		   kvmlat_thread_name(v->pid, v->tid, b->thread, sizeof(b->thread))) {
		b->thread[0] = 0;
	}
}

static void name_block(struct block *b, const struct kvmlat_vcpu *v, const struct guests *g,
		       uint32_t vendor, const struct wish *wish)
{
	b->details = true;
	if (b->grouping == GROUP_ALL)
		return;
	b->vm_id = v->vm_id;
	b->pid = v->pid;
	b->guest = guests_name(g, v->vm_id);
	if (!b->guest)
		b->guest = "";
	b->gone = v->gone;
	if (b->grouping == GROUP_VM)
		return;
	b->vcpu_id = v->vcpu_id;
	b->tid = v->tid;
	name_thread(b, v, wish);
	b->state = v->state;
	b->state_for = v->account.end - v->state_since;
	b->open = v->open && !v->gone;
	if (!b->open)
		return;
	kvmlat_row_name(vendor, v->open_cls, v->open_code, b->open_name, sizeof(b->open_name));
	b->open_cls = v->open_cls;
	b->open_code = v->open_code;
	b->open_for = v->account.end - v->open_since;
}

/* vCPUs are ascending by VM. */
static int group(struct sample *s, const struct kvmlat_snapshot *snap, const struct guests *g,
		 const struct wish *wish)
{
	size_t i;

	for (i = 0; i < snap->nr_vcpus; i++) {
		const struct kvmlat_vcpu *v = &snap->vcpus[i];
		const struct kvmlat_vm *vm = kvmlat_find_vm(snap, v->vm_id);
		struct block *b = s->nr_blocks ? &s->blocks[s->nr_blocks - 1] : NULL;

		/* Nothing was, and nothing will be. */
		if (v->gone && !s->cumulative && !v->account.elapsed)
			continue;
		if (!b || !same_block(wish->grouping, b, v)) {
			b = &s->blocks[s->nr_blocks++];
			b->grouping = wish->grouping;
			name_block(b, v, g, snap->vendor, wish);
		}
		b->details &= vm && vm->details;
		if (kvmlat_merge(&b->account, &v->account))
			return -1;
	}
	return 0;
}

static struct moment moment_of(const struct wish *wish)
{
	struct timespec real, mono;

	if (wish->now.real)
		return wish->now;
	clock_gettime(CLOCK_REALTIME, &real);
	clock_gettime(CLOCK_MONOTONIC, &mono);
	return (struct moment){
		.real = real.tv_sec * (int64_t)NSEC_PER_SEC + real.tv_nsec,
		.monotonic = mono.tv_sec * (int64_t)NSEC_PER_SEC + mono.tv_nsec,
	};
}

static bool is_empty(const struct block *b, enum view view)
{
	switch (view) {
	case VIEW_STATES:
		return !b->account.elapsed;
	case VIEW_DETAIL:
		return !b->account.nr_details;
	default:
		return !b->nr_rows;
	}
}

static void free_block(struct block *b)
{
	kvmlat_account_free(&b->account);
	free(b->rows);
	histograms_free(b->histograms, b->nr_histograms);
}

struct sample *sample_make(const struct kvmlat_snapshot *snap, const struct guests *g,
			   const struct wish *wish)
{
	struct sample *s = calloc(1, sizeof(*s));
	struct moment now = moment_of(wish);
	size_t i, n = 0;

	if (!s)
		return NULL;
	s->time_ms = now.real / 1000000;
	s->wall = moment_wall(&now, snap);
	s->view = wish->view;
	s->hist = wish->hist;
	s->quotas = wish->quotas;
	s->cumulative = wish->cumulative;
	s->whole = wish->whole;
	s->interrupted = snap->interrupted;
	s->unreadable = snap->unreadable;
	s->vendor = snap->vendor;
	s->blocks = calloc(snap->nr_vcpus + 1, sizeof(*s->blocks));
	if (!s->blocks || group(s, snap, g, wish))
		goto fail;
	for (i = 0; i < s->nr_blocks; i++)
		if (fill_block(&s->blocks[i], s, wish))
			goto fail;
	if (!wish->skip_empty)
		return s;
	for (i = 0; i < s->nr_blocks; i++) {
		if (is_empty(&s->blocks[i], wish->view))
			free_block(&s->blocks[i]);
		else
			s->blocks[n++] = s->blocks[i];
	}
	s->nr_blocks = n;
	return s;
fail:
	sample_free(s);
	return NULL;
}

void sample_free(struct sample *s)
{
	size_t i;

	if (!s)
		return;
	for (i = 0; i < s->nr_blocks; i++)
		free_block(&s->blocks[i]);
	free(s->blocks);
	free(s);
}
