// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sample.h"

static double share(uint64_t part, uint64_t whole)
{
	return whole ? 100.0 * part / whole : 0;
}

static double rate_of(uint64_t count, uint64_t duration)
{
	return duration ? (double)count * NSEC_PER_SEC / duration : 0;
}

static void fill_row(struct row *row, const struct kvmlat_reason *r, const struct block *b,
		     uint32_t vendor)
{
	kvmlat_row_name(vendor, r->cls, r->code, row->name, sizeof(row->name));
	row->cls = r->cls;
	row->code = r->code;
	row->count = r->count;
	row->rate = rate_of(r->count, b->duration);
	row->exit_percent = share(r->count, b->count);
	row->total = r->total;
	row->time_percent = share(r->total, b->total);
	row->has_mean = r->count;
	row->mean = r->count ? (double)r->total / r->count : 0;
	row->has_percentiles = kvmlat_percentile(r, 500, &row->p50) &&
			       kvmlat_percentile(r, 990, &row->p99) &&
			       kvmlat_percentile(r, 999, &row->p999);
	row->has_max = r->count;
	row->max_exact = r->longest_min == r->longest_max;
	row->max = r->longest_max;
}

static enum sort_key sort_by;

static double sort_value(const struct row *r)
{
	switch (sort_by) {
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

static int fill_block(struct block *b, const struct kvmlat_account *a, uint32_t vendor,
		      enum sort_key key, bool skip_zeros)
{
	size_t i;

	b->vcpus = a->nr_vcpus;
	b->duration = a->end - a->start;
	b->elapsed = a->elapsed;
	b->reentries = a->reentries;
	memcpy(b->times, a->times, sizeof(b->times));
	for (i = 0; i < a->nr_reasons; i++) {
		if (!kvmlat_reason_is_exit(a->reasons[i].cls))
			continue;
		b->count += a->reasons[i].count;
		b->total += a->reasons[i].total;
	}
	b->rows = calloc(a->nr_reasons + 1, sizeof(*b->rows));
	if (!b->rows)
		return -1;
	for (i = 0; i < a->nr_reasons; i++) {
		const struct kvmlat_reason *r = &a->reasons[i];

		if (kvmlat_reason_is_exit(r->cls) && (!skip_zeros || r->count))
			fill_row(&b->rows[b->nr_rows++], r, b, vendor);
	}
	sort_by = key;
	qsort(b->rows, b->nr_rows, sizeof(*b->rows), cmp_row);
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
		.has_mean = b->count,
		.mean = b->count ? (double)b->total / b->count : 0,
	};

	return sum;
}

static bool same_block(enum scope scope, const struct block *b, const struct kvmlat_vcpu *v)
{
	return scope == SCOPE_ALL || (scope == SCOPE_VM && b->vm_id == v->vm_id);
}

static void name_block(struct block *b, const struct kvmlat_vcpu *v, const struct guests *g,
		       uint32_t vendor)
{
	if (b->scope == SCOPE_ALL)
		return;
	b->vm_id = v->vm_id;
	b->pid = v->pid;
	b->guest = guests_name(g, v->vm_id);
	if (!b->guest)
		b->guest = "";
	b->gone = v->gone;
	if (b->scope == SCOPE_VM)
		return;
	b->vcpu_id = v->vcpu_id;
	b->tid = v->tid;
	if (v->gone || !v->tid ||
	    kvmlat_thread_name(v->pid, v->tid, b->thread, sizeof(b->thread)))
		b->thread[0] = 0;
	b->open = v->open && !v->gone;
	if (!b->open)
		return;
	kvmlat_row_name(vendor, v->open_cls, v->open_code, b->open_name, sizeof(b->open_name));
	b->open_cls = v->open_cls;
	b->open_code = v->open_code;
	b->open_for = v->account.end - v->open_since;
}

/* @sums has the same indices as the blocks. vCPUs are ascending by VM. */
static int group(struct sample *s, struct kvmlat_account *sums,
		 const struct kvmlat_snapshot *snap, const struct guests *g, enum scope scope)
{
	size_t i;

	for (i = 0; i < snap->nr_vcpus; i++) {
		const struct kvmlat_vcpu *v = &snap->vcpus[i];
		struct block *b = s->nr_blocks ? &s->blocks[s->nr_blocks - 1] : NULL;

		/* Nothing was, and nothing will be. */
		if (v->gone && !s->cumulative && !v->account.elapsed)
			continue;
		if (!b || !same_block(scope, b, v)) {
			b = &s->blocks[s->nr_blocks++];
			b->scope = scope;
			name_block(b, v, g, snap->vendor);
		}
		if (kvmlat_merge(&sums[s->nr_blocks - 1], &v->account))
			return -1;
	}
	return 0;
}

struct sample *sample_make(const struct kvmlat_snapshot *snap, const struct guests *g,
			   enum scope scope, enum sort_key key, bool skip_zeros, bool cumulative)
{
	struct sample *s = calloc(1, sizeof(*s));
	struct kvmlat_account *sums = calloc(snap->nr_vcpus + 1, sizeof(*sums));
	struct timespec now;
	size_t i, n = 0;
	bool ok;

	ok = s && sums;
	if (!ok)
		goto out;
	s->blocks = calloc(snap->nr_vcpus + 1, sizeof(*s->blocks));
	clock_gettime(CLOCK_REALTIME, &now);
	s->time_ms = now.tv_sec * 1000LL + now.tv_nsec / 1000000;
	s->cumulative = cumulative;
	s->interrupted = snap->interrupted;
	s->vendor = snap->vendor;
	ok = s->blocks && !group(s, sums, snap, g, scope);
	for (i = 0; ok && i < s->nr_blocks; i++)
		ok = !fill_block(&s->blocks[i], &sums[i], snap->vendor, key, skip_zeros);
	for (i = 0; ok && skip_zeros && i < s->nr_blocks; i++) {
		if (s->blocks[i].count)
			s->blocks[n++] = s->blocks[i];
		else
			free(s->blocks[i].rows);
	}
	if (ok && skip_zeros)
		s->nr_blocks = n;
out:
	for (i = 0; sums && i < snap->nr_vcpus; i++)
		kvmlat_account_free(&sums[i]);
	free(sums);
	if (ok)
		return s;
	sample_free(s);
	return NULL;
}

void sample_free(struct sample *s)
{
	size_t i;

	if (!s)
		return;
	for (i = 0; i < s->nr_blocks; i++)
		free(s->blocks[i].rows);
	free(s->blocks);
	free(s);
}
