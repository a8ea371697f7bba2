// SPDX-License-Identifier: GPL-2.0-only
/* What halts do to an account: polls, sleeps, and what of KVM's counters is believed. */
#include "events.h"

static void poll_that_hits(void)
{
	struct kvmlat_ledger *l = in_guest();

	do_exit(l, 2000, 0x78);
	do_halt(l, 2900, 850, 800, 0);
	look(l, 2950);
	EXPECT_EQ(TIME(POLL), 800);
	EXPECT_EQ(TIME(EXIT), 150);
	EXPECT_EQ(snap.open_code, 0x78);
	do_entry(l, 3000);
	look(l, 3000);
	EXPECT_EQ(TIME(POLL), 800);
	EXPECT_EQ(TIME(EXIT), 200);
	EXPECT_EQ(row_of(0x78)->total, 1000);
	EXPECT_EQ(row_of(0x78)->away, 800);
	EXPECT_EQ(CLASS(HALT)->total, 850);
	EXPECT_EQ(CLASS(POLL_HIT)->total, 800);
	EXPECT_EQ(CLASS(POLL_MISS)->count, 0);
	EXPECT_EQ(CLASS(WAKE)->total, 100);
	EXPECT_EQ(CLASS(WAKE)->longest_at, 3000);
	EXPECT_EQ(CLASS(WAKE)->longest_cpu, 7);
	EXPECT_EQ(snap.halt_window, 200000);
	ledger_free(l);
}

static void sleep_after_a_poll(void)
{
	struct kvmlat_ledger *l = in_guest();

	do_exit(l, 2000, 0x78);
	do_out(l, 2600, KVMLAT_STATE_WAIT, true);
	look(l, 4000);
	EXPECT_EQ(snap.state, KVMLAT_STATE_WAIT);
	EXPECT_EQ(snap.state_since, 2600);
	EXPECT_EQ(TIME(WAIT), 1400);
	EXPECT_EQ(TIME(EXIT), 600);
	/* Of 3400 away the last 300 were waits for the CPU. */
	do_in(l, 6000, 300);
	look(l, 6000);
	EXPECT_EQ(TIME(WAIT), 3100);
	EXPECT_EQ(TIME(RUNQ), 300);
	do_halt(l, 6100, 4050, 0, 500);
	do_entry(l, 6200);
	look(l, 6200);
	EXPECT_EQ(TIME(POLL), 500);
	EXPECT_EQ(TIME(EXIT), 4200 - 500 - 3400);
	EXPECT_EQ(CLASS(SLEEP)->total, 3100);
	EXPECT_EQ(CLASS(RUNQ)->total, 300);
	EXPECT_EQ(CLASS(POLL_MISS)->total, 500);
	EXPECT_EQ(CLASS(PREEMPT)->count, 0);
	/* Runnable since 5700. */
	EXPECT_EQ(CLASS(WAKE)->total, 500);
	EXPECT_EQ(snap.preempted, 0);
	ledger_free(l);
}

/* A signal interrupts a halt, the VMM calls KVM_RUN again, the halt goes on. */
static void halt_that_goes_on(void)
{
	struct kvmlat_ledger *l = in_guest();
	u32 intr = KVMLAT_USER_INTERRUPTED;

	do_exit(l, 2000, 0x78);
	do_out(l, 2500, KVMLAT_STATE_WAIT, true);
	do_in(l, 4000, 0);
	do_halt(l, 4100, 2000, 0, 400);
	do_user(l, 4200, intr);
	look(l, 4200);
	EXPECT_EQ(CLASS(WAKE)->count, 0);
	/* 300 in the VMM, 100 in KVM, of which 80 polling: then it sleeps. */
	do_out(l, 4600, KVMLAT_STATE_WAIT, true);
	look(l, 4700);
	EXPECT_EQ(TIME(USER), 400);
	do_in(l, 5600, 0);
	do_halt(l, 5700, 1200, 0, 80);
	look(l, 5700);
	EXPECT_EQ(TIME(USER), 300);
	do_entry(l, 5800);
	look(l, 5800);
	EXPECT_EQ(TIME(POLL), 480);
	EXPECT_EQ(TIME(WAIT), 2500);
	EXPECT_EQ(row_of_class(KVMLAT_REASON_CLASS_USER, intr)->count, 1);
	EXPECT_EQ(row_of_class(KVMLAT_REASON_CLASS_USER, intr)->total, 300);
	EXPECT_EQ(CLASS(WAKE)->total, 200);
	/* The same with a poll that hits. */
	do_exit(l, 6000, 0x78);
	do_user(l, 6100, intr);
	do_halt(l, 6600, 300, 280, 0);
	look(l, 6650);
	EXPECT_EQ(snap.state, KVMLAT_STATE_EXIT);
	EXPECT_EQ(TIME(USER), 300 + 200);
	EXPECT_EQ(TIME(POLL), 480 + 280);
	do_entry(l, 6700);
	look(l, 6700);
	EXPECT_EQ(row_of_class(KVMLAT_REASON_CLASS_USER, intr)->total, 500);
	ledger_free(l);
}

/* A counter that says that a poll was made is believed though it took no time. */
static void polls_without_time(void)
{
	struct kvmlat_ledger *l = in_guest();
	struct kvmlat_halt halt = { .ns = 10, .valid = true };

	polls.attempted = 1;
	do_exit(l, 2000, 0x78);
	EVENT(l, kvmlat_ledger_halt(l, 2100, halt, polls));
	look(l, 2100);
	EXPECT_EQ(CLASS(POLL_MISS)->count, 1);
	EXPECT_EQ(CLASS(POLL_HIT)->count, 0);
	polls = (struct kvmlat_polls){ .attempted = 2, .successful = 1 };
	EVENT(l, kvmlat_ledger_halt(l, 2200, halt, polls));
	/* Nothing new: no poll was made. */
	EVENT(l, kvmlat_ledger_halt(l, 2300, halt, polls));
	look(l, 2300);
	EXPECT_EQ(CLASS(POLL_MISS)->count, 1);
	EXPECT_EQ(CLASS(POLL_HIT)->count, 1);
	EXPECT_EQ(CLASS(HALT)->count, 3);
	EXPECT_EQ(snap.halt_invalid, 0);
	/* Each halt has its own limit for what a poll can have taken. */
	polls.success_ns = 500;
	EVENT(l, kvmlat_ledger_halt(l, 2350, halt, polls));
	look(l, 2350);
	EXPECT_EQ(TIME(POLL), 50);
	halt.valid = false;
	EVENT(l, kvmlat_ledger_halt(l, 2400, halt, polls));
	look(l, 2400);
	EXPECT_EQ(snap.halt_invalid, 1);
	ledger_free(l);
}

/* A poll that has to give its CPU away is the sum of its parts; so is one after a signal. */
static void poll_with_breaks(void)
{
	struct kvmlat_ledger *l = in_guest();

	do_exit(l, 2000, 0x78);
	do_out(l, 2500, KVMLAT_STATE_RUNQ, true);
	do_in(l, 3000, 0);
	do_out(l, 3200, KVMLAT_STATE_RUNQ, true);
	do_in(l, 4000, 0);
	do_out(l, 4300, KVMLAT_STATE_WAIT, true);
	do_in(l, 6000, 0);
	do_halt(l, 6100, 4000, 0, 900);
	do_entry(l, 6200);
	look(l, 6200);
	EXPECT_EQ(TIME(POLL), 900);
	EXPECT_EQ(TIME(EXIT), 4200 - 900 - 1300 - 1700);
	/* What was before another exit does not count for this one. */
	do_exit(l, 7000, 0x78);
	do_out(l, 7500, KVMLAT_STATE_RUNQ, true);
	do_in(l, 7600, 0);
	do_entry(l, 7700);
	do_exit(l, 8000, 0x78);
	do_halt(l, 8100, 100, 500, 0);
	do_entry(l, 8200);
	look(l, 8200);
	EXPECT_EQ(TIME(POLL), 900 + 100);
	/* 500 in the VMM, then 100, 300 and 50 of polling. */
	do_exit(l, 9000, 0x78);
	do_user(l, 9100, KVMLAT_USER_INTERRUPTED);
	do_out(l, 9700, KVMLAT_STATE_RUNQ, true);
	do_in(l, 9800, 0);
	do_out(l, 10100, KVMLAT_STATE_RUNQ, true);
	do_in(l, 10200, 0);
	do_halt(l, 10250, 650, 450, 0);
	do_entry(l, 10300);
	look(l, 10300);
	EXPECT_EQ(TIME(USER), 500);
	EXPECT_EQ(TIME(POLL), 900 + 100 + 450);
	ledger_free(l);
}

static void polls_that_somebody_cleared(void)
{
	struct kvmlat_ledger *l = in_guest();

	do_exit(l, 2000, 0x78);
	do_halt(l, 2900, 850, 800, 0);
	do_entry(l, 3000);
	polls = (struct kvmlat_polls){};
	do_exit(l, 4000, 0x78);
	do_halt(l, 4500, 450, 400, 0);
	do_entry(l, 4600);
	look(l, 4600);
	EXPECT_EQ(CLASS(POLL_HIT)->count, 2);
	EXPECT_EQ(TIME(POLL), 1200);
	/* KVM's clock runs faster than ours: no more than there was. */
	do_exit(l, 5000, 0x78);
	do_halt(l, 5500, 510, 510, 0);
	do_entry(l, 5600);
	look(l, 5600);
	EXPECT_EQ(TIME(POLL), 1700);
	ledger_free(l);
}

/* It ends with the next event, and takes nothing from the guest. */
static void halt_of_an_exit_that_was_not_seen(void)
{
	struct kvmlat_ledger *l = in_guest();

	do_halt(l, 2900, 850, 800, 0);
	look(l, 3000);
	EXPECT_EQ(snap.state, KVMLAT_STATE_EXIT);
	EXPECT_EQ(TIME(GUEST), 1900);
	EXPECT_EQ(TIME(POLL), 0);
	do_exit(l, 3100, 0x78);
	do_user(l, 3200, 2);
	do_entry(l, 3500);
	look(l, 4000);
	EXPECT_EQ(snap.state, KVMLAT_STATE_GUEST);
	EXPECT_EQ(CLASS(HALT)->count, 1);
	/* Until the next exit at the latest, not through the visit. */
	EXPECT_EQ(CLASS(WAKE)->count, 1);
	EXPECT_EQ(CLASS(WAKE)->total, 200);
	EXPECT_EQ(row_of(0x78)->total, 400);
	EXPECT_EQ(row_of(0x78)->away, 300);
	EXPECT_EQ(TIME(EXIT), 300);
	EXPECT_EQ(TIME(GUEST), 2400);
	ledger_free(l);
}

/* The clock of the next CPU is behind, so that an exit begins when the one before did. */
static void exits_of_one_mark(void)
{
	struct kvmlat_ledger *l = in_guest();

	do_exit(l, 2000, 0x78);
	do_out(l, 2100, KVMLAT_STATE_WAIT, true);
	do_in(l, 2100, 0);
	do_entry(l, 2100);
	do_exit(l, 2000, 0x7b);
	do_user(l, 2200, KVMLAT_USER_INTERRUPTED);
	/* The earlier one has slept; this one has not, so it can have polled. */
	do_halt(l, 3000, 500, 400, 0);
	do_entry(l, 3100);
	look(l, 3200);
	EXPECT_EQ(TIME(POLL), 400);
	ledger_free(l);
}

int main(void)
{
	static const struct tap_case cases[] = {
		{ "a poll that hits", poll_that_hits },
		{ "a sleep after a poll", sleep_after_a_poll },
		{ "a halt that a signal interrupts", halt_that_goes_on },
		{ "polls that took no time", polls_without_time },
		{ "a poll that loses its CPU", poll_with_breaks },
		{ "counters that somebody cleared", polls_that_somebody_cleared },
		{ "a halt of an exit that was not seen", halt_of_an_exit_that_was_not_seen },
		{ "exits of one mark", exits_of_one_mark },
	};

	return tap_run(cases, TAP_CASES(cases));
}
