// SPDX-License-Identifier: GPL-2.0-only
/*
 * What compare claims is right. SIMULATE=1000 selftests' bar: at most 5 % of so many comparisons of
 * the same claim a difference, and a p99 that is 10 % longer is found in 90 %.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compare/comparison.h"
#include "compare/figure.h"
#include "lib/internal.h"
#include "tap.h"

/* Five minutes, in each of which so many events are. */
#define SECONDS		300
#define EVENTS		400

static uint64_t seed = 1;

static double uniform(void)
{
	seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return ((seed >> 11) + 0.5) / (1ULL << 53);
}

static double normal(void)
{
	return sqrt(-2 * log(uniform())) * cos(2 * M_PI * uniform());
}

static double poisson(double mean)
{
	double sum = 0;
	double n = 0;

	if (mean > 30)
		return fmax(0, floor(mean + sqrt(mean) * normal() + 0.5));
	for (sum -= log(uniform()); sum < mean; sum -= log(uniform()))
		n++;
	return n;
}

/* Lengths that are lognormal around 20 us, in a host whose load changes slowly. */
static void play_lengths(struct sums *s, double factor)
{
	double load = normal() * 0.05, values[KVMLAT_HIST_BUCKETS], below, more;
	unsigned int i, n;

	sums_begin(s, SECONDS, KVMLAT_HIST_BUCKETS);
	for (n = 0; n < SECONDS; n++) {
		load = 0.8 * load + 0.6 * 0.05 * normal();
		below = 0;
		for (i = 0; i < KVMLAT_HIST_BUCKETS; i++) {
			double ns = kvmlat_bucket_lower(i + 1) / (20000 * factor * exp(load));

			more = i == KVMLAT_HIST_BUCKETS - 1 ? 1 :
			       erfc(-log(ns) / 0.5 / M_SQRT2) / 2;
			values[i] = more - below > 1e-9 ? poisson(EVENTS * (more - below)) : 0;
			below = more;
		}
		sums_put(s, values);
	}
}

static void play_shares(struct sums *s, double factor)
{
	double load = normal(), values[2] = { 0, 1 };
	unsigned int n;

	sums_begin(s, SECONDS, 2);
	for (n = 0; n < SECONDS; n++) {
		load = 0.8 * load + 0.6 * normal();
		values[0] = 0.3 * factor * exp(0.3 * load);
		sums_put(s, values);
	}
}

static const double parts[] = { 0.5, 0.9, 0.99, 0.999, 0.9999 };

#define NR_PARTS	(sizeof(parts) / sizeof(*parts))
#define NR_SHARES	3

/* Of a VM with one row and three shares; whether anything is claimed, and whether of the p99. */
static bool claims(double factor, bool *p99)
{
	struct evidence e[NR_PARTS + NR_SHARES];
	const struct figure_of share = { .value = share_of };
	struct sums a, b;
	bool any = false;
	size_t i, nr = 0;

	play_lengths(&a, 1);
	play_lengths(&b, factor);
	for (i = 0; i < NR_PARTS; i++) {
		const struct figure_of f = { percentile_of, &parts[i], true };

		e[nr++] = compare(&a, &b, &f);
	}
	sums_free(&a);
	sums_free(&b);
	for (i = 0; i < NR_SHARES; i++) {
		play_shares(&a, 1);
		play_shares(&b, 1);
		e[nr++] = compare(&a, &b, &share);
		sums_free(&a);
		sums_free(&b);
	}
	for (i = 0; i < nr; i++) {
		EXPECT(e[i].known);
		conclude(&e[i], nr);
		any |= e[i].claimed;
	}
	*p99 = e[2].claimed && e[2].low < factor - 1 && e[2].high > factor - 1;
	return any;
}

static unsigned int times(unsigned int few)
{
	const char *asked = getenv("SIMULATE");

	return asked ? (unsigned int)atoi(asked) : few;
}

static void the_same_is_the_same(void)
{
	unsigned int i, claimed = 0, all = times(60);
	bool p99;

	for (i = 0; i < all; i++)
		claimed += claims(1, &p99);
	if (getenv("SIMULATE"))
		fprintf(stderr, "# %u of %u claim a difference where there is none\n",
			claimed, all);
	EXPECT(claimed * 20 <= all);
}

static void a_tenth_is_found(void)
{
	unsigned int i, found = 0, all = times(20);
	bool p99;

	for (i = 0; i < all; i++) {
		claims(1.1, &p99);
		found += p99;
	}
	if (getenv("SIMULATE"))
		fprintf(stderr, "# %u of %u find a p99 that is a tenth longer\n", found, all);
	EXPECT(found * 10 >= all * 9);
}

/* Of tables. */
static void t_is_as_in_tables(void)
{
	EXPECT(fabs(beyond_t(2.228, 10) - 0.05) < 1e-4);
	EXPECT(fabs(beyond_t(3.169, 10) - 0.01) < 1e-5);
	EXPECT(fabs(beyond_t(12.706, 1) - 0.05) < 1e-5);
	EXPECT(fabs(beyond_t(1.95996, 1e6) - 0.05) < 1e-5);
	EXPECT(beyond_t(0, 5) == 1);
	EXPECT(beyond_t(1e9, 5) < 1e-20);
}

static struct evidence of_constants(double x, double y, size_t nr)
{
	const struct figure_of f = { .value = share_of };
	struct sums a, b;
	struct evidence e;
	size_t i;

	sums_begin(&a, nr, 2);
	sums_begin(&b, nr, 2);
	for (i = 0; i < nr; i++) {
		sums_put(&a, (double[]){ x, 10 });
		sums_put(&b, (double[]){ y, 10 });
	}
	e = compare(&a, &b, &f);
	if (e.known)
		conclude(&e, 1);
	sums_free(&a);
	sums_free(&b);
	return e;
}

static void what_is_small_or_few_is_no_claim(void)
{
	struct evidence e = of_constants(5, 6, 20);

	EXPECT(e.claimed);
	EXPECT(fabs(e.change - 0.2) < 1e-9 && fabs(e.a - 0.5) < 1e-9 && fabs(e.b - 0.6) < 1e-9);
	EXPECT(!of_constants(5, 5.04, 20).claimed);
	EXPECT(of_constants(5, 5.04, 20).known);
	EXPECT(!of_constants(5, 6, FEWEST_INTERVALS - 1).known);
	EXPECT(!of_constants(0, 6, 20).known);
}

static void percentiles_lie_within_buckets(void)
{
	double sum[KVMLAT_HIST_BUCKETS] = { 0 }, part = 0.5;
	unsigned int at = kvmlat_bucket_of(20000);

	sum[at] = 1000;
	EXPECT(fabs(exp(percentile_of(sum, KVMLAT_HIST_BUCKETS, &part)) -
		    sqrt((double)kvmlat_bucket_lower(at) * kvmlat_bucket_lower(at + 1))) < 1);
	part = 0.995;
	EXPECT(isnan(percentile_of(sum, KVMLAT_HIST_BUCKETS, &part)));
	sum[at + 3] = 1000;
	part = 0.75;
	EXPECT(exp(percentile_of(sum, KVMLAT_HIST_BUCKETS, &part)) > kvmlat_bucket_lower(at + 3));
}

/** One VM whose waits for a CPU are so long, in more intervals than a series has units. */
static void play_series(struct series *s, struct guests *g, uint64_t ns, unsigned int nr)
{
	struct kvmlat_bucket bucket = { kvmlat_bucket_of(ns), 100 };
	struct kvmlat_reason row = {
		.cls = KVMLAT_REASON_CLASS_RUNQ, .count = 100, .total = 100 * ns,
		.longest_max = ns, .nr_buckets = 1, .buckets = &bucket,
	};
	struct kvmlat_vcpu v = {
		.vm_id = 3, .vcpu_id = 1,
		.account = {
			.elapsed = 1000000000, .nr_vcpus = 1, .nr_reasons = 1, .reasons = &row,
		},
	};
	struct kvmlat_snapshot snap = { .nr_vcpus = 1, .vcpus = &v };
	unsigned int i;

	v.account.times[KVMLAT_STATE_RUNQ] = 100 * ns;
	v.account.times[KVMLAT_STATE_GUEST] = v.account.elapsed - 100 * ns;
	for (i = 0; i < nr; i++)
		EXPECT_EQ(series_add(s, &snap, g, 1000000000), 0);
}

static void series_are_compared(void)
{
	struct series *a = calloc(1, sizeof(*a)), *b = calloc(1, sizeof(*b));
	struct entry entry = { 3, "db", 0 };
	struct guests g = { .nr = 1, .entries = &entry };
	struct comparison c = { .nr = 0 };
	size_t i, worse = 0;
	uint64_t all = 0;

	play_series(a, &g, 20000, 100);
	play_series(b, &g, 40000, MAX_UNITS + 3);
	EXPECT_EQ(b->nr_units, MAX_UNITS / 2 + 3);
	EXPECT_EQ(b->width, 2000000000);
	for (i = 0; i < b->nr_units; i++)
		all += b->all[0]->accounts[i].elapsed;
	EXPECT_EQ(all, (MAX_UNITS + 3) * 1000000000ULL);
	EXPECT_EQ(comparison_make(&c, a, b), 0);
	for (i = 0; i < c.nr; i++) {
		bool is = !strcmp(c.all[i].name, "runq") || !strncmp(c.all[i].name, "runq p", 6);

		EXPECT_EQ(c.all[i].verdict, is ? VERDICT_WORSE : VERDICT_NONE);
		worse += is;
		if (!strcmp(c.all[i].name, "runq p50"))
			EXPECT(fabs(c.all[i].evidence.change - 1) < 0.01);
	}
	EXPECT_EQ(worse, 5);
	comparison_free(&c);
	c = (struct comparison){ .nr = 0 };
	EXPECT_EQ(comparison_make(&c, b, a), 0);
	for (i = worse = 0; i < c.nr; i++)
		worse += c.all[i].verdict == VERDICT_BETTER;
	EXPECT_EQ(worse, 5);
	comparison_free(&c);
	series_free(a);
	series_free(b);
	free(a);
	free(b);
}

int main(void)
{
	static const struct tap_case cases[] = {
		{ "where nothing changed nothing is claimed", the_same_is_the_same },
		{ "a p99 that is a tenth longer is found", a_tenth_is_found },
		{ "t is as in tables", t_is_as_in_tables },
		{ "what is small, or of few, is no claim", what_is_small_or_few_is_no_claim },
		{ "percentiles lie within buckets", percentiles_lie_within_buckets },
		{ "series are compared, of any length", series_are_compared },
	};

	return tap_run(cases, TAP_CASES(cases));
}
