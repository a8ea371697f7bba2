// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>

#include "lib/internal.h"
#include "user_tap.h"

/*
 * A table of ROOM keys as the module keeps it: the least count makes room for a new key, which
 * takes it over as its error. Beside it the truth, to compare with.
 */
#define ROOM	8
#define KEYS	40

struct table {
	struct kvmlat_account	account;
	uint64_t		truth[KEYS];
	uint64_t		total[KEYS];
};

static void hit(struct table *t, uint64_t key)
{
	struct kvmlat_account *a = &t->account;
	struct kvmlat_detail *d, *least = NULL;

	t->truth[key]++;
	t->total[key] += key;
	if (!a->details)
		a->details = calloc(ROOM, sizeof(*d));
	for (d = a->details; d < a->details + a->nr_details; d++) {
		if (d->key == key)
			break;
		if (!least || d->count < least->count)
			least = d;
	}
	if (d == a->details + a->nr_details) {
		if (a->nr_details < ROOM) {
			*d = (struct kvmlat_detail){ .key = key };
			a->nr_details++;
		} else {
			a->details_evicted++;
			d = least;
			*d = (struct kvmlat_detail){
				.key = key, .count = d->count, .error = d->count,
			};
		}
	}
	d->count++;
	d->total += key;
	d->longest_min = key;
	d->longest_max = key;
}

static unsigned int seed = 1;

static unsigned int draw(unsigned int n)
{
	seed = seed * 1103515245 + 12345;
	return (seed >> 16) % n;
}

/* Few keys are frequent, many are rare. */
static void run(struct table *t, unsigned int events, unsigned int keys)
{
	while (events--)
		hit(t, draw(2) ? draw(3) : draw(keys));
}

/* What libkvmlat makes of the table when it is read. */
static void take(const struct table *t, struct kvmlat_account *a)
{
	memset(a, 0, sizeof(*a));
	a->nr_vcpus = 1;
	a->details_evicted = t->account.details_evicted;
	a->nr_details = t->account.nr_details;
	a->details = calloc(ROOM, sizeof(*a->details));
	memcpy(a->details, t->account.details, a->nr_details * sizeof(*a->details));
	kvmlat_sort_details(a);
}

static void bounds_hold(const struct kvmlat_account *a, const uint64_t *truth)
{
	uint64_t key, seen = 0;
	size_t i;

	for (i = 0; i < a->nr_details; i++) {
		const struct kvmlat_detail *d = &a->details[i];

		seen |= 1ULL << d->key;
		EXPECT(d->error <= d->count);
		EXPECT(truth[d->key] <= d->count);
		EXPECT(truth[d->key] >= d->count - d->error);
		EXPECT(d->total <= truth[d->key] * d->key);
		EXPECT(d->total >= (d->count - d->error) * d->key);
		EXPECT(i == 0 || d[-1].key < d->key);
	}
	for (key = 0; key < KEYS; key++)
		EXPECT(seen & 1ULL << key || truth[key] <= a->details_floor);
}

static void bounds_hold_through_deltas(void)
{
	unsigned int round, i;

	for (round = 0; round < 300; round++) {
		struct kvmlat_account older, newer, delta = { 0 };
		struct table t = { 0 }, was;

		run(&t, 1 + draw(400), 1 + draw(KEYS));
		take(&t, &older);
		was = t;
		run(&t, draw(400), 1 + draw(KEYS));
		take(&t, &newer);
		EXPECT(!kvmlat_account_delta(&delta, &newer, &older));
		for (i = 0; i < KEYS; i++)
			was.truth[i] = t.truth[i] - was.truth[i];
		bounds_hold(&newer, t.truth);
		bounds_hold(&delta, was.truth);
		kvmlat_account_free(&older);
		kvmlat_account_free(&newer);
		kvmlat_account_free(&delta);
		free(t.account.details);
	}
}

static void bounds_hold_through_merges(void)
{
	unsigned int round, i, n;

	for (round = 0; round < 300; round++) {
		struct kvmlat_account all = { 0 }, part;
		uint64_t truth[KEYS] = { 0 };

		for (n = 0; n < 3; n++) {
			struct table t = { 0 };

			run(&t, 1 + draw(400), 1 + draw(KEYS));
			take(&t, &part);
			EXPECT(!kvmlat_merge(&all, &part));
			for (i = 0; i < KEYS; i++)
				truth[i] += t.truth[i];
			kvmlat_account_free(&part);
			free(t.account.details);
		}
		bounds_hold(&all, truth);
		kvmlat_account_free(&all);
	}
}

static void what_fits_is_exact(void)
{
	struct kvmlat_account older, newer, delta = { 0 };
	struct table t = { 0 };
	size_t i;

	run(&t, 500, ROOM);
	take(&t, &older);
	run(&t, 500, ROOM);
	take(&t, &newer);
	EXPECT(!kvmlat_account_delta(&delta, &newer, &older));
	EXPECT_EQ(delta.nr_details, ROOM);
	EXPECT_EQ(delta.details_evicted, 0);
	EXPECT_EQ(delta.details_floor, 0);
	for (i = 0; i < ROOM; i++) {
		EXPECT_EQ(delta.details[i].error, 0);
		EXPECT_EQ(delta.details[i].count,
			  newer.details[i].count - older.details[i].count);
	}
	kvmlat_account_free(&older);
	kvmlat_account_free(&newer);
	kvmlat_account_free(&delta);
	free(t.account.details);
}

static void switching_off_and_on_begins_anew(void)
{
	struct kvmlat_account older, newer, delta = { 0 };
	struct table before = { 0 }, after = { 0 };

	run(&before, 5, 4);
	hit(&before, 39);
	run(&after, 50, 4);
	take(&before, &older);
	take(&after, &newer);
	EXPECT(!kvmlat_account_delta(&delta, &newer, &older));
	bounds_hold(&delta, after.truth);
	kvmlat_account_free(&older);
	kvmlat_account_free(&newer);
	kvmlat_account_free(&delta);
	free(before.account.details);
	free(after.account.details);
}

static void kinds_are_kept_apart(void)
{
	struct kvmlat_detail in = { .kind = KVMLAT_DETAIL_KIND_PIO_IN, .key = 5, .count = 1 };
	struct kvmlat_detail out = { .kind = KVMLAT_DETAIL_KIND_PIO_OUT, .key = 5, .count = 2 };
	struct kvmlat_account a = { .nr_vcpus = 1, .nr_details = 1, .details = &out };
	struct kvmlat_account b = { .nr_vcpus = 1, .nr_details = 1, .details = &in };
	struct kvmlat_account all = { 0 };

	EXPECT(!kvmlat_merge(&all, &a));
	EXPECT(!kvmlat_merge(&all, &b));
	EXPECT(!kvmlat_merge(&all, &a));
	EXPECT_EQ(all.nr_details, 2);
	EXPECT_EQ(all.details[0].kind, KVMLAT_DETAIL_KIND_PIO_IN);
	EXPECT_EQ(all.details[0].count, 1);
	EXPECT_EQ(all.details[1].count, 4);
	kvmlat_account_free(&all);
}

static const struct tap_case cases[] = {
	{ "bounds hold through deltas", bounds_hold_through_deltas },
	{ "bounds hold through merges", bounds_hold_through_merges },
	{ "what fits is exact", what_fits_is_exact },
	{ "switching off and on begins anew", switching_off_and_on_begins_anew },
	{ "kinds are kept apart", kinds_are_kept_apart },
};

int main(void)
{
	return tap_run(cases, TAP_CASES(cases));
}
