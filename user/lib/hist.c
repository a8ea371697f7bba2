// SPDX-License-Identifier: GPL-2.0-only
#include "internal.h"

#define SUB_BITS	3
#define SUB		(1 << SUB_BITS)
#define MIN_SHIFT	6
#define MAX_SHIFT	40
#define LAST		(KVMLAT_HIST_BUCKETS - 1)

_Static_assert(KVMLAT_HIST_BUCKETS == (MAX_SHIFT - MIN_SHIFT) * SUB + 2, "histogram layout");

uint64_t kvmlat_bucket_lower(unsigned int index)
{
	if (!index)
		return 0;
	if (index >= LAST)
		return 1ULL << MAX_SHIFT;
	index--;
	return (uint64_t)(SUB + index % SUB) << (MIN_SHIFT - SUB_BITS + index / SUB);
}

uint64_t kvmlat_bucket_upper(unsigned int index)
{
	if (index >= LAST)
		return UINT64_MAX;
	return kvmlat_bucket_lower(index + 1) - 1;
}

unsigned int kvmlat_bucket_of(uint64_t ns)
{
	unsigned int octave;

	if (ns < 1ULL << MIN_SHIFT)
		return 0;
	if (ns >= 1ULL << MAX_SHIFT)
		return LAST;
	octave = 63 - __builtin_clzll(ns);
	return 1 + (octave - MIN_SHIFT) * SUB + ((ns >> (octave - SUB_BITS)) & (SUB - 1));
}

static uint64_t middle(unsigned int index)
{
	uint64_t lower = kvmlat_bucket_lower(index);

	if (index >= LAST)
		return lower;
	return lower + (kvmlat_bucket_lower(index + 1) - lower) / 2;
}

/* A bucket is wider than what is known of the longest, which no percentile can exceed. */
static uint64_t clamp(const struct kvmlat_reason *r, uint64_t ns)
{
	return ns > r->longest_max ? r->longest_max : ns;
}

bool kvmlat_percentile(const struct kvmlat_reason *r, unsigned int permille, uint64_t *ns)
{
	uint64_t sum = 0, seen = 0, rank;
	size_t i;

	for (i = 0; i < r->nr_buckets; i++)
		sum += r->buckets[i].count;
	if (!sum)
		return false;
	rank = sum / 1000 * permille + (sum % 1000 * permille + 999) / 1000;
	if (!rank)
		rank = 1;
	for (i = 0; i < r->nr_buckets; i++) {
		seen += r->buckets[i].count;
		if (seen >= rank)
			break;
	}
	if (i == r->nr_buckets)
		i--;
	*ns = clamp(r, middle(r->buckets[i].index));
	return true;
}
