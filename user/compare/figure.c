// SPDX-License-Identifier: GPL-2.0-only
#include <math.h>

#include "figure.h"
#include "lib/kvmlat.h"

/* With fewer events beyond it a percentile is that of a few, and the next recording has others. */
#define FEWEST_BEYOND	10

double share_of(const double *sum, size_t width, const void *ctx)
{
	(void)width;
	(void)ctx;
	return sum[1] > 0 ? sum[0] / sum[1] : NAN;
}

/*
 * Within a bucket events are spread evenly by the logarithm: a bucket is wider than what is sought.
 */
double percentile_of(const double *sum, size_t width, const void *ctx)
{
	const double part = *(const double *)ctx;
	double all = 0, seen = 0, low, high;
	size_t i;

	for (i = 0; i < width; i++)
		all += sum[i];
	if (all * (1 - part) < FEWEST_BEYOND)
		return NAN;
	for (i = 0; i < width - 1 && seen + sum[i] < all * part; i++)
		seen += sum[i];
	low = i ? kvmlat_bucket_lower(i) : 1;
	high = i < KVMLAT_HIST_BUCKETS - 1 ? kvmlat_bucket_lower(i + 1) : 2 * low;
	if (!(sum[i] > 0))
		return log(low);
	return log(low) + (all * part - seen) / sum[i] * log(high / low);
}
