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
 * A key that is not in a full table was there with at most the least count, or never: what is
 * evicted is the least, and no count falls.
 */
static uint64_t floor_of(const struct kvmlat_account *a)
{
	uint64_t least = 0;
	size_t i;

	if (!a->details_evicted)
		return 0;
	for (i = 0; i < a->nr_details; i++)
		if (!i || a->details[i].count < least)
			least = a->details[i].count;
	return least;
}

void kvmlat_sort_details(struct kvmlat_account *a)
{
	if (a->nr_details)
		qsort(a->details, a->nr_details, sizeof(*a->details), cmp_detail);
	a->details_floor = floor_of(a);
}

static const struct kvmlat_detail *find(const struct kvmlat_account *a,
					const struct kvmlat_detail *key)
{
	if (!a->nr_details)
		return NULL;
	return bsearch(key, a->details, a->nr_details, sizeof(*key), cmp_detail);
}

/* Switched off and on again: whatever was is forgotten. */
static bool began_anew(const struct kvmlat_account *newer, const struct kvmlat_account *older)
{
	const struct kvmlat_detail *now;
	size_t i;

	if (newer->details_evicted < older->details_evicted)
		return true;
	for (i = 0; i < older->nr_details; i++) {
		now = find(newer, &older->details[i]);
		if (now ? now->count < older->details[i].count :
			  newer->details_evicted == older->details_evicted)
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

int kvmlat_details_delta(struct kvmlat_account *to, const struct kvmlat_account *newer,
			 const struct kvmlat_account *older)
{
	const struct kvmlat_detail *was;
	size_t i;

	if (older && began_anew(newer, older))
		older = NULL;
	to->nr_details = 0;
	to->details = calloc(newer->nr_details + 1, sizeof(*to->details));
	if (!to->details)
		return -1;
	for (i = 0; i < newer->nr_details; i++) {
		struct kvmlat_detail *d = &to->details[to->nr_details++];

		*d = newer->details[i];
		was = older ? find(older, d) : NULL;
		if (was)
			detail_delta(d, was);
	}
	if (older)
		to->details_evicted -= older->details_evicted;
	if (!to->details_evicted)
		to->details_floor = 0;
	return 0;
}

static void add_floor(struct kvmlat_detail *d, uint64_t floor)
{
	d->count += floor;
	d->error += floor;
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
	const struct kvmlat_detail *a_end = a + into->nr_details, *b_end = b + from->nr_details;
	struct kvmlat_detail *all, *to;
	int order;

	into->details_evicted += from->details_evicted;
	if (from->nr_details) {
		all = malloc((into->nr_details + from->nr_details) * sizeof(*all));
		if (!all)
			return -1;
		for (to = all; a < a_end || b < b_end; to++) {
			order = a == a_end ? 1 : b == b_end ? -1 : cmp_detail(a, b);
			*to = order <= 0 ? *a++ : *b;
			if (order < 0)
				add_floor(to, from->details_floor);
			else if (order > 0)
				add_floor(to, into->details_floor);
			else
				add_detail(to, b);
			if (order >= 0)
				b++;
		}
		free(into->details);
		into->details = all;
		into->nr_details = to - all;
	}
	into->details_floor += from->details_floor;
	return 0;
}
