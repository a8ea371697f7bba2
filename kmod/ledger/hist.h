/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Bucket arithmetic of the log-linear histogram: 8 buckets per octave, so that the
 * middle of a bucket is at most 1/16 from any value in it. Pure; see linux/kvmlat.h
 * for the bounds that a reader of the wire computes.
 */
#ifndef KVMLAT_HIST_H
#define KVMLAT_HIST_H

#include <linux/bitops.h>
#include <linux/compiler.h>
#include <linux/types.h>

#define KVMLAT_HIST_FIRST	6	/* log2 of the first octave, ns */
#define KVMLAT_HIST_LAST	39	/* log2 of the last octave: 2^40 ns, 18 minutes, is over */
#define KVMLAT_HIST_SUB		3	/* log2 of the buckets per octave */
#define KVMLAT_HIST_LEN	\
	(2 + ((KVMLAT_HIST_LAST - KVMLAT_HIST_FIRST + 1) << KVMLAT_HIST_SUB))

/*
 * ns >> (top - SUB) is the octave's leading one and the bits below it, 8 to 15; the octave's
 * first bucket is 1 + (top - FIRST) * 8, hence the constant. What is out of range shows in
 * the result, also below 8 ns, where x86 shifts by the count modulo 64. Not for 0, which has no
 * leading one.
 */
static inline u32 kvmlat_hist_bucket(u64 ns)
{
	u32 top = __fls(ns);
	u32 bucket = (top << KVMLAT_HIST_SUB) + (u32)(ns >> ((top - KVMLAT_HIST_SUB) & 63)) -
		     ((KVMLAT_HIST_FIRST + 1) << KVMLAT_HIST_SUB) + 1;

	if (likely(bucket < KVMLAT_HIST_LEN - 1))
		return bucket;
	return ns >> KVMLAT_HIST_FIRST ? KVMLAT_HIST_LEN - 1 : 0;
}

#endif
