/* SPDX-License-Identifier: GPL-2.0-only */
/* Events of a ledger under test, one call each, and a look at what they made. */
#ifndef _KMOD_EVENTS_H
#define _KMOD_EVENTS_H

#include "ledger/halt.h"
#include "ledger/offcpu.h"
#include "ledger/visit.h"
#include "reserve.h"
#include "tap.h"

/* Events take no short cut that saves nothing but time. */
static bool test_slowly;

static u64 test_now;
static struct kvmlat_snap snap;

static u64 test_clock(void)
{
	return READ_ONCE(test_now);
}

static u64 sum_times(void)
{
	u64 sum = 0;

	for (u32 i = 0; i < KVMLAT_STATES; i++)
		sum += snap.times[i];
	return sum;
}

static bool rows_add_up(void)
{
	for (u32 i = 0; i < snap.rows; i++) {
		u64 sum = 0;

		for (u32 b = 0; b < KVMLAT_SEGS * KVMLAT_SEG_LEN; b++)
			if (snap.row[i].segs & 1U << b / KVMLAT_SEG_LEN)
				sum += snap.row[i].bucket[b];
		if (sum != snap.row[i].count)
			return false;
	}
	return true;
}

/* What KVM itself took for the exits of all rows: once none is open, the time in the state exit. */
static u64 sum_own(void)
{
	u64 sum = 0;

	for (u32 i = 0; i < snap.rows; i++) {
		EXPECT(snap.row[i].away <= snap.row[i].total);
		if (kvmlat_class_is_exit(snap.row[i].class))
			sum += snap.row[i].total - snap.row[i].away;
	}
	return sum;
}

static inline void look(const struct kvmlat_ledger *l, u64 now)
{
	test_now = now;
	memset(&snap, 0, sizeof(snap));
	snap.histograms = true;
	EXPECT(kvmlat_snapshot_take(l, &snap, test_clock));
	EXPECT_EQ(sum_times(), snap.now - snap.since);
	EXPECT(rows_add_up());
	/* Exits of no known row, of a reset or before the first event, are in none. */
	if (snap.state == KVMLAT_STATE_GUEST && !l->none.total)
		EXPECT_EQ(sum_own(), snap.times[KVMLAT_STATE_EXIT]);
}

static inline const struct kvmlat_row *row_of(u32 code)
{
	static const struct kvmlat_row none;

	for (u32 i = 0; i < snap.rows; i++)
		if (snap.row[i].code == code && snap.row[i].class == KVMLAT_REASON_CLASS_EXIT)
			return &snap.row[i];
	return &none;
}

static inline const struct kvmlat_row *row_of_class(u32 class, u32 code)
{
	static const struct kvmlat_row none;

	for (u32 i = 0; i < snap.rows; i++)
		if (snap.row[i].code == code && snap.row[i].class == class)
			return &snap.row[i];
	return &none;
}

static inline const struct kvmlat_row *row_of_others(void)
{
	static const struct kvmlat_row none;

	for (u32 i = 0; i < snap.rows; i++)
		if (snap.row[i].class == KVMLAT_REASON_CLASS_OTHER)
			return &snap.row[i];
	return &none;
}

#define CLASS(name)	row_of_class(KVMLAT_REASON_CLASS_ ## name, 0)
#define TIME(name)	(snap.times[KVMLAT_STATE_ ## name])

#define EVENT(l, call) do {		\
	kvmlat_ledger_begin(l);		\
	call;				\
	kvmlat_ledger_commit(l);	\
} while (0)

static inline void do_exit(struct kvmlat_ledger *l, u64 now, u32 code)
{
	bool fast;

	EVENT(l, fast = kvmlat_ledger_exit(l, now, code));
	if (!fast)
		EVENT(l, kvmlat_ledger_exit_slow(l, now, code));
}

static inline void do_entry(struct kvmlat_ledger *l, u64 now)
{
	bool fast;

	EVENT(l, fast = kvmlat_ledger_entry(l, now));
	if (!fast && !test_slowly)
		EVENT(l, fast = kvmlat_visit_entry(l, now) || kvmlat_halt_entry(l, now));
	if (!fast)
		EVENT(l, kvmlat_ledger_entry_slow(l, now));
}

static inline void do_user(struct kvmlat_ledger *l, u64 now, u32 code)
{
	struct kvmlat_cell *row = test_slowly ? NULL : kvmlat_visit_row(l);

	if (row)
		EVENT(l, kvmlat_visit_begin(l, row, now, code));
	else
		EVENT(l, kvmlat_ledger_user(l, now, code));
}

static inline void do_out(struct kvmlat_ledger *l, u64 now, u32 state, bool in_kvm)
{
	EVENT(l, kvmlat_ledger_out(l, now, state, in_kvm, 0));
}

static inline void do_in(struct kvmlat_ledger *l, u64 now, u64 delay)
{
	EVENT(l, kvmlat_ledger_in(l, now, delay));
}

static inline void do_obey(struct kvmlat_ledger *l)
{
	EVENT(l, kvmlat_ledger_obey(l));
}

static inline void do_end(struct kvmlat_ledger *l, u64 now)
{
	EVENT(l, kvmlat_ledger_end(l, now));
}

/* KVM's counters of the vCPU whose ledger is under test. */
static struct kvmlat_polls polls;

static inline void do_halt(struct kvmlat_ledger *l, u64 now, u64 ns, u64 hit, u64 miss)
{
	struct kvmlat_halt halt = { .ns = ns, .valid = true, .window = 200000 };

	polls.attempted += hit || miss;
	polls.successful += !!hit;
	polls.success_ns += hit;
	polls.fail_ns += miss;
	EVENT(l, kvmlat_ledger_halt(l, now, halt, polls));
}

static inline struct kvmlat_ledger *in_guest(void)
{
	polls = (struct kvmlat_polls){};
	return ledger_new(1000, KVMLAT_STATE_GUEST);
}

#endif /* _KMOD_EVENTS_H */
