/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ledger of a vCPU: in which state its time went and what its exits cost.
 *
 * Pure: no kernel call but the reserve's, so that it also compiles into user-space unit
 * tests. Time is given by the caller, in ns.
 *
 * Concurrency. One writer: the probes that run in the vCPU's own thread, with preemption
 * off; when its VM ends, the thread that destroys the VM. Any number of readers on other
 * CPUs, who hold kvmlat_mutex. A sequence count brackets each update; the writer never
 * waits. Cells and segments are only freed under kvmlat_mutex, so a reader may follow
 * every pointer it finds and throws away what it read if the count moved.
 */
#ifndef KVMLAT_LEDGER_H
#define KVMLAT_LEDGER_H

#include <linux/types.h>
#include <linux/compiler.h>
#include <linux/kvmlat.h>

#include <asm/barrier.h>

#include "hist.h"

#define KVMLAT_SEG_LEN		32	/* buckets of a segment: 4 octaves */
#define KVMLAT_SEGS		((KVMLAT_HIST_LEN + KVMLAT_SEG_LEN - 1) / KVMLAT_SEG_LEN)
#define KVMLAT_STATES		(KVMLAT_STATE_MAX + 1)

/* An account takes at most 64 KiB: header, 64 cells and the rest in segments. */
#define KVMLAT_CELLS_MAX	64
#define KVMLAT_SEGS_MAX		190

struct kvmlat_seg {
	u64 n[KVMLAT_SEG_LEN];
};

/*
 * A row: what one kind of exit cost. The first line holds what every exit writes and the
 * segments from 64 ns to 4 ms, where nearly all exits end.
 */
struct kvmlat_cell {
	u64 count;
	u64 total;
	u64 longest;
	u32 code;
	u32 class;
	struct kvmlat_seg *seg[KVMLAT_SEGS];
	struct kvmlat_cell *next_dead;
} __aligned(64);

/*
 * Exit codes index a map of cells: VMX and most SVM codes are below 0xc0, the SVM codes
 * from 0x400 on (nested page fault, AVIC, VMGEXIT) come after them. Others, which no
 * processor gives in normal operation, are searched for.
 */
#define KVMLAT_MAP_LOW		0xc0
#define KVMLAT_MAP_HIGH		0x400
#define KVMLAT_MAP_LEN		(KVMLAT_MAP_LOW + 0x10)
#define KVMLAT_CODE_UNKNOWN	0xfffffffe	/* the reason could not be read */

/*
 * What every event writes is one cache line, and no more than needed: the state follows
 * from open and user_at, and the time in KVM is the sum of the rows' totals less the VMM's.
 *
 *	open			user_at
 *	NULL			0	guest
 *	a cell			0	exit: KVM handles the exit of this row
 *	&none			0	exit: of no known row (a reset, or our first event)
 *	&none, cell in held	set	user: the exit of the row in held is with the VMM
 *
 * none has no segments, so an entry that finds it there takes the slow way.
 */
struct kvmlat_ledger {
	u32 seq;
	u32 cells;
	u64 mark;			/* the last kvm_entry or kvm_exit */
	struct kvmlat_cell *open;
	u64 guest;			/* ns in the guest up to mark */
	/*
	 * The task that the account belongs to, compared and never followed. NULL asks the
	 * writer to look at reset_at; see kvmlat_ledger_reset().
	 */
	const void *owner;
	u64 user_at;
	u64 user;			/* ns with the VMM, complete visits */
	struct kvmlat_cell *held;

	u64 reset_at;
	u64 since;
	u64 ended;			/* 0 while the vCPU exists */
	u32 last_state;			/* when it ended */
	u64 reentries;
	u64 spilled;
	u32 segs;
	struct kvmlat_cell *cell[KVMLAT_CELLS_MAX];
	struct kvmlat_cell *map[KVMLAT_MAP_LEN];

	/* Only its total counts, and it is no row. */
	struct kvmlat_cell none;
	/* Takes what finds no memory elsewhere, so it has all its segments. */
	struct kvmlat_cell other;
	struct kvmlat_seg other_seg[KVMLAT_SEGS];
} __aligned(64);

/* One row of a snapshot. cell says which cell it was copied from. */
struct kvmlat_row {
	const struct kvmlat_cell *cell;
	u64 count;
	u64 total;
	u64 longest;
	u32 code;
	u32 class;
	u64 bucket[KVMLAT_SEGS * KVMLAT_SEG_LEN];
};

struct kvmlat_snap {
	u64 now;
	bool ended;
	u64 since;
	u32 state;
	u64 state_since;
	bool is_open;
	u32 open_code;
	u32 open_class;
	u64 open_since;
	u64 times[KVMLAT_STATES];
	u64 reentries;
	u64 spilled;
	u32 memory;
	u32 rows;
	struct kvmlat_row row[KVMLAT_CELLS_MAX + 1];
};

/* Memory that never sleeps, zeroed, NULL when it ran out. Who compiles the ledger provides it. */
struct kvmlat_cell *kvmlat_reserve_cell(void);
struct kvmlat_seg *kvmlat_reserve_seg(void);
/* Takes back a chain (next_dead) of cells with their segments once no reader can see them. */
void kvmlat_reserve_bury(struct kvmlat_cell *first);

void kvmlat_ledger_init(struct kvmlat_ledger *l, u64 now, u32 state);
void kvmlat_ledger_close(struct kvmlat_ledger *l, u64 now);
void kvmlat_ledger_entry_slow(struct kvmlat_ledger *l, u64 now);
void kvmlat_ledger_user(struct kvmlat_ledger *l, u64 now);
struct kvmlat_cell *kvmlat_ledger_new_cell(struct kvmlat_ledger *l, u32 code);
void kvmlat_ledger_reset(struct kvmlat_ledger *l, u64 now);
u64 kvmlat_ledger_own(struct kvmlat_ledger *l, const void *owner, u64 now);
void kvmlat_ledger_end(struct kvmlat_ledger *l, u64 now);
u32 kvmlat_ledger_memory(const struct kvmlat_ledger *l);
bool kvmlat_ledger_read(const struct kvmlat_ledger *l, struct kvmlat_snap *snap,
			u64 (*clock)(void));

/*
 * x86 keeps stores in order, so on it both barriers only bind the compiler. The plain
 * increments are one instruction each; WRITE_ONCE() would make three of them.
 */
static __always_inline void kvmlat_ledger_begin(struct kvmlat_ledger *l)
{
	l->seq++;
	/* Odd before the first change. */
	smp_wmb();
}

static __always_inline void kvmlat_ledger_commit(struct kvmlat_ledger *l)
{
	/* Even after the last change. */
	smp_wmb();
	l->seq++;
}

static __always_inline void kvmlat_cell_add(struct kvmlat_cell *cell, struct kvmlat_seg *seg,
					    u32 bucket, u64 ns)
{
	seg->n[bucket % KVMLAT_SEG_LEN]++;
	cell->total += ns;
	if (ns > cell->longest)
		cell->longest = ns;
	/* Last: a reader who finds an old count copies the cell again, see read_row(). */
	smp_wmb();
	cell->count++;
}

static __always_inline void kvmlat_ledger_exit(struct kvmlat_ledger *l, u64 now, u32 code)
{
	struct kvmlat_cell *cell = NULL;

	kvmlat_ledger_begin(l);
	/* Two exits without an entry between them: the processor refused the entry. */
	if (unlikely(l->open))
		kvmlat_ledger_close(l, now);
	l->guest += now - l->mark;
	l->mark = now;
	if (likely(code < KVMLAT_MAP_LOW))
		cell = l->map[code];
	else if (code - KVMLAT_MAP_HIGH < KVMLAT_MAP_LEN - KVMLAT_MAP_LOW)
		cell = l->map[code - KVMLAT_MAP_HIGH + KVMLAT_MAP_LOW];
	if (unlikely(!cell))
		cell = kvmlat_ledger_new_cell(l, code);
	l->open = cell;
	kvmlat_ledger_commit(l);
}

/* Calls nothing but the slow half, and that last, so that it needs no stack. */
static __always_inline void kvmlat_ledger_entry(struct kvmlat_ledger *l, u64 now)
{
	struct kvmlat_cell *cell = l->open;

	kvmlat_ledger_begin(l);
	if (likely(cell)) {
		u64 ns = now - l->mark;
		u32 bucket = kvmlat_hist_bucket(ns);
		struct kvmlat_seg *seg = cell->seg[bucket / KVMLAT_SEG_LEN];

		if (likely(seg)) {
			kvmlat_cell_add(cell, seg, bucket, ns);
			l->mark = now;
			l->open = NULL;
			kvmlat_ledger_commit(l);
			return;
		}
	}
	kvmlat_ledger_entry_slow(l, now);
}

#endif
