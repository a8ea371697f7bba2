// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <math.h>

#include "hdr.h"

/*
 * The percentile distribution that HdrHistogram prints and its plotters read. A line for each step
 * of a scale that gets finer towards 1: so many steps halve what is left to it.
 */
#define STEPS_PER_HALF	5

/* Octaves between the first and the last bucket, and buckets of each. */
#define OCTAVES		34
#define SUB		8

static double next(double percentile)
{
	double halves = floor(log2(100 / (100 - percentile))) + 1;

	return percentile + 100 / (STEPS_PER_HALF * pow(2, halves));
}

static uint64_t highest(const struct kvmlat_reason *r, unsigned int index)
{
	uint64_t upper = kvmlat_bucket_upper(index);

	return upper > r->longest_max ? r->longest_max : upper;
}

static void distribution(FILE *to, const struct kvmlat_reason *r, double unit, int digits)
{
	uint64_t all = 0, seen = 0;
	double percentile = 0;
	size_t i;

	for (i = 0; i < r->nr_buckets; i++)
		all += r->buckets[i].count;
	fprintf(to, "%12s %14s %10s %14s\n\n", "Value", "Percentile", "TotalCount",
		"1/(1-Percentile)");
	for (i = 0; i < r->nr_buckets; i++) {
		uint64_t value = highest(r, r->buckets[i].index);

		seen += r->buckets[i].count;
		while (100.0 * seen / all >= percentile) {
			fprintf(to, "%12.*f %2.12f %10" PRIu64 " %14.2f\n", digits, value / unit,
				percentile / 100, seen, 1 / (1 - percentile / 100));
			percentile = next(percentile);
			/* The last bucket reaches every step: one line says it. */
			if (seen == all)
				break;
		}
	}
	if (all)
		fprintf(to, "%12.*f %2.12f %10" PRIu64 "\n", digits,
			highest(r, r->buckets[r->nr_buckets - 1].index) / unit, 1.0, all);
}

void show_hdr(FILE *to, const struct sample *s)
{
	const struct kvmlat_reason *r = &s->blocks[0].histograms[0].sum;
	double unit = s->hist->unit->ns;
	/* As many as the original has, and enough to tell every ns. */
	int digits = s->hist->unit->digits > 3 ? s->hist->unit->digits : 3;

	distribution(to, r, unit, digits);
	fprintf(to, "#[Mean    = %12.*f, StdDeviation   = %12.*f]\n", digits,
		r->count ? (double)r->total / r->count / unit : 0, digits,
		histogram_stddev(r) / unit);
	fprintf(to, "#[Max     = %12.*f, Total count    = %12" PRIu64 "]\n", digits,
		r->longest_max / unit, r->count);
	fprintf(to, "#[Buckets = %12d, SubBuckets     = %12d]\n", OCTAVES, SUB);
}
