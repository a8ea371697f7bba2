// SPDX-License-Identifier: GPL-2.0-only
#include <linux/build_bug.h>
#include <linux/string.h>

#include <asm/barrier.h>

#include "detail.h"

/* A writer changes one place now and then, and a reader only ever tries one. */
#define READ_TRIES	100

/*
 * Multiplicative hashing, with the constant of linux/hash.h; the top bits are the best. Which bin
 * a key has is part of the wire contract.
 */
static u32 bin_of(u64 key)
{
	return (key * 0x61C8864680B583EBull) >> 60;
}

/**
 * kvmlat_detail_add() - an exit with this key is complete
 * @d: the vCPU's details; called by its writer
 * @key: KVMLAT_DETAIL_KEY()
 * @ns: from exit to entry
 */
void kvmlat_detail_add(struct kvmlat_detail *d, u64 key, u64 ns)
{
	struct kvmlat_detail_entry *bin = d->entry[bin_of(key)], *e, *least = bin;

	BUILD_BUG_ON(KVMLAT_DETAIL_BINS != 16);
	for (e = bin; e < bin + KVMLAT_DETAIL_WAYS; e++) {
		if (e->key == key) {
			e->total += ns;
			if (ns > e->longest)
				e->longest = ns;
			/* Last, see detail.h. */
			smp_wmb();
			e->count++;
			return;
		}
		if (e->count < least->count)
			least = e;
	}
	/* A place that was never used has the least count of all, 0. */
	if (least->key)
		d->evicted++;
	WRITE_ONCE(least->key, key);
	least->total = ns;
	least->longest = ns;
	least->error = least->count;
	/* Last, see detail.h. */
	smp_wmb();
	least->count++;
}

void kvmlat_detail_clear(struct kvmlat_detail *d)
{
	memset(d, 0, sizeof(*d));
}

bool kvmlat_detail_read(const struct kvmlat_detail *d, u32 i, struct kvmlat_detail_entry *to)
{
	const struct kvmlat_detail_entry *e =
		&d->entry[i / KVMLAT_DETAIL_WAYS][i % KVMLAT_DETAIL_WAYS];
	u32 tries;

	for (tries = 0; tries < READ_TRIES; tries++) {
		to->count = READ_ONCE(e->count);
		/* Pairs with those before count grows. */
		smp_rmb();
		to->key = READ_ONCE(e->key);
		to->total = READ_ONCE(e->total);
		to->longest = READ_ONCE(e->longest);
		to->error = READ_ONCE(e->error);
		/* The same on the way back. */
		smp_rmb();
		if (READ_ONCE(e->count) == to->count && READ_ONCE(e->key) == to->key)
			break;
	}
	return to->count;
}
