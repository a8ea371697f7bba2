/* SPDX-License-Identifier: GPL-2.0-only */
/* An instant of a ledger, as a reader sees it. Pure, see ledger.h. */
#ifndef KVMLAT_SNAPSHOT_H
#define KVMLAT_SNAPSHOT_H

#include "ledger.h"

/*
 * One row of a snapshot. cell says which cell it was copied from; segs, a mask, in which segments
 * bucket holds anything: what it has elsewhere is old.
 */
struct kvmlat_row {
	const struct kvmlat_cell *cell;
	u64 count;
	u64 total;
	u64 away;
	u64 empty;
	u64 longest;
	u64 longest_at;
	u32 longest_cpu;
	u32 code;
	u32 class;
	u32 place;			/* stays for as long as the account: 0, or the cell's + 1 */
	u32 segs;
	u64 bucket[KVMLAT_SEGS * KVMLAT_SEG_LEN];
};

/* What tells that something happened to a ledger. */
struct kvmlat_seen {
	u64 mark;
	u64 out_at;
	u64 reset_at;
	const struct kvmlat_detail *detail;
	u64 detail_since;		/* new ones may have the memory of those that are gone */
	u32 seq;
};

struct kvmlat_look;

struct kvmlat_snap {
	/*
	 * Whether rows have their buckets, too; and, if look is not NULL, only rows that changed
	 * since then, or that have a higher stamp than this. For whoever takes it to fill in first.
	 */
	bool histograms;
	const struct kvmlat_look *look;
	u64 look_since;

	/* Whose it is, and whether there are details: the same. */
	u32 vm_id;
	u32 pid;
	u32 vcpu_id;
	u32 tid;
	bool has_details;
	u64 details_evicted;
	u64 details_since;

	struct kvmlat_seen seen;
	bool unreadable;		/* nothing below is known, all of it is 0 */
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
	u64 outside;			/* total of all exits, with those that are no row here */
	u64 preempted;
	u64 halt_grow;
	u64 halt_shrink;
	u64 halt_invalid;
	u32 halt_window;
	u64 reentries;
	u64 spilled;
	u32 memory;
	u32 preemptors;
	struct kvmlat_preemptor preemptor[KVMLAT_PREEMPTORS];	/* oldest first */
	u32 rows;
	struct kvmlat_row row[KVMLAT_CELLS_MAX + 1];
};

bool kvmlat_snapshot_take(const struct kvmlat_ledger *l, struct kvmlat_snap *snap,
			  u64 (*clock)(void));
/* Instead of a ledger that could not be read. */
void kvmlat_snapshot_none(struct kvmlat_snap *snap);

void kvmlat_snapshot_seen(const struct kvmlat_ledger *l, struct kvmlat_seen *seen);

/* Whether rows of this class are exits, whose times add up to the time outside the guest. */
static inline bool kvmlat_class_is_exit(u32 class)
{
	return class <= KVMLAT_REASON_CLASS_REFLECTED;
}

#endif
