// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "format.h"
#include "lib/internal.h"
#include "rows.h"

static const struct kvmlat_reason nothing;

static bool same_row(const struct kvmlat_reason *x, const struct kvmlat_reason *y)
{
	return x->count == y->count && x->total == y->total && x->away == y->away &&
	       x->longest_min == y->longest_min && x->longest_max == y->longest_max &&
	       x->longest_at == y->longest_at && x->longest_cpu == y->longest_cpu &&
	       x->nr_buckets == y->nr_buckets &&
	       (!x->nr_buckets || !memcmp(x->buckets, y->buckets,
					  x->nr_buckets * sizeof(*x->buckets)));
}

/* Buckets of both, of which those are written that are other than they were. */
static void put_buckets(struct bytes *to, const struct kvmlat_reason *r,
			const struct kvmlat_reason *was)
{
	const struct kvmlat_bucket *x = r->buckets, *x_end = x ? x + r->nr_buckets : NULL;
	const struct kvmlat_bucket *y = was->buckets, *y_end = y ? y + was->nr_buckets : NULL;
	unsigned int last = 0;

	for (; x != x_end; x++) {
		uint64_t before = 0;

		while (y != y_end && y->index < x->index)
			y++;
		if (y != y_end && y->index == x->index)
			before = y->count;
		if (x->count == before)
			continue;
		/* From 1: a 0 ends them. */
		put_u64(to, x->index + 1 - last);
		put_change(to, x->count, before);
		last = x->index + 1;
	}
	put_u64(to, 0);
}

static void put_row(struct bytes *to, const struct kvmlat_reason *r,
		    const struct kvmlat_reason *was, uint64_t now)
{
	bool longest = was == &nothing || r->longest_max != was->longest_max ||
		       r->longest_min != was->longest_min || r->longest_at != was->longest_at ||
		       r->longest_cpu != was->longest_cpu;

	put_u64(to, (longest ? ROW_LONGEST : 0) + 1);
	put_u64(to, r->cls);
	put_u64(to, r->code);
	put_change(to, r->count, was->count);
	put_change(to, r->total, was->total);
	put_change(to, r->away, was->away);
	put_u64(to, r->longest_max);
	put_change(to, r->longest_max, r->longest_min);
	if (longest) {
		put_u64(to, r->longest_at ? 1 : 0);
		if (r->longest_at)
			put_change(to, now, r->longest_at);
		put_u64(to, r->longest_cpu);
	}
	put_buckets(to, r, was);
}

/* Each begins with its flags and 1; a 0 ends them. */
void put_rows(struct bytes *to, const struct kvmlat_account *a, const struct kvmlat_account *older,
	      uint64_t now)
{
	size_t i, at = 0;

	for (i = 0; a != older && i < a->nr_reasons; i++) {
		const struct kvmlat_reason *r = &a->reasons[i], *was = &nothing;

		while (at < older->nr_reasons && kvmlat_cmp_reason(&older->reasons[at], r) < 0)
			at++;
		if (at < older->nr_reasons && !kvmlat_cmp_reason(&older->reasons[at], r))
			was = &older->reasons[at];
		if (was == &nothing || !same_row(r, was))
			put_row(to, r, was, now);
	}
	put_u64(to, 0);
}

/* Pointers to what is read are made when all is there: until then it moves. */
static struct kvmlat_reason *add_row(struct rows *rows)
{
	void *p = kvmlat_draft_array(rows->read, rows->nr_read, &rows->room_read,
				     sizeof(*rows->read));

	if (!p) {
		rows->no_memory = true;
		return NULL;
	}
	rows->read = p;
	memset(&rows->read[rows->nr_read], 0, sizeof(*rows->read));
	return &rows->read[rows->nr_read++];
}

static bool add_bucket(struct rows *rows, unsigned int index, uint64_t count)
{
	void *p = kvmlat_draft_array(rows->buckets, rows->nr_buckets, &rows->room_buckets,
				     sizeof(*rows->buckets));

	if (!p) {
		rows->no_memory = true;
		return false;
	}
	rows->buckets = p;
	rows->buckets[rows->nr_buckets++] = (struct kvmlat_bucket){ index, count };
	return true;
}

/* Those of @was, with what is read added to them. Returns how many there are then. */
static size_t get_buckets(struct input *in, const struct kvmlat_reason *was, struct rows *rows)
{
	const struct kvmlat_bucket *y = was->buckets, *y_end = y ? y + was->nr_buckets : NULL;
	size_t first = rows->nr_buckets;
	uint64_t last = 0, step;

	for (step = get_u64(in); step && !in->bad; step = get_u64(in)) {
		uint64_t count = 0;

		/* Both are below 2^16: no sum overflows. */
		if (step > KVMLAT_HIST_BUCKETS || last + step > KVMLAT_HIST_BUCKETS) {
			in->bad = true;
			return 0;
		}
		last += step;
		for (; y != y_end && y->index < last - 1; y++)
			if (!add_bucket(rows, y->index, y->count))
				return 0;
		if (y != y_end && y->index == last - 1)
			count = y++->count;
		count = get_change(in, count);
		if (count && !add_bucket(rows, last - 1, count))
			return 0;
	}
	for (; y != y_end; y++)
		if (!add_bucket(rows, y->index, y->count))
			return 0;
	return rows->nr_buckets - first;
}

static bool make_pointers(struct rows *rows, size_t room)
{
	const struct kvmlat_reason **p;

	if (room <= rows->room)
		return true;
	p = realloc(rows->newer, room * sizeof(*p));
	if (p)
		rows->newer = p;
	else
		rows->no_memory = true;
	p = realloc(rows->older, room * sizeof(*p));
	if (p)
		rows->older = p;
	else
		rows->no_memory = true;
	if (!rows->no_memory)
		rows->room = room;
	return !rows->no_memory;
}

/*
 * A row, and with @missed a second one behind it: as it was before. If it was missed when it
 * became as long as it is, it is that long there, too: then what is read did not make it so.
 */
static void get_row(struct input *in, unsigned int flags, const struct kvmlat_reason *key,
		    const struct kvmlat_reason *was, uint64_t now, bool missed, struct rows *rows)
{
	struct kvmlat_reason *r = add_row(rows), *older;
	size_t nr;

	if (!r)
		return;
	*r = *was;
	r->cls = key->cls;
	r->code = key->code;
	r->count = get_change(in, was->count);
	r->total = get_change(in, was->total);
	r->away = get_change(in, was->away);
	r->longest_max = get_u64(in);
	r->longest_min = r->longest_max - get_change(in, 0);
	if (flags & ROW_LONGEST) {
		r->longest_at = get_u64(in) ? now - get_change(in, 0) : 0;
		r->longest_cpu = get_u32(in);
	} else if (r->longest_max != was->longest_max || r->longest_min != was->longest_min) {
		r->longest_at = 0;
		r->longest_cpu = 0;
	}
	nr = get_buckets(in, was, rows);
	r->nr_buckets = nr;
	r->buckets = NULL;
	if (!missed)
		return;
	older = add_row(rows);
	if (!older)
		return;
	r = older - 1;
	*older = *was;
	older->cls = key->cls;
	older->code = key->code;
	if (!(flags & ROW_LONGEST)) {
		older->longest_max = r->longest_max;
		older->longest_min = r->longest_min;
		older->longest_at = r->longest_at;
		older->longest_cpu = r->longest_cpu;
	}
}

/* Puts what was read between the rows of @base. */
static void place_rows(struct rows *rows, const struct kvmlat_account *base, bool missed)
{
	const struct kvmlat_reason *x = base->reasons, *x_end = x ? x + base->nr_reasons : NULL;
	size_t i, step = missed ? 2 : 1, at = 0;

	rows->nr_newer = 0;
	rows->nr_older = 0;
	for (i = 0; i < rows->nr_read; i += step) {
		struct kvmlat_reason *r = &rows->read[i];

		r->buckets = r->nr_buckets ? rows->buckets + at : NULL;
		at += r->nr_buckets;
		for (; x != x_end && kvmlat_cmp_reason(x, r) < 0; x++) {
			rows->newer[rows->nr_newer++] = x;
			rows->older[rows->nr_older++] = x;
		}
		rows->newer[rows->nr_newer++] = r;
		if (missed)
			rows->older[rows->nr_older++] = r + 1;
		if (x != x_end && !kvmlat_cmp_reason(x, r))
			x++;
	}
	for (; x != x_end; x++) {
		rows->newer[rows->nr_newer++] = x;
		rows->older[rows->nr_older++] = x;
	}
}

void get_rows(struct input *in, const struct kvmlat_account *base, uint64_t now, bool missed,
	      struct rows *rows)
{
	const struct kvmlat_reason *was;
	struct kvmlat_reason key = { 0 }, last = { 0 };
	uint64_t flags;

	rows->nr_read = 0;
	rows->nr_buckets = 0;
	for (flags = get_u64(in); flags && !in->bad; flags = get_u64(in)) {
		key.cls = get_u32(in);
		key.code = get_u32(in);
		if (rows->nr_read && kvmlat_cmp_reason(&last, &key) >= 0)
			in->bad = true;
		last = key;
		was = kvmlat_find_reason(base, key.cls, key.code);
		get_row(in, flags - 1, &key, was ? was : &nothing, now, missed, rows);
		if (in->bad || rows->no_memory)
			return;
	}
	if (make_pointers(rows, base->nr_reasons + rows->nr_read + 1))
		place_rows(rows, base, missed);
}

void rows_free(struct rows *rows)
{
	free(rows->read);
	free(rows->buckets);
	free(rows->newer);
	free(rows->older);
	memset(rows, 0, sizeof(*rows));
}
