/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Detail of exits: which ports, pages, MSRs, ... and how often, in bounded memory. Pure.
 *
 * The "space saving" algorithm in small bins: a key that finds its bin full takes the place
 * of the one with the least count, inherits that count and remembers it as its error. So
 * what is frequent stays, and count - error <= true count <= count.
 *
 * Written by the vCPU's probes, read by anyone who holds kvmlat_mutex: count changes last,
 * and a key's place never goes to another one with the same count.
 */
#ifndef KVMLAT_DETAIL_H
#define KVMLAT_DETAIL_H

#include <linux/compiler.h>
#include <linux/kvmlat.h>
#include <linux/types.h>

#define KVMLAT_DETAIL_BINS	16
#define KVMLAT_DETAIL_WAYS	8
#define KVMLAT_DETAIL_KEYS	(KVMLAT_DETAIL_BINS * KVMLAT_DETAIL_WAYS)
#define KVMLAT_DETAIL_SIZE	sizeof(struct kvmlat_detail)

/* Never 0, which is no key. The largest values are guest-physical addresses, 52 bits. */
#define KVMLAT_DETAIL_KEY(kind, value) \
	((u64)((kind) + 1) << 56 | ((value) & ((1ULL << 56) - 1)))
#define KVMLAT_DETAIL_KIND(key)		((u32)((key) >> 56) - 1)
#define KVMLAT_DETAIL_VALUE(key)	((key) & ((1ULL << 56) - 1))

struct kvmlat_detail_entry {
	u64 key;
	u64 count;
	u64 total;
	u64 longest;
	u64 error;
};

struct kvmlat_detail {
	u64 since;		/* what was before is in none; 0 after a reset */
	u64 evicted;
	struct kvmlat_detail_entry entry[KVMLAT_DETAIL_BINS][KVMLAT_DETAIL_WAYS];
};

void kvmlat_detail_add(struct kvmlat_detail *d, u64 key, u64 ns);
void kvmlat_detail_clear(struct kvmlat_detail *d);
/* The i-th place, up to KVMLAT_DETAIL_KEYS; false if it is empty. */
bool kvmlat_detail_read(const struct kvmlat_detail *d, u32 i, struct kvmlat_detail_entry *to);

#endif
