// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>

#include "lib/kvmlat.h"
#include "tap.h"

static void bounds_are_as_the_contract_says(void)
{
	unsigned int i;

	EXPECT_EQ(kvmlat_bucket_lower(0), 0);
	EXPECT_EQ(kvmlat_bucket_upper(0), 63);
	for (i = 1; i <= 272; i++)
		EXPECT_EQ(kvmlat_bucket_lower(i), (uint64_t)(8 + (i - 1) % 8) << (3 + (i - 1) / 8));
	EXPECT_EQ(kvmlat_bucket_lower(273), 1ULL << 40);
	EXPECT_EQ(kvmlat_bucket_upper(273), UINT64_MAX);
	EXPECT_EQ(kvmlat_bucket_lower(1), 64);
	EXPECT_EQ(kvmlat_bucket_lower(9), 128);
	EXPECT_EQ(kvmlat_bucket_upper(272), (1ULL << 40) - 1);
}

static void every_time_is_in_its_bucket(void)
{
	unsigned int i;

	for (i = 0; i < KVMLAT_HIST_BUCKETS; i++) {
		EXPECT_EQ(kvmlat_bucket_of(kvmlat_bucket_lower(i)), i);
		EXPECT_EQ(kvmlat_bucket_of(kvmlat_bucket_upper(i)), i);
	}
}

static int cmp_u64(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

#define SAMPLES	5000

/* Against the percentile of the very samples, by nearest rank, for many octaves. */
static void percentile_is_at_most_a_sixteenth_off(void)
{
	static const unsigned int wanted[] = { 1, 10, 250, 500, 900, 990, 999, 1000 };
	static uint64_t samples[SAMPLES];
	unsigned int octave, i;

	srand(7);
	for (octave = 6; octave < 39; octave++) {
		struct kvmlat_bucket buckets[KVMLAT_HIST_BUCKETS];
		struct kvmlat_reason r = { .buckets = buckets };
		uint64_t dense[KVMLAT_HIST_BUCKETS] = { 0 };

		for (i = 0; i < SAMPLES; i++) {
			samples[i] = (1ULL << octave) + ((uint64_t)rand() << 9) % (1ULL << octave);
			dense[kvmlat_bucket_of(samples[i])]++;
			if (samples[i] > r.longest_max)
				r.longest_max = samples[i];
		}
		qsort(samples, SAMPLES, sizeof(*samples), cmp_u64);
		for (i = 0; i < KVMLAT_HIST_BUCKETS; i++)
			if (dense[i])
				buckets[r.nr_buckets++] = (struct kvmlat_bucket){ i, dense[i] };
		for (i = 0; i < sizeof(wanted) / sizeof(*wanted); i++) {
			uint64_t exact = samples[(SAMPLES * wanted[i] + 999) / 1000 - 1], ns;

			EXPECT(kvmlat_percentile(&r, wanted[i], &ns));
			EXPECT(16 * llabs((long long)(ns - exact)) <= (long long)exact);
		}
	}
}

static void percentile_of_nothing_is_unknown(void)
{
	struct kvmlat_bucket empty = { 3, 0 };
	struct kvmlat_reason r = { .count = 5, .longest_max = 9 };
	uint64_t ns;

	EXPECT(!kvmlat_percentile(&r, 500, &ns));
	r.buckets = &empty;
	r.nr_buckets = 1;
	EXPECT(!kvmlat_percentile(&r, 500, &ns));
}

static void percentile_does_not_exceed_the_longest(void)
{
	struct kvmlat_bucket b = { 1, 1 };
	struct kvmlat_reason r = { .buckets = &b, .nr_buckets = 1, .longest_max = 65 };
	uint64_t ns;

	EXPECT(kvmlat_percentile(&r, 999, &ns));
	EXPECT_EQ(ns, 65);
}

static void ranks_do_not_overflow(void)
{
	struct kvmlat_bucket b[] = { { 1, UINT64_MAX / 2 }, { 9, UINT64_MAX / 2 } };
	struct kvmlat_reason r = { .buckets = b, .nr_buckets = 2, .longest_max = 1000 };
	uint64_t ns;

	EXPECT(kvmlat_percentile(&r, 499, &ns));
	EXPECT_EQ(kvmlat_bucket_of(ns), 1);
	EXPECT(kvmlat_percentile(&r, 501, &ns));
	EXPECT_EQ(kvmlat_bucket_of(ns), 9);
}

static const struct tap_case cases[] = {
	{ "bounds are as the contract says", bounds_are_as_the_contract_says },
	{ "every time is in its bucket", every_time_is_in_its_bucket },
	{ "a percentile is at most 1/16 off", percentile_is_at_most_a_sixteenth_off },
	{ "the percentile of nothing is unknown", percentile_of_nothing_is_unknown },
	{ "a percentile does not exceed the longest", percentile_does_not_exceed_the_longest },
	{ "ranks do not overflow", ranks_do_not_overflow },
};

int main(void)
{
	return tap_run(cases, TAP_CASES(cases));
}
