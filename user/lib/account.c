// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "internal.h"

void kvmlat_account_free(struct kvmlat_account *a)
{
	size_t i;

	for (i = 0; i < a->nr_reasons; i++)
		free(a->reasons[i].buckets);
	free(a->reasons);
	free(a->preemptors);
	free(a->details);
	memset(a, 0, sizeof(*a));
}

static int cmp_reason(const void *a, const void *b)
{
	const struct kvmlat_reason *x = a, *y = b;

	if (x->cls != y->cls)
		return x->cls < y->cls ? -1 : 1;
	return (x->code > y->code) - (x->code < y->code);
}

void kvmlat_sort_reasons(struct kvmlat_account *a)
{
	if (a->nr_reasons)
		qsort(a->reasons, a->nr_reasons, sizeof(*a->reasons), cmp_reason);
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

/* Makes the buckets of @to those of @a and @b added up, or @b's taken from @a's. */
static int combine(struct kvmlat_reason *to, const struct kvmlat_reason *a,
		   const struct kvmlat_reason *b, bool subtract)
{
	const struct kvmlat_bucket *x = a->buckets, *x_end = x ? x + a->nr_buckets : NULL;
	const struct kvmlat_bucket *y = b->buckets, *y_end = y ? y + b->nr_buckets : NULL;
	struct kvmlat_bucket *buckets = NULL, *next;

	if (x != x_end || y != y_end) {
		buckets = malloc((a->nr_buckets + b->nr_buckets) * sizeof(*buckets));
		if (!buckets)
			return -1;
	}
	next = buckets;
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
	free(to->buckets);
	to->buckets = buckets;
	to->nr_buckets = next - buckets;
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

static int reason_delta(struct kvmlat_reason *to, const struct kvmlat_reason *newer,
			const struct kvmlat_reason *older)
{
	static const struct kvmlat_reason nothing;

	*to = *newer;
	to->buckets = NULL;
	to->nr_buckets = 0;
	if (older) {
		to->count -= older->count;
		to->total -= older->total;
		to->away -= older->away;
	}
	/* Buckets only grow, and their sum is the count: without one more they are the same. */
	if (to->count && combine(to, newer, older ? older : &nothing, true))
		return -1;
	if (older)
		bound_longest(to, newer, older);
	return 0;
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

/* @to must be zero; what it holds after a failure can be freed. */
int kvmlat_account_delta(struct kvmlat_account *to, const struct kvmlat_account *newer,
			 const struct kvmlat_account *older)
{
	const struct kvmlat_reason *r, *was;
	size_t i;

	*to = *newer;
	to->nr_reasons = 0;
	to->preemptors = NULL;
	to->details = NULL;
	to->reasons = calloc(newer->nr_reasons + 1, sizeof(*to->reasons));
	if (!to->reasons || kvmlat_preemptors_delta(to, newer, older) ||
	    kvmlat_details_delta(to, newer, older))
		return -1;
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
	for (i = 0; i < newer->nr_reasons; i++) {
		r = &newer->reasons[i];
		was = older ? kvmlat_find_reason(older, r->cls, r->code) : NULL;
		to->nr_reasons++;
		if (reason_delta(&to->reasons[i], r, was))
			return -1;
	}
	return 0;
}

int kvmlat_reason_add(struct kvmlat_reason *to, const struct kvmlat_reason *from)
{
	if (from->nr_buckets && combine(to, to, from, false))
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
	struct kvmlat_reason *to;
	size_t i, had = into->nr_reasons;

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

	for (i = 0; i < from->nr_reasons; i++) {
		const struct kvmlat_reason *r = &from->reasons[i];
		struct kvmlat_account old = *into;

		old.nr_reasons = had;
		to = (struct kvmlat_reason *)kvmlat_find_reason(&old, r->cls, r->code);
		if (!to)
			to = new_row(into, r->cls, r->code);
		if (!to || kvmlat_reason_add(to, r))
			return -1;
	}
	if (into->nr_reasons != had)
		kvmlat_sort_reasons(into);
	return 0;
}
