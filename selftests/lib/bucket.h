/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The bounds of a histogram's buckets, from the prose of linux/kvmlat.h and not from the module's
 * code: a test that shared that code could not see it go wrong.
 */
#ifndef SELFTESTS_BUCKET_H
#define SELFTESTS_BUCKET_H

#include <stdint.h>

#include <linux/kvmlat.h>

static inline uint64_t bucket_low(unsigned int i)
{
	if (!i)
		return 0;
	return (uint64_t)(8 + (i - 1) % 8) << (3 + (i - 1) / 8);
}

/* The largest value that belongs to the bucket */
static inline uint64_t bucket_high(unsigned int i)
{
	return i == KVMLAT_HIST_BUCKETS - 1 ? UINT64_MAX : bucket_low(i + 1) - 1;
}

#endif
