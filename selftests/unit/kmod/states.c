// SPDX-License-Identifier: GPL-2.0-only
/* What the scheduler does to an account: every state, and that they add up. */
#include "events.h"

static void preemption(void)
{
	struct kvmlat_ledger *l = in_guest();

	do_exit(l, 2000, 0x60);
	EVENT(l, (kvmlat_ledger_out(l, 2100, KVMLAT_STATE_RUNQ, true, 0),
		  kvmlat_ledger_preempted(l, 2100, "hog\0            ", 42)));
	look(l, 2500);
	EXPECT_EQ(snap.state, KVMLAT_STATE_RUNQ);
	EXPECT_EQ(TIME(RUNQ), 400);
	EXPECT_EQ(snap.preempted, 400);
	EXPECT_EQ(snap.preemptors, 1);
	EXPECT_EQ(snap.preemptor[0].time, 400);
	/* The scheduler's own figure is not asked for: all of it was waiting. */
	do_in(l, 3100, 0);
	do_entry(l, 3200);
	look(l, 3200);
	EXPECT_EQ(TIME(RUNQ), 1000);
	EXPECT_EQ(TIME(EXIT), 200);
	EXPECT_EQ(row_of(0x60)->total, 1200);
	EXPECT_EQ(row_of(0x60)->away, 1000);
	EXPECT_EQ(CLASS(PREEMPT)->total, 1000);
	EXPECT_EQ(CLASS(RUNQ)->total, 1000);
	EXPECT_EQ(CLASS(WAKE)->count, 0);
	EXPECT_EQ(snap.preempted, 1000);
	EXPECT(!strcmp(snap.preemptor[0].comm, "hog"));
	EXPECT_EQ(snap.preemptor[0].tid, 42);
	EXPECT_EQ(snap.preemptor[0].at, 2100);
	EXPECT_EQ(snap.preemptor[0].time, 1000);
	ledger_free(l);
}

static void preemption_after_a_wakeup(void)
{
	struct kvmlat_ledger *l = in_guest();

	do_exit(l, 2000, 0x78);
	do_out(l, 2600, KVMLAT_STATE_WAIT, true);
	do_in(l, 4000, 0);
	do_halt(l, 4100, 2000, 0, 0);
	do_out(l, 4200, KVMLAT_STATE_RUNQ, true);
	do_in(l, 5200, 0);
	do_entry(l, 5300);
	look(l, 5300);
	EXPECT_EQ(CLASS(WAKE)->count, 1);
	EXPECT_EQ(CLASS(WAKE)->total, 1300);
	/* The wait after the sleep took no time, but it has a place. */
	EXPECT_EQ(CLASS(RUNQ)->count, 2);
	EXPECT_EQ(CLASS(RUNQ)->longest_cpu, 7);
	ledger_free(l);
}

/* Linux 6.1 on AMD: the thread leaves its CPU before kvm_exit. */
static void preemption_before_the_exit(void)
{
	struct kvmlat_ledger *l = in_guest();

	do_out(l, 2000, KVMLAT_STATE_RUNQ, true);
	look(l, 2400);
	EXPECT_EQ(snap.state, KVMLAT_STATE_RUNQ);
	EXPECT_EQ(TIME(GUEST), 1000);
	do_in(l, 3000, 0);
	do_exit(l, 3100, 0x60);
	look(l, 3150);
	EXPECT_EQ(snap.open_code, 0x60);
	EXPECT_EQ(snap.open_since, 2000);
	do_entry(l, 3200);
	look(l, 3200);
	EXPECT_EQ(row_of(0x60)->count, 1);
	EXPECT_EQ(row_of(0x60)->total, 1200);
	EXPECT_EQ(TIME(RUNQ), 1000);
	EXPECT_EQ(TIME(EXIT), 200);
	EXPECT_EQ(snap.reentries, 0);
	ledger_free(l);
}

static void away_in_the_vmm(void)
{
	struct kvmlat_ledger *l = in_guest();

	do_exit(l, 2000, 0x7b);
	do_user(l, 2100, 2);
	do_out(l, 2300, KVMLAT_STATE_OFF, false);
	look(l, 2500);
	EXPECT_EQ(snap.state, KVMLAT_STATE_OFF);
	EXPECT_EQ(TIME(USER), 200);
	EXPECT_EQ(TIME(OFF), 200);
	do_in(l, 3300, 0);
	do_entry(l, 3600);
	look(l, 3600);
	EXPECT_EQ(TIME(USER), 500);
	EXPECT_EQ(TIME(OFF), 1000);
	EXPECT_EQ(TIME(EXIT), 100);
	EXPECT_EQ(row_of_class(KVMLAT_REASON_CLASS_USER, 2)->count, 1);
	EXPECT_EQ(row_of_class(KVMLAT_REASON_CLASS_USER, 2)->total, 1500);
	EXPECT_EQ(CLASS(WAKE)->count, 0);
	ledger_free(l);
}

/* What the VMM does after a wakeup is no lateness of KVM's: the next halt begins anew. */
static void visit_after_a_wakeup(void)
{
	struct kvmlat_ledger *l = in_guest();

	do_exit(l, 2000, 0x78);
	do_out(l, 2500, KVMLAT_STATE_WAIT, true);
	do_in(l, 4000, 0);
	do_halt(l, 4100, 2000, 0, 0);
	do_user(l, 4200, 2);
	do_entry(l, 9000);
	look(l, 9000);
	EXPECT_EQ(CLASS(WAKE)->count, 0);
	EXPECT_EQ(TIME(USER), 4800);
	ledger_free(l);
}

/* A new sleep ends what was late of the one before, which did not lead to an entry. */
static void sleep_after_a_wakeup(void)
{
	struct kvmlat_ledger *l = in_guest();

	do_exit(l, 2000, 0x78);
	do_out(l, 2500, KVMLAT_STATE_WAIT, true);
	do_in(l, 4000, 100);
	do_out(l, 4500, KVMLAT_STATE_WAIT, true);
	do_in(l, 6000, 0);
	do_entry(l, 6300);
	look(l, 6300);
	EXPECT_EQ(CLASS(WAKE)->count, 1);
	EXPECT_EQ(CLASS(WAKE)->total, 300);
	EXPECT_EQ(CLASS(SLEEP)->count, 2);
	EXPECT_EQ(CLASS(SLEEP)->total, 1400 + 1500);
	ledger_free(l);
}

static void nested_guests(void)
{
	struct kvmlat_ledger *l = in_guest();

	do_exit(l, 2000, 0x72);
	EVENT(l, kvmlat_ledger_nested(l, false));
	look(l, 2050);
	EXPECT_EQ(snap.open_class, KVMLAT_REASON_CLASS_NESTED);
	EVENT(l, kvmlat_ledger_nested(l, true));
	do_entry(l, 2100);
	do_exit(l, 3000, 0x72);
	EVENT(l, kvmlat_ledger_nested(l, false));
	do_entry(l, 3200);
	look(l, 3200);
	EXPECT_EQ(snap.rows, 2);
	do_exit(l, 4000, 0x72);
	/* L0 leaves L2 for an interrupt after an exit that was L1's own. */
	EVENT(l, kvmlat_ledger_nested(l, true));
	do_entry(l, 4400);
	look(l, 4400);
	EXPECT_EQ(row_of_class(KVMLAT_REASON_CLASS_REFLECTED, 0x72)->total, 100);
	EXPECT_EQ(row_of_class(KVMLAT_REASON_CLASS_NESTED, 0x72)->total, 200);
	EXPECT_EQ(row_of(0x72)->total, 400);
	EXPECT_EQ(row_of(0x72)->count, 1);
	EXPECT_EQ(TIME(EXIT), 700);
	ledger_free(l);
}

static void flags_of_a_code(void)
{
	struct kvmlat_ledger *l = in_guest();

	l->code_mask = 0xffff;
	do_exit(l, 2000, 10);
	do_entry(l, 2100);
	do_exit(l, 3000, 0x8000000a);
	do_entry(l, 3100);
	do_exit(l, 4000, KVMLAT_CODE_UNKNOWN);
	do_entry(l, 4100);
	look(l, 4100);
	EXPECT_EQ(row_of(10)->count, 2);
	EXPECT_EQ(row_of_class(KVMLAT_REASON_CLASS_UNKNOWN, 0)->count, 1);
	ledger_free(l);
}

static void no_memory_for_spans(void)
{
	struct kvmlat_ledger *l = in_guest();

	do_exit(l, 1500, 0x78);
	do_entry(l, 1600);
	cells_left = 0;
	do_exit(l, 2000, 0x78);
	do_out(l, 2600, KVMLAT_STATE_WAIT, true);
	do_in(l, 3600, 0);
	do_halt(l, 3700, 1500, 0, 500);
	do_entry(l, 3800);
	look(l, 3800);
	EXPECT_EQ(TIME(WAIT), 1000);
	EXPECT_EQ(TIME(POLL), 500);
	EXPECT_EQ(TIME(EXIT), 400);
	EXPECT_EQ(row_of_others()->count, 0);
	EXPECT_EQ(snap.spilled, 5);
	ledger_free(l);
}

static void reset_and_end_while_away(void)
{
	struct kvmlat_ledger *l = in_guest();

	do_exit(l, 2000, 0x78);
	do_out(l, 2600, KVMLAT_STATE_WAIT, true);
	kvmlat_ledger_reset(l, 3000);
	look(l, 3500);
	EXPECT_EQ(snap.since, 3000);
	EXPECT_EQ(TIME(WAIT), 500);
	EXPECT_EQ(snap.state, KVMLAT_STATE_WAIT);
	do_obey(l);
	do_in(l, 4000, 100);
	look(l, 4000);
	EXPECT_EQ(TIME(WAIT), 900);
	EXPECT_EQ(TIME(RUNQ), 100);
	do_out(l, 4200, KVMLAT_STATE_OFF, true);
	do_end(l, 5000);
	look(l, 9999);
	EXPECT(snap.ended);
	EXPECT_EQ(snap.state, KVMLAT_STATE_OFF);
	EXPECT_EQ(TIME(OFF), 800);
	EXPECT_EQ(TIME(EXIT), 200);
	ledger_free(l);
}

int main(void)
{
	static const struct tap_case cases[] = {
		{ "preemption", preemption },
		{ "preemption after a wakeup", preemption_after_a_wakeup },
		{ "preemption before kvm_exit", preemption_before_the_exit },
		{ "away in the VMM", away_in_the_vmm },
		{ "a visit to the VMM after a wakeup", visit_after_a_wakeup },
		{ "a sleep after a wakeup", sleep_after_a_wakeup },
		{ "nested guests", nested_guests },
		{ "flags of an exit code", flags_of_a_code },
		{ "no memory for rows that are no exits", no_memory_for_spans },
		{ "reset and end while it is away", reset_and_end_while_away },
	};

	return tap_run(cases, TAP_CASES(cases));
}
