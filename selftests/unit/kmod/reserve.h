/* SPDX-License-Identifier: GPL-2.0-only */
/* The memory that a ledger under test takes: the heap, with a limit. */
#ifndef _KMOD_RESERVE_H
#define _KMOD_RESERVE_H

#include <stdlib.h>
#include <string.h>

#include "ledger/ledger.h"
#include "ledger/snapshot.h"

static int cells_left, segs_left;

static void *zeroed(size_t size)
{
	void *memory = aligned_alloc(64, size);

	return memory ? memset(memory, 0, size) : NULL;
}

struct kvmlat_cell *kvmlat_reserve_cell(void)
{
	return cells_left-- > 0 ? zeroed(sizeof(struct kvmlat_cell)) : NULL;
}

struct kvmlat_seg *kvmlat_reserve_seg(void)
{
	return segs_left-- > 0 ? zeroed(sizeof(struct kvmlat_seg)) : NULL;
}

static void free_cell(struct kvmlat_cell *cell)
{
	for (u32 i = 0; i < KVMLAT_SEGS; i++)
		free(cell->seg[i]);
	free(cell);
}

/* No reader runs while a test resets, so what is buried can go at once. */
void kvmlat_reserve_bury(struct kvmlat_cell *first)
{
	while (first) {
		struct kvmlat_cell *next = first->next_dead;

		free_cell(first);
		first = next;
	}
}

static inline struct kvmlat_ledger *ledger_new(u64 now, u32 first)
{
	struct kvmlat_ledger *l = zeroed(sizeof(*l));

	cells_left = 1 << 20;
	segs_left = 1 << 20;
	kvmlat_ledger_init(l, now, first, ~0U, &(struct kvmlat_polls){});
	return l;
}

static inline void ledger_free(struct kvmlat_ledger *l)
{
	for (u32 i = 0; i < l->cells; i++)
		free_cell(l->cell[i]);
	free(l);
}

#endif /* _KMOD_RESERVE_H */
