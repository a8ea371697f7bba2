/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ledger of a vCPU: in which state its time went, what its exits cost, how late it was.
 *
 * Pure: no kernel call but the reserve's, so that it also compiles into user-space unit
 * tests. Time is given by the caller, in ns. What happens at every exit is here; the rest
 * is in exit.c, visit.[ch] (to the VMM), offcpu.[ch] (the thread leaves its CPU), halt.[ch] and
 * detail.c; what they share in ledger.c. What took longer than somebody wants is noted in
 * outlier.c.
 * snapshot.h reads it.
 *
 * Concurrency. One writer at a time, with preemption off; who that is, thread.h says. Any number
 * of readers on other CPUs, who hold kvmlat_mutex. A sequence count brackets each update; the
 * writer never waits. Cells and segments are only freed under kvmlat_mutex, so a reader may
 * follow every pointer it finds and throws away what it read if the count moved.
 */
#ifndef KVMLAT_LEDGER_H
#define KVMLAT_LEDGER_H

#include <linux/types.h>
#include <linux/compiler.h>
#include <linux/kvmlat.h>
#include <linux/smp.h>

#include <asm/barrier.h>

#include "hist.h"

#define KVMLAT_SEG_LEN		32	/* buckets of a segment: 4 octaves */
#define KVMLAT_SEGS		((KVMLAT_HIST_LEN + KVMLAT_SEG_LEN - 1) / KVMLAT_SEG_LEN)
#define KVMLAT_STATES		(KVMLAT_STATE_MAX + 1)
#define KVMLAT_CLASSES		(KVMLAT_REASON_CLASS_MAX + 1)

/* An account takes at most 64 KiB: header, 64 cells and the rest in segments. */
#define KVMLAT_CELLS_MAX	64
#define KVMLAT_SEGS_MAX		186

#define KVMLAT_PREEMPTORS	8
/* The latest rows of visits to the VMM, by the low bits of KVM_EXIT_*: most are 2, 5 or 6. */
#define KVMLAT_VISITS		8
#define KVMLAT_COMM_LEN		16

struct kvmlat_seg {
	u64 n[KVMLAT_SEG_LEN];
};

/*
 * A row: what one kind of exit cost, or one kind of wait. The first line holds what every
 * exit writes and the segments from 64 ns to 4 ms, where nearly all exits end.
 */
struct kvmlat_cell {
	/*
	 * The last that changes. It tells a reader whether he has the row as it is, together
	 * with empty, the number of events that took no time. How many there were in all is
	 * in the segments.
	 */
	u64 total;
	u64 empty;
	u64 unseen;			/* what takes longer has to be looked at: see below */
	u32 code;
	u16 class;
	u16 longest_cpu;		/* there are 8192 at most */
	struct kvmlat_seg *seg[KVMLAT_SEGS];
	union {
		u64 away;			/* of total, ns in other states than exit */
		struct kvmlat_cell *next_dead;	/* once a reset has thrown it away */
	};
	u64 longest_at;
	u64 longest;
} __aligned(64);

/*
 * Every event is compared with one number: the longest of its row, or if somebody watches for
 * shorter ones his threshold. What is longer goes the slow way, so a watcher costs others nothing.
 */

/*
 * Exit codes index a map of cells: VMX and most SVM codes are below 0xc0, the SVM codes
 * from 0x400 on (nested page fault, AVIC, VMGEXIT) come after them. Others, which no
 * processor gives in normal operation, are searched for.
 */
#define KVMLAT_MAP_LOW		0xc0
#define KVMLAT_MAP_HIGH		0x400
#define KVMLAT_MAP_LEN		(KVMLAT_MAP_LOW + 0x10)
#define KVMLAT_CODE_UNKNOWN	0xfffffffe	/* the reason could not be read */

/* KVM's counters of halt polling, of vcpu->stat. They only grow, unless somebody clears them. */
struct kvmlat_polls {
	u64 attempted;
	u64 successful;
	u64 success_ns;
	u64 fail_ns;
};

struct kvmlat_preemptor {
	char comm[KVMLAT_COMM_LEN];
	u32 tid;
	u32 cpu;
	u64 at;
	u64 time;			/* 0 while it has the CPU */
};

struct kvmlat_detail;
struct kvmlat_outliers;

/* In reset_at, which no reset has: there is a new threshold, and the account stays. */
#define KVMLAT_RESET_NONE	1

/*
 * What every event writes is one cache line, and no more than needed: the state follows
 * from open, user_at and out_at. The time outside the guest is the sum of the exits' totals;
 * so the guest has what they leave of the time, and the state exit what is left of them by
 * what was spent in the other states, which all lie within exits.
 *
 *	out_at	open			user_at
 *	0	NULL			0	guest
 *	0	a cell			0	exit: KVM handles the exit of this row
 *	0	&none			0	exit: of no known row (a reset, or our first event),
 *						or of the row in held
 *	0	&none, cell in held	set	user: the exit of the row in held is with the VMM
 *	set	as in exit or user		out_state: the thread is not on a CPU
 *
 * none has no segments, so an entry that finds it there takes the slow way: that is how
 * all that happens between an exit and its entry asks to be looked at, at no cost to others.
 */
struct kvmlat_ledger {
	u32 seq;
	u32 cells;
	u64 mark;			/* the last kvm_entry or kvm_exit */
	struct kvmlat_cell *open;
	struct kvmlat_cell *held;
	u64 user_at;			/* since when it runs in the VMM */
	u64 out_at;			/* since when it is off its CPU */
	u64 ran_from;			/* on its CPU in KVM since then, if that is after mark */
	u64 spent[KVMLAT_STATES];	/* complete intervals; guest and exit stay 0 */
	u64 away;			/* what of it is of the open exit, which then is held */

	u32 out_state;
	bool inside;			/* KVM_RUN of it was seen, and not yet that it returned */
	bool early;			/* open since an absence before the exit's kvm_exit */
	u64 delay;			/* the scheduler's count of waits, when it left */
	u64 visit_at;			/* begin of a visit to the VMM that is in no row yet */
	u64 visit_end;			/* when KVM was seen to have the vCPU again */
	u32 visit_code;
	u64 wake_at;			/* runnable after a halt, not entered yet */
	u64 visit_ran;			/* since when it had its CPU without a break at visit_end */
	u64 ran;			/* on its CPU in KVM before the first sleep of this halt */
	u64 ran_mark;			/* ran and slept are of the exit that has this mark */
	bool slept;

	u64 preempted;
	u64 halt_grow;
	u64 halt_shrink;
	u64 halt_invalid;
	u32 halt_window;
	struct kvmlat_polls polls;	/* at the last halt */

	u32 code_mask;			/* what of an exit code is no flag */
	u64 reset_at;
	u64 since;
	u64 ended;			/* 0 while the vCPU exists */
	u32 last_state;			/* when it ended */
	u64 reentries;
	u64 spilled;
	u32 segs;

	/* Detail of exits: who switches it on gives it, see detail.h; key is of the open exit. */
	struct kvmlat_detail *detail;
	u64 key;

	/* While somebody watches: see outlier.h. Who does gives it. */
	struct kvmlat_outliers *outliers;

	u32 preemptions;		/* the next one's place, modulo */
	struct kvmlat_preemptor preemptor[KVMLAT_PREEMPTORS];

	struct kvmlat_cell *span[KVMLAT_CLASSES];	/* the latest row of each class of spans */
	struct kvmlat_cell *visit[KVMLAT_VISITS];	/* those of class user */
	struct kvmlat_cell *cell[KVMLAT_CELLS_MAX];
	struct kvmlat_cell *map[KVMLAT_MAP_LEN];

	/* Only its total counts, and it is no row. */
	struct kvmlat_cell none;
	/* Takes exits that find no memory elsewhere, so it has all its segments. */
	struct kvmlat_cell other;
	struct kvmlat_seg other_seg[KVMLAT_SEGS];
} __aligned(64);

/* Memory that never sleeps, zeroed, NULL when it ran out. Who compiles the ledger provides it. */
struct kvmlat_cell *kvmlat_reserve_cell(void);
struct kvmlat_seg *kvmlat_reserve_seg(void);
/* Takes back a chain (next_dead) of cells with their segments once no reader can see them. */
void kvmlat_reserve_bury(struct kvmlat_cell *first);

/*
 * Events. All but init and reset are called between kvmlat_ledger_begin() and _commit(), with
 * the time of the event, which is not before that of the one before.
 */
void kvmlat_ledger_exit_slow(struct kvmlat_ledger *l, u64 now, u32 code);
void kvmlat_ledger_exit_held(struct kvmlat_ledger *l, u64 now, u32 code, u64 key);
void kvmlat_ledger_entry_slow(struct kvmlat_ledger *l, u64 now);
void kvmlat_ledger_nested(struct kvmlat_ledger *l, bool reflected);
void kvmlat_ledger_user(struct kvmlat_ledger *l, u64 now, u32 code);
void kvmlat_ledger_preempted(struct kvmlat_ledger *l, u64 now, const char *comm, u32 tid);
void kvmlat_ledger_reset_slow(struct kvmlat_ledger *l);
void kvmlat_ledger_end(struct kvmlat_ledger *l, u64 now);

void kvmlat_ledger_init(struct kvmlat_ledger *l, u64 now, u32 state, u32 code_mask,
			const struct kvmlat_polls *polls);
void kvmlat_ledger_reset(struct kvmlat_ledger *l, u64 now);
void kvmlat_ledger_look_anew(struct kvmlat_ledger *l);
u32 kvmlat_ledger_memory(const struct kvmlat_ledger *l);
/* Of the ledger as it is; a reader has to check the sequence count afterwards. */
u32 kvmlat_ledger_state(const struct kvmlat_ledger *l);
u64 kvmlat_ledger_state_since(const struct kvmlat_ledger *l);

/* For the parts of the ledger only. */
void kvmlat_ledger_close(struct kvmlat_ledger *l, u64 now);
void kvmlat_ledger_leave_user(struct kvmlat_ledger *l, u64 now);
void kvmlat_ledger_end_visit(struct kvmlat_ledger *l, u64 now);
struct kvmlat_cell *kvmlat_ledger_row(struct kvmlat_ledger *l, u32 class, u32 code);
bool kvmlat_ledger_has_seg(struct kvmlat_ledger *l, struct kvmlat_cell *cell, u32 seg);
void kvmlat_ledger_add(struct kvmlat_ledger *l, u32 class, u32 code, u64 ns, u64 now);
void kvmlat_ledger_longest(struct kvmlat_ledger *l, struct kvmlat_cell *cell, u64 ns, u64 now);

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

/**
 * kvmlat_ledger_after() - when an event is
 * @l: ledger
 * @now: what the clock says
 *
 * Clocks of two CPUs may disagree by a few ns: not before the last event. That is the latest of
 * what is remembered of them, whichever state they led to.
 */
static inline u64 kvmlat_ledger_after(const struct kvmlat_ledger *l, u64 now)
{
	now = now > l->mark ? now : l->mark;
	now = now > l->ran_from ? now : l->ran_from;
	now = now > l->user_at ? now : l->user_at;
	return now > l->out_at ? now : l->out_at;
}

/**
 * kvmlat_ledger_obey() - throw the account away if a reset asked for it
 * @l: ledger, between begin and commit
 *
 * An event that raced with the note moves the start past it.
 */
static inline void kvmlat_ledger_obey(struct kvmlat_ledger *l)
{
	if (unlikely(READ_ONCE(l->reset_at)))
		kvmlat_ledger_reset_slow(l);
}

/**
 * kvmlat_ledger_hold() - the entry after the open exit has to be looked at
 * @l: ledger with an open exit, between begin and commit
 */
static inline void kvmlat_ledger_hold(struct kvmlat_ledger *l)
{
	if (l->open == &l->none)
		return;
	l->held = l->open;
	l->open = &l->none;
}

/* An interval of the open exit in another state than exit is complete. */
static inline void kvmlat_ledger_spend(struct kvmlat_ledger *l, u32 state, u64 ns)
{
	l->spent[state] += ns;
	l->away += ns;
}

/* What KVM tells of an exit after kvm_exit. Of one that is not held nobody would look for it. */
static inline void kvmlat_ledger_key(struct kvmlat_ledger *l, u64 key)
{
	if (l->open == &l->none)
		l->key = key;
}

/* Of one that is longer than unseen, kvmlat_ledger_longest() comes before. */
static __always_inline void kvmlat_cell_add(struct kvmlat_cell *cell, struct kvmlat_seg *seg,
					    u32 bucket, u64 ns)
{
	seg->n[bucket % KVMLAT_SEG_LEN]++;
	/* Last: a reader who finds an old total copies the cell again, see snapshot.c. */
	smp_wmb();
	cell->total += ns;
}

/* kvmlat_ledger_add() for classes without codes, in the caller as long as there is memory. */
static __always_inline void kvmlat_ledger_span(struct kvmlat_ledger *l, u32 class, u64 ns, u64 now)
{
	struct kvmlat_cell *cell = l->span[class];

	if (likely(ns) && likely(cell)) {
		u32 bucket = kvmlat_hist_bucket(ns);
		struct kvmlat_seg *seg = cell->seg[bucket / KVMLAT_SEG_LEN];

		if (likely(seg) && likely(ns <= cell->unseen)) {
			kvmlat_cell_add(cell, seg, bucket, ns);
			return;
		}
	}
	kvmlat_ledger_add(l, class, 0, ns, now);
}

/* The cell of a code, NULL if the map does not know it. A register's width needs no conversion. */
static __always_inline struct kvmlat_cell *kvmlat_ledger_cell(struct kvmlat_ledger *l,
							      unsigned long code)
{
	if (likely(code < KVMLAT_MAP_LOW))
		return l->map[code];
	if (code - KVMLAT_MAP_HIGH < KVMLAT_MAP_LEN - KVMLAT_MAP_LOW)
		return l->map[code - KVMLAT_MAP_HIGH + KVMLAT_MAP_LOW];
	return NULL;
}

/*
 * False if nothing was done: then kvmlat_ledger_exit_slow() has to. An exit while one is open
 * is such a case: the processor refused the entry between them, or the thread was off its CPU
 * before KVM told of the exit.
 */
static __always_inline bool kvmlat_ledger_exit(struct kvmlat_ledger *l, u64 now, unsigned long code)
{
	struct kvmlat_cell *cell = kvmlat_ledger_cell(l, code);

	if (unlikely(l->open) || unlikely(!cell))
		return false;
	l->mark = now;
	l->open = cell;
	return true;
}

/* False if nothing was done: then kvmlat_ledger_entry_slow() has to. */
static __always_inline bool kvmlat_ledger_entry(struct kvmlat_ledger *l, u64 now)
{
	struct kvmlat_cell *cell = l->open;

	if (likely(cell)) {
		u64 ns = now - l->mark;
		u32 bucket = kvmlat_hist_bucket(ns);
		struct kvmlat_seg *seg = cell->seg[bucket / KVMLAT_SEG_LEN];

		if (likely(seg) && likely(ns <= cell->unseen)) {
			kvmlat_cell_add(cell, seg, bucket, ns);
			l->mark = now;
			l->open = NULL;
			return true;
		}
	}
	return false;
}

/** struct kvmlat_place - where a duration is to be counted */
struct kvmlat_place {
	struct kvmlat_cell	*cell;
	u64			ns;
	u32			bucket;
	struct kvmlat_seg	*seg;
};

/* Looks up the rest of a place. False if the cell has no room there, or saw nothing so long yet. */
static __always_inline bool kvmlat_place_find(struct kvmlat_place *p)
{
	p->bucket = kvmlat_hist_bucket(p->ns);
	p->seg = p->cell->seg[p->bucket / KVMLAT_SEG_LEN];
	return likely(p->seg) && likely(p->ns <= p->cell->unseen);
}

/*
 * The end of an entry after a visit or a halt: the exit is complete, of whose row is @row, and so
 * is @span.
 * @away: of the exit, beside what is known
 */
static __always_inline void kvmlat_ledger_enter(struct kvmlat_ledger *l, u64 now,
						const struct kvmlat_place *row,
						const struct kvmlat_place *span, u64 away)
{
	row->cell->away += away + l->away;
	l->away = 0;
	kvmlat_cell_add(span->cell, span->seg, span->bucket, span->ns);
	kvmlat_cell_add(row->cell, row->seg, row->bucket, row->ns);
	l->mark = now;
	l->held = NULL;
	l->open = NULL;
}

#endif
