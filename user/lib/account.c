// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "internal.h"

int kvmlat_cmp_reason(const struct kvmlat_reason *x, const struct kvmlat_reason *y)
{
	if (x->cls != y->cls)
		return x->cls < y->cls ? -1 : 1;
	return (x->code > y->code) - (x->code < y->code);
}

static int cmp_reason(const void *a, const void *b)
{
	return kvmlat_cmp_reason(a, b);
}

const struct kvmlat_reason *kvmlat_find_reason(const struct kvmlat_account *a, uint32_t cls,
					       uint32_t code)
{
	struct kvmlat_reason key = { .cls = cls, .code = code };

	if (!a->nr_reasons)
		return NULL;
	return bsearch(&key, a->reasons, a->nr_reasons, sizeof(key), cmp_reason);
}

bool kvmlat_reason_is_exit(uint32_t cls)
{
	switch (cls) {
	case KVMLAT_REASON_CLASS_EXIT:
	case KVMLAT_REASON_CLASS_UNKNOWN:
	case KVMLAT_REASON_CLASS_OTHER:
	case KVMLAT_REASON_CLASS_NESTED:
	case KVMLAT_REASON_CLASS_REFLECTED:
		return true;
	default:
		return false;
	}
}

bool kvmlat_reason_has_code(uint32_t cls)
{
	switch (cls) {
	case KVMLAT_REASON_CLASS_EXIT:
	case KVMLAT_REASON_CLASS_NESTED:
	case KVMLAT_REASON_CLASS_REFLECTED:
	case KVMLAT_REASON_CLASS_USER:
		return true;
	default:
		return false;
	}
}

/* Puts the buckets of @a and @b added up into @to, or @b's taken from @a's; returns how many. */
static size_t combine(struct kvmlat_bucket *to, const struct kvmlat_reason *a,
		      const struct kvmlat_reason *b, bool subtract)
{
	const struct kvmlat_bucket *x = a->buckets, *x_end = x ? x + a->nr_buckets : NULL;
	const struct kvmlat_bucket *y = b->buckets, *y_end = y ? y + b->nr_buckets : NULL;
	struct kvmlat_bucket *next = to;

	while (x != x_end || y != y_end) {
		bool of_a = y == y_end || (x != x_end && x->index <= y->index);
		bool of_b = x == x_end || (y != y_end && y->index <= x->index);

		next->index = of_a ? x->index : y->index;
		next->count = of_a ? x->count : 0;
		if (of_b)
			next->count += subtract ? -y->count : y->count;
		/* Nothing may be added to a null pointer, not even nothing. */
		if (of_a)
			x++;
		if (of_b)
			y++;
		/* What did not grow is not kept. */
		next += !!next->count;
	}
	return next - to;
}

/* Adds buckets to those that are there already; false, with nothing done, if one is not. */
static bool add_in_place(struct kvmlat_reason *to, const struct kvmlat_reason *from)
{
	struct kvmlat_bucket *x = to->buckets, *x_end = x ? x + to->nr_buckets : NULL;
	const struct kvmlat_bucket *y, *y_end = from->buckets + from->nr_buckets;

	for (y = from->buckets; y != y_end; y++, x++) {
		while (x != x_end && x->index < y->index)
			x++;
		if (x == x_end || x->index != y->index)
			return false;
	}
	x = to->buckets;
	for (y = from->buckets; y != y_end; y++) {
		while (x->index != y->index)
			x++;
		x->count += y->count;
	}
	return true;
}

static int add_buckets(struct kvmlat_reason *to, const struct kvmlat_reason *from)
{
	struct kvmlat_bucket *buckets;

	if (!from->nr_buckets || add_in_place(to, from))
		return 0;
	buckets = malloc((to->nr_buckets + from->nr_buckets) * sizeof(*buckets));
	if (!buckets)
		return -1;
	to->nr_buckets = combine(buckets, to, from, false);
	free(to->buckets);
	to->buckets = buckets;
	return 0;
}

/*
 * The longest of an interval is not the difference of two maxima. Where the maximum grew, the
 * new one belongs to the interval; where not, the highest bucket that grew bounds it.
 */
static void bound_longest(struct kvmlat_reason *r, const struct kvmlat_reason *newer,
			  const struct kvmlat_reason *older)
{
	unsigned int top;

	r->longest_min = 0;
	r->longest_max = 0;
	r->longest_at = 0;
	if (!r->count)
		return;
	r->longest_max = newer->longest_max;
	if (newer->longest_max > older->longest_max) {
		r->longest_min = newer->longest_min;
		r->longest_at = newer->longest_at;
	} else if (r->nr_buckets) {
		top = r->buckets[r->nr_buckets - 1].index;
		r->longest_min = kvmlat_bucket_lower(top);
		if (kvmlat_bucket_upper(top) < r->longest_max)
			r->longest_max = kvmlat_bucket_upper(top);
	}
}

/* Its buckets go to @room. Returns what is left of that. */
static struct kvmlat_bucket *reason_delta(struct kvmlat_reason *to,
					  const struct kvmlat_reason *newer,
					  const struct kvmlat_reason *older,
					  struct kvmlat_bucket *room)
{
	static const struct kvmlat_reason nothing;

	*to = *newer;
	to->buckets = room;
	to->nr_buckets = 0;
	if (older) {
		to->count -= older->count;
		to->total -= older->total;
		to->away -= older->away;
	}
	/* Buckets only grow, and their sum is the count: without one more they are the same. */
	if (to->count)
		to->nr_buckets = combine(room, newer, older ? older : &nothing, true);
	if (older)
		bound_longest(to, newer, older);
	return room + to->nr_buckets;
}

/* Takes at most @excess from a state. Returns what is left of it. */
static uint64_t shorten(uint64_t *time, uint64_t excess)
{
	uint64_t part = excess < *time ? excess : *time;

	*time -= part;
	return excess - part;
}

/*
 * What became of an interval that was open in the older snapshot is known only in the newer one,
 * see linux/kvmlat.h: a poll was exit or user until it ended, a wait for a CPU the sleep before it.
 * So a state can have less than it had, and the state that the time went to has more than came
 * since. That much was told in the interval before, and is not told again.
 */
static void times_delta(struct kvmlat_account *to, const struct kvmlat_account *older)
{
	static const uint32_t goes_to[KVMLAT_NR_STATES] = {
		[KVMLAT_STATE_EXIT] = KVMLAT_STATE_POLL,
		[KVMLAT_STATE_USER] = KVMLAT_STATE_POLL,
		[KVMLAT_STATE_WAIT] = KVMLAT_STATE_RUNQ,
		[KVMLAT_STATE_OFF] = KVMLAT_STATE_RUNQ,
	};
	uint64_t excess[KVMLAT_NR_STATES] = { 0 };
	unsigned int i, n;

	for (i = 0; i < KVMLAT_NR_STATES; i++) {
		if (to->times[i] < older->times[i])
			excess[i] = older->times[i] - to->times[i];
		to->times[i] -= older->times[i] - excess[i];
	}
	for (i = 0; i < KVMLAT_NR_STATES; i++) {
		excess[i] = shorten(&to->times[goes_to[i]], excess[i]);
		for (n = 0; n < KVMLAT_NR_STATES; n++)
			excess[i] = shorten(&to->times[n], excess[i]);
	}
}

_Static_assert(KVMLAT_NR_STATES <= KVMLAT_STATES_ROOM, "a state without room");

static uint64_t since(uint64_t newer, uint64_t older)
{
	return newer > older ? newer - older : 0;
}

static size_t count_buckets(const struct kvmlat_account *a)
{
	size_t i, n = 0;

	for (i = 0; i < a->nr_reasons; i++)
		n += a->reasons[i].nr_buckets;
	return n;
}

/* @to must be zero; after a failure it is again. */
int kvmlat_account_delta(struct kvmlat_account *to, const struct kvmlat_account *newer,
			 const struct kvmlat_account *older)
{
	const struct kvmlat_reason *was = older ? older->reasons : NULL;
	const struct kvmlat_reason *was_end = was ? was + older->nr_reasons : NULL;
	struct kvmlat_bucket *buckets;
	size_t i, n = 0;

	*to = *newer;
	to->nr_reasons = 0;
	to->store = NULL;
	/* Nothing happened between two that share their rows. */
	if (!older || !newer->store || newer->store != older->store)
		n = count_buckets(newer) + (older ? count_buckets(older) : 0);
	buckets = kvmlat_store_new(to, newer->nr_reasons, n, newer->nr_preemptors,
				   newer->nr_details);
	if (!buckets) {
		memset(to, 0, sizeof(*to));
		return -1;
	}
	kvmlat_preemptors_delta(to, newer, older);
	kvmlat_details_delta(to, newer, older);
	if (older) {
		to->start = older->end;
		to->elapsed -= older->elapsed;
		to->reentries -= older->reentries;
		to->halt.grow -= older->halt.grow;
		to->halt.shrink -= older->halt.shrink;
		to->halt.invalid -= older->halt.invalid;
		times_delta(to, older);
		to->preempted = since(newer->preempted, older->preempted);
		if (to->preempted > to->times[KVMLAT_STATE_RUNQ])
			to->preempted = to->times[KVMLAT_STATE_RUNQ];
	}
	/* Both are ascending. */
	for (i = 0; i < newer->nr_reasons; i++) {
		const struct kvmlat_reason *r = &newer->reasons[i];
		bool same;

		while (was != was_end && cmp_reason(was, r) < 0)
			was++;
		same = was != was_end && !cmp_reason(was, r);
		buckets = reason_delta(&to->reasons[to->nr_reasons++], r, same ? was : NULL,
				       buckets);
	}
	return 0;
}

int kvmlat_reason_add(struct kvmlat_reason *to, const struct kvmlat_reason *from)
{
	if (add_buckets(to, from))
		return -1;
	to->count += from->count;
	to->total += from->total;
	to->away += from->away;
	if (from->longest_max > to->longest_max) {
		to->longest_at = from->longest_at;
		to->longest_cpu = from->longest_cpu;
		to->longest_max = from->longest_max;
	}
	if (from->longest_min > to->longest_min)
		to->longest_min = from->longest_min;
	return 0;
}

static struct kvmlat_reason *new_row(struct kvmlat_account *a, uint32_t cls, uint32_t code)
{
	struct kvmlat_reason *rows = realloc(a->reasons, (a->nr_reasons + 1) * sizeof(*rows));

	if (!rows)
		return NULL;
	a->reasons = rows;
	rows += a->nr_reasons++;
	*rows = (struct kvmlat_reason){ .cls = cls, .code = code };
	return rows;
}

static void halt_merge(struct kvmlat_halt *to, const struct kvmlat_halt *from, bool first)
{
	if (first || from->window_min < to->window_min)
		to->window_min = from->window_min;
	if (from->window_max > to->window_max)
		to->window_max = from->window_max;
	to->grow += from->grow;
	to->shrink += from->shrink;
	to->invalid += from->invalid;
}

int kvmlat_merge(struct kvmlat_account *into, const struct kvmlat_account *from)
{
	size_t i, at = 0, had = into->nr_reasons;

	if (kvmlat_store_leave(into))
		return -1;
	if (!into->nr_vcpus || from->start < into->start)
		into->start = from->start;
	if (from->end > into->end)
		into->end = from->end;
	halt_merge(&into->halt, &from->halt, !into->nr_vcpus);
	into->elapsed += from->elapsed;
	into->preempted += from->preempted;
	into->reentries += from->reentries;
	into->nr_vcpus += from->nr_vcpus;
	for (i = 0; i < KVMLAT_NR_STATES; i++)
		into->times[i] += from->times[i];
	if (kvmlat_preemptors_merge(into, from) || kvmlat_details_merge(into, from))
		return -1;

	/* Both are ascending; what is new comes to the end first. */
	for (i = 0; i < from->nr_reasons; i++) {
		const struct kvmlat_reason *r = &from->reasons[i];
		struct kvmlat_reason *to;

		while (at < had && cmp_reason(&into->reasons[at], r) < 0)
			at++;
		if (at < had && !cmp_reason(&into->reasons[at], r))
			to = &into->reasons[at];
		else
			to = new_row(into, r->cls, r->code);
		if (!to || kvmlat_reason_add(to, r))
			return -1;
	}
	if (into->nr_reasons != had)
		qsort(into->reasons, into->nr_reasons, sizeof(*into->reasons), cmp_reason);
	return 0;
}
