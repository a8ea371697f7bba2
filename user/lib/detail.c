// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "internal.h"

static int cmp_detail(const void *a, const void *b)
{
	const struct kvmlat_detail *x = a, *y = b;

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	return (x->key > y->key) - (x->key < y->key);
}

/*
 * How the module keeps the details of a vCPU, see linux/kvmlat.h: a key that finds its bin full
 * takes the place of that with the least count.
 */
#define WAYS	8

_Static_assert(KVMLAT_DETAIL_BINS == 16, "four bits of the hash");

static unsigned int bin_of(const struct kvmlat_detail *d)
{
	uint64_t key = (uint64_t)(d->kind + 1) << 56 | d->key;

	return key * 0x61c8864680b583ebULL >> 60;
}

/*
 * A key that is not in a full bin was there with at most the least count, or never: what is
 * evicted is the least, and no count falls.
 */
static void set_floors(struct kvmlat_account *a)
{
	unsigned int used[KVMLAT_DETAIL_BINS] = { 0 }, bin;
	size_t i;

	memset(a->details_floor, 0, sizeof(a->details_floor));
	for (i = 0; i < a->nr_details; i++) {
		bin = bin_of(&a->details[i]);
		if (!used[bin]++ || a->details[i].count < a->details_floor[bin])
			a->details_floor[bin] = a->details[i].count;
	}
	for (bin = 0; bin < KVMLAT_DETAIL_BINS; bin++)
		if (used[bin] < WAYS)
			a->details_floor[bin] = 0;
}

uint64_t kvmlat_details_unlisted(const struct kvmlat_account *a)
{
	uint64_t most = 0;
	unsigned int bin;

	for (bin = 0; bin < KVMLAT_DETAIL_BINS; bin++)
		if (a->details_floor[bin] > most)
			most = a->details_floor[bin];
	return most;
}

/* A key that changed its place while the table was read comes twice: the later has more. */
void kvmlat_sort_details(struct kvmlat_account *a)
{
	size_t i, n;

	if (!a->nr_details)
		return;
	qsort(a->details, a->nr_details, sizeof(*a->details), cmp_detail);
	for (i = n = 0; i < a->nr_details; i++) {
		if (!n || cmp_detail(&a->details[n - 1], &a->details[i]))
			a->details[n++] = a->details[i];
		else if (a->details[n - 1].count < a->details[i].count)
			a->details[n - 1] = a->details[i];
	}
	a->nr_details = n;
	set_floors(a);
}

static const struct kvmlat_detail *find(const struct kvmlat_account *a,
					const struct kvmlat_detail *key)
{
	if (!a->nr_details)
		return NULL;
	return bsearch(key, a->details, a->nr_details, sizeof(*key), cmp_detail);
}

/*
 * Switched off and on again: whatever was is forgotten. Else a count does not fall, and a key that
 * is gone made room for one with an error not below its count. Evictions alone do not tell, since
 * their number is sent before the table is read.
 */
static bool began_anew(const struct kvmlat_account *newer, const struct kvmlat_account *older)
{
	uint64_t errors[KVMLAT_DETAIL_BINS] = { 0 };
	const struct kvmlat_detail *d;
	unsigned int bin;
	size_t i;

	if (newer->details_evicted < older->details_evicted)
		return true;
	for (i = 0; i < newer->nr_details; i++) {
		d = &newer->details[i];
		bin = bin_of(d);
		if (errors[bin] < d->error)
			errors[bin] = d->error;
	}
	for (i = 0; i < older->nr_details; i++) {
		const struct kvmlat_detail *now = find(newer, &older->details[i]);

		d = &older->details[i];
		if ((now ? now->count : errors[bin_of(d)]) < d->count)
			return true;
	}
	return false;
}

/*
 * The error of a key is set when it takes the place of another, to more than any count it had
 * before: the same error says that it stayed, and that all since was counted exactly. If it did
 * not stay, what was counted since its return is the least, and what @was cannot explain the most.
 */
static void detail_delta(struct kvmlat_detail *d, const struct kvmlat_detail *was)
{
	uint64_t least;

	if (d->error == was->error) {
		if (d->longest_max <= was->longest_max)
			d->longest_min = 0;
		if (d->count == was->count)
			d->longest_max = 0;
		d->count -= was->count;
		d->error = 0;
		d->total -= was->total;
		return;
	}
	least = d->count - d->error;
	d->count -= was->count - was->error;
	d->error = d->count - least;
}

/* @to has room for all of @newer. */
void kvmlat_details_delta(struct kvmlat_account *to, const struct kvmlat_account *newer,
			  const struct kvmlat_account *older)
{
	const struct kvmlat_detail *was;
	unsigned int bin;
	size_t i;

	if (older && began_anew(newer, older))
		older = NULL;
	if (older)
		memset(to->details_floor, 0, sizeof(to->details_floor));
	to->nr_details = 0;
	for (i = 0; i < newer->nr_details; i++) {
		struct kvmlat_detail *d = &to->details[to->nr_details++];

		*d = newer->details[i];
		if (!older)
			continue;
		was = find(older, d);
		bin = bin_of(d);
		/* Came, or came back, by taking the place of another of its bin. */
		if (d->error && (!was || was->error != d->error))
			to->details_floor[bin] = newer->details_floor[bin];
		if (was)
			detail_delta(d, was);
	}
	if (older)
		to->details_evicted -= older->details_evicted;
	if (older && to->details_since && to->details_since < older->end)
		to->details_since = older->end;
}

static void add_floor(struct kvmlat_detail *d, const struct kvmlat_account *other)
{
	d->count += other->details_floor[bin_of(d)];
	d->error += other->details_floor[bin_of(d)];
}

static void add_detail(struct kvmlat_detail *to, const struct kvmlat_detail *from)
{
	to->count += from->count;
	to->error += from->error;
	to->total += from->total;
	if (from->longest_min > to->longest_min)
		to->longest_min = from->longest_min;
	if (from->longest_max > to->longest_max)
		to->longest_max = from->longest_max;
}

/* A key that only one of them has may have been evicted from the other. */
int kvmlat_details_merge(struct kvmlat_account *into, const struct kvmlat_account *from)
{
	const struct kvmlat_detail *a = into->details, *b = from->details;
	const struct kvmlat_detail *a_end, *b_end;
	struct kvmlat_detail *all, *to;
	unsigned int bin;
	int order;

	into->details_evicted += from->details_evicted;
	if (from->details_since &&
	    (!into->details_since || from->details_since < into->details_since))
		into->details_since = from->details_since;
	if (from->nr_details) {
		all = malloc((into->nr_details + from->nr_details) * sizeof(*all));
		if (!all)
			return -1;
		/* Nothing may be added to a null pointer, not even nothing. */
		a_end = a ? a + into->nr_details : NULL;
		b_end = b + from->nr_details;
		for (to = all; a < a_end || b < b_end; to++) {
			order = a == a_end ? 1 : b == b_end ? -1 : cmp_detail(a, b);
			*to = order <= 0 ? *a++ : *b;
			if (order < 0)
				add_floor(to, from);
			else if (order > 0)
				add_floor(to, into);
			else
				add_detail(to, b);
			if (order >= 0)
				b++;
		}
		free(into->details);
		into->details = all;
		into->nr_details = to - all;
	}
	for (bin = 0; bin < KVMLAT_DETAIL_BINS; bin++)
		into->details_floor[bin] += from->details_floor[bin];
	return 0;
}
