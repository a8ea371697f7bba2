// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/internal.h"
#include "model/detail_names.h"
#include "detail.h"
#include "tap.h"

/* Beside it the truth. All keys are MSRs that are read. */
#define KEYS	400

struct table {
	struct kvmlat_detail_table	module;
	uint64_t			truth[KEYS];
};

static void hit(struct table *t, uint64_t key)
{
	t->truth[key]++;
	kvmlat_detail_add(&t->module, (KVMLAT_DETAIL_KIND_MSR_READ + 1ULL) << 56 | key, key);
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
	const struct entry *e = &t->module.entry[0][0];
	unsigned int i;

	memset(a, 0, sizeof(*a));
	a->nr_vcpus = 1;
	a->details_evicted = t->module.evicted;
	a->details = calloc(SETS * WAYS, sizeof(*a->details));
	for (i = 0; i < SETS * WAYS; i++, e++) {
		if (!e->count)
			continue;
		a->details[a->nr_details++] = (struct kvmlat_detail){
			.kind = (e->key >> 56) - 1, .key = e->key & 0xffffffff,
			.count = e->count, .error = e->error, .total = e->total,
			.longest_min = e->longest, .longest_max = e->longest,
		};
	}
	kvmlat_sort_details(a);
}

static void bounds_hold(const struct kvmlat_account *a, const uint64_t *truth)
{
	bool seen[KEYS] = { false };
	uint64_t key;
	size_t i;

	for (i = 0; i < a->nr_details; i++) {
		const struct kvmlat_detail *d = &a->details[i];

		seen[d->key] = true;
		EXPECT_EQ(d->kind, KVMLAT_DETAIL_KIND_MSR_READ);
		EXPECT(d->error <= d->count);
		EXPECT(truth[d->key] <= d->count);
		EXPECT(truth[d->key] >= d->count - d->error);
		EXPECT(d->total <= truth[d->key] * d->key);
		EXPECT(d->total >= (d->count - d->error) * d->key);
		EXPECT(i == 0 || d[-1].key < d->key);
	}
	for (key = 0; key < KEYS; key++)
		EXPECT(seen[key] || truth[key] <= kvmlat_details_unlisted(a));
}

static void bounds_hold_through_deltas(void)
{
	unsigned int round, i;

	for (round = 0; round < 300; round++) {
		struct kvmlat_account older, newer, delta = { 0 };
		struct table t = { 0 }, was;

		run(&t, 1 + draw(4000), 1 + draw(KEYS));
		take(&t, &older);
		was = t;
		run(&t, draw(4000), 1 + draw(KEYS));
		take(&t, &newer);
		EXPECT(!kvmlat_account_delta(&delta, &newer, &older));
		for (i = 0; i < KEYS; i++)
			was.truth[i] = t.truth[i] - was.truth[i];
		bounds_hold(&newer, t.truth);
		bounds_hold(&delta, was.truth);
		kvmlat_account_free(&older);
		kvmlat_account_free(&newer);
		kvmlat_account_free(&delta);
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

			run(&t, 1 + draw(4000), 1 + draw(KEYS));
			take(&t, &part);
			EXPECT(!kvmlat_merge(&all, &part));
			for (i = 0; i < KEYS; i++)
				truth[i] += t.truth[i];
			kvmlat_account_free(&part);
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

	run(&t, 500, 40);
	take(&t, &older);
	memset(t.truth, 0, sizeof(t.truth));
	run(&t, 500, 40);
	take(&t, &newer);
	EXPECT(!kvmlat_account_delta(&delta, &newer, &older));
	EXPECT_EQ(older.details_evicted, 0);
	EXPECT_EQ(delta.nr_details, newer.nr_details);
	EXPECT_EQ(delta.details_evicted, 0);
	EXPECT_EQ(kvmlat_details_unlisted(&delta), 0);
	for (i = 0; i < delta.nr_details; i++) {
		EXPECT_EQ(delta.details[i].error, 0);
		EXPECT_EQ(delta.details[i].count, t.truth[delta.details[i].key]);
	}
	kvmlat_account_free(&older);
	kvmlat_account_free(&newer);
	kvmlat_account_free(&delta);
}

static void switching_off_and_on_begins_anew(void)
{
	struct kvmlat_account older, newer, delta = { 0 };
	struct table before = { 0 }, after = { 0 };

	run(&before, 5, 4);
	hit(&before, KEYS - 1);
	run(&after, 50, 4);
	take(&before, &older);
	take(&after, &newer);
	EXPECT(!kvmlat_account_delta(&delta, &newer, &older));
	bounds_hold(&delta, after.truth);
	kvmlat_account_free(&older);
	kvmlat_account_free(&newer);
	kvmlat_account_free(&delta);
}

/* The number of evictions was read, then came more, then the table was read. */
static void details_count_from_when_they_began(void)
{
	struct kvmlat_account older = { .start = 10, .end = 100 }, newer = older;
	struct kvmlat_account delta, all = { 0 };

	newer.end = 300;
	newer.details_since = 50;
	EXPECT(!kvmlat_account_delta(&delta, &newer, &older));
	EXPECT_EQ(delta.details_since, 100);
	kvmlat_account_free(&delta);
	newer.details_since = 250;
	EXPECT(!kvmlat_account_delta(&delta, &newer, &older));
	EXPECT_EQ(delta.details_since, 250);
	kvmlat_account_free(&delta);
	EXPECT(!kvmlat_merge(&all, &older));
	EXPECT_EQ(all.details_since, 0);
	EXPECT(!kvmlat_merge(&all, &newer));
	newer.details_since = 200;
	EXPECT(!kvmlat_merge(&all, &newer));
	EXPECT_EQ(all.details_since, 200);
	kvmlat_account_free(&all);
}

static void evictions_while_it_is_read(void)
{
	unsigned int round, i;

	for (round = 0; round < 100; round++) {
		struct kvmlat_account older, newer, delta = { 0 };
		struct table t = { 0 }, was;

		run(&t, 2000, KEYS);
		take(&t, &older);
		was = t;
		run(&t, 5, KEYS);
		take(&t, &newer);
		newer.details_evicted = older.details_evicted;
		EXPECT(!kvmlat_account_delta(&delta, &newer, &older));
		for (i = 0; i < KEYS; i++)
			was.truth[i] = t.truth[i] - was.truth[i];
		bounds_hold(&delta, was.truth);
		for (i = 0; i < delta.nr_details; i++)
			EXPECT(delta.details[i].error || delta.details[i].count <= 5);
		kvmlat_account_free(&older);
		kvmlat_account_free(&newer);
		kvmlat_account_free(&delta);
	}
}

static void a_key_that_comes_twice_is_taken_once(void)
{
	struct kvmlat_detail list[] = { { .key = 7, .count = 3 }, { .key = 5, .count = 1 },
					{ .key = 7, .count = 4 }, { .key = 7, .count = 2 } };
	struct kvmlat_account a = { .nr_details = 4, .details = list };

	kvmlat_sort_details(&a);
	EXPECT_EQ(a.nr_details, 2);
	EXPECT_EQ(list[0].key, 5);
	EXPECT_EQ(list[1].count, 4);
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

static void names_of_keys_are_short(void)
{
	static const uint64_t from[] = { 0, 0xa0000, 0x40000000, 0x4b564d00, 0x80000000,
					 0xc0000000, 0xc0010000, 0xfec00000, 0xfed00000,
					 0xfee00000 };
	unsigned int known = 0, kind;
	char key[32];
	size_t i;

	for (kind = 0; kind <= KVMLAT_DETAIL_KIND_MAX; kind++) {
		for (i = 0; i < sizeof(from) / sizeof(*from); i++) {
			uint64_t n;

			for (n = from[i]; n < from[i] + 0x10000; n++) {
				const char *name = detail_name(kind, n);

				snprintf(key, sizeof(key), "0x%" PRIx64 " ", n);
				known += !!name;
				EXPECT(!name || strlen(key) + strlen(name) <= 21);
			}
		}
	}
	EXPECT(known > 300);
	EXPECT_STR(detail_name(KVMLAT_DETAIL_KIND_CPUID, 0x40000000), "hypervisor");
	EXPECT_STR(detail_name(KVMLAT_DETAIL_KIND_CPUID, 0x8000001e), "topology");
	EXPECT(!detail_name(KVMLAT_DETAIL_KIND_CPUID, 0x8000001c));
	EXPECT_STR(detail_name(KVMLAT_DETAIL_KIND_HYPERCALL, 5), "KICK_CPU");
	EXPECT(!detail_name(KVMLAT_DETAIL_KIND_HYPERCALL, 2));
	EXPECT_STR(detail_name(KVMLAT_DETAIL_KIND_HV_CALL, 0x5d), "SignalEvent");
	EXPECT_STR(kvmlat_detail_kind_name(KVMLAT_DETAIL_KIND_HV_CALL), "hv-call");
	EXPECT_STR(detail_name(KVMLAT_DETAIL_KIND_XEN_CALL, 29), "sched_op");
	EXPECT_STR(kvmlat_detail_kind_name(KVMLAT_DETAIL_KIND_XEN_CALL), "xen-call");
	EXPECT(!detail_name(KVMLAT_DETAIL_KIND_HYPERCALL, 29));
	EXPECT_STR(detail_name(KVMLAT_DETAIL_KIND_MSR_READ, 0x6e0), "TSC_DEADLINE");
	EXPECT_STR(detail_name(KVMLAT_DETAIL_KIND_PIO_IN, 0x3fd), "serial");
	EXPECT_STR(detail_name(KVMLAT_DETAIL_KIND_MMIO_READ, 0xfed00000), "hpet");
	EXPECT(!detail_name(99, 0));
}

static const struct tap_case cases[] = {
	{ "names of keys are short", names_of_keys_are_short },
	{ "details count from when they began", details_count_from_when_they_began },
	{ "bounds hold through deltas", bounds_hold_through_deltas },
	{ "bounds hold through merges", bounds_hold_through_merges },
	{ "what fits is exact", what_fits_is_exact },
	{ "switching off and on begins anew", switching_off_and_on_begins_anew },
	{ "evictions while it is read", evictions_while_it_is_read },
	{ "a key that comes twice is taken once", a_key_that_comes_twice_is_taken_once },
	{ "kinds are kept apart", kinds_are_kept_apart },
};

int main(void)
{
	return tap_run(cases, TAP_CASES(cases));
}
