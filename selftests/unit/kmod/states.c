// SPDX-License-Identifier: GPL-2.0-only
/* What the scheduler and halts do to an account: every state, and that they add up. */
#include "events.h"

#define CLASS(name)	row_of_class(KVMLAT_REASON_CLASS_ ## name, 0)
#define TIME(name)	(snap.times[KVMLAT_STATE_ ## name])

static struct kvmlat_polls polls;

static void do_halt(struct kvmlat_ledger *l, u64 now, u64 ns, u64 hit, u64 miss)
{
	struct kvmlat_halt halt = { .ns = ns, .valid = true, .window = 200000 };

	polls.attempted += hit || miss;
	polls.successful += !!hit;
	polls.success_ns += hit;
	polls.fail_ns += miss;
	halt.polls = polls;
	EVENT(l, kvmlat_ledger_halt(l, now, &halt));
}

static struct kvmlat_ledger *fresh(void)
{
	polls = (struct kvmlat_polls){};
	return ledger_new(1000, KVMLAT_STATE_GUEST);
}

static void poll_that_hits(void)
{
	struct kvmlat_ledger *l = fresh();

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
	struct kvmlat_ledger *l = fresh();

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

static void preemption(void)
{
	struct kvmlat_ledger *l = fresh();

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
	struct kvmlat_ledger *l = fresh();

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
	struct kvmlat_ledger *l = fresh();

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
	struct kvmlat_ledger *l = fresh();

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

/* A signal interrupts a halt, the VMM calls KVM_RUN again, the halt goes on. */
static void halt_that_goes_on(void)
{
	struct kvmlat_ledger *l = fresh();
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

/* What the VMM does after a wakeup is no lateness of KVM's: the next halt begins anew. */
static void visit_after_a_wakeup(void)
{
	struct kvmlat_ledger *l = fresh();

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
	struct kvmlat_ledger *l = fresh();

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

/* A counter that says that a poll was made is believed though it took no time. */
static void polls_without_time(void)
{
	struct kvmlat_ledger *l = fresh();
	struct kvmlat_halt halt = { .ns = 10, .valid = true, .polls = { .attempted = 1 } };

	do_exit(l, 2000, 0x78);
	EVENT(l, kvmlat_ledger_halt(l, 2100, &halt));
	look(l, 2100);
	EXPECT_EQ(CLASS(POLL_MISS)->count, 1);
	EXPECT_EQ(CLASS(POLL_HIT)->count, 0);
	halt.polls = (struct kvmlat_polls){ .attempted = 2, .successful = 1 };
	EVENT(l, kvmlat_ledger_halt(l, 2200, &halt));
	/* Nothing new: no poll was made. */
	EVENT(l, kvmlat_ledger_halt(l, 2300, &halt));
	look(l, 2300);
	EXPECT_EQ(CLASS(POLL_MISS)->count, 1);
	EXPECT_EQ(CLASS(POLL_HIT)->count, 1);
	EXPECT_EQ(CLASS(HALT)->count, 3);
	EXPECT_EQ(snap.halt_invalid, 0);
	/* Each halt has its own limit for what a poll can have taken. */
	halt.polls.success_ns = 500;
	EVENT(l, kvmlat_ledger_halt(l, 2350, &halt));
	look(l, 2350);
	EXPECT_EQ(TIME(POLL), 50);
	halt.valid = false;
	EVENT(l, kvmlat_ledger_halt(l, 2400, &halt));
	look(l, 2400);
	EXPECT_EQ(snap.halt_invalid, 1);
	ledger_free(l);
}

/* A poll that has to give its CPU away is the sum of its parts; so is one after a signal. */
static void poll_with_breaks(void)
{
	struct kvmlat_ledger *l = fresh();

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
	struct kvmlat_ledger *l = fresh();

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

static void nested_guests(void)
{
	struct kvmlat_ledger *l = fresh();

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
	struct kvmlat_ledger *l = fresh();

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
	struct kvmlat_ledger *l = fresh();

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
	struct kvmlat_ledger *l = fresh();

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

static void same_row(const struct kvmlat_row *a, const struct kvmlat_row *b)
{
	EXPECT_EQ(a->code, b->code);
	EXPECT_EQ(a->class, b->class);
	EXPECT_EQ(a->count, b->count);
	EXPECT_EQ(a->total, b->total);
	EXPECT_EQ(a->empty, b->empty);
	EXPECT_EQ(a->away, b->away);
	EXPECT_EQ(a->longest, b->longest);
	EXPECT_EQ(a->longest_at, b->longest_at);
	EXPECT_EQ(a->segs, b->segs);
	for (u32 i = 0; i < KVMLAT_SEGS * KVMLAT_SEG_LEN; i++)
		if (a->segs & 1U << i / KVMLAT_SEG_LEN)
			EXPECT_EQ(a->bucket[i], b->bucket[i]);
}

/* A visit that takes the short way leaves what it leaves on the long one, whatever is between. */
static void visits_both_ways(void)
{
	static struct kvmlat_snap quick;
	struct kvmlat_ledger *both[] = { fresh(), fresh() };
	u32 seed = 20261128;
	u64 now = 1000;

	printf("# seed %u\n", seed);
	srand(seed);
	for (int i = 0; i < 100000 && !tap_failed; i++) {
		u32 what = rand() % 20, code = rand() % 12, reason = rand() % 9;
		u64 halted = rand() % 5000, wait = rand() % 100000;
		/* Entries are after what was before them, as they are on one CPU. */
		bool same = what < 10 && !both[0]->user_at && rand() % 8 == 0;
		u64 later = now + (same ? 0 : 1 + rand() % 100000);

		for (int slowly = 0; slowly < 2; slowly++) {
			struct kvmlat_ledger *l = both[slowly];

			test_slowly = slowly;
			polls = l->polls;
			if (l->out_at)
				do_in(l, later, wait);
			else if (what == 0)
				do_out(l, later, KVMLAT_STATE_WAIT + code % 3, reason % 2);
			else if (!l->open)
				do_exit(l, later, reason);
			else if (what == 1)
				do_halt(l, later, halted, halted / 2, 0);
			else if (what == 10)
				do_exit(l, later, reason);
			else if (what < 10 && !l->user_at)
				do_user(l, later, code);
			else
				do_entry(l, later);
			if (what == 19 && code == 0 && reason == 0) {
				kvmlat_ledger_reset(l, later);
				do_obey(l);
			}
			look(l, later + wait);
			if (!slowly)
				quick = snap;
		}
		test_slowly = false;
		EXPECT_EQ(both[0]->seq % 2, 0);
		EXPECT_EQ(quick.state, snap.state);
		EXPECT_EQ(quick.rows, snap.rows);
		for (u32 s = 0; s < KVMLAT_STATES; s++)
			EXPECT_EQ(quick.times[s], snap.times[s]);
		for (u32 r = 0; r < snap.rows && !tap_failed; r++)
			same_row(&quick.row[r], &snap.row[r]);
		now = later;
	}
	ledger_free(both[0]);
	ledger_free(both[1]);
}

/* Any order of events keeps the sum, and no state below zero. */
static void any_order(void)
{
	struct kvmlat_ledger *l = fresh();
	u32 seed = 20261121;
	u64 now = 1000;

	printf("# seed %u\n", seed);
	srand(seed);
	for (int i = 0; i < 300000 && !tap_failed; i++) {
		u64 step = 1 + (u64)rand() % (1ULL << (rand() % 24));
		bool away = l->out_at;

		now += step;
		if (away)
			do_in(l, now, rand() % 3 ? (u64)rand() % 100000 : 0);
		else if (rand() % 4 == 0)
			do_out(l, now, KVMLAT_STATE_WAIT + rand() % 3, rand() % 2);
		else if (!l->open)
			do_exit(l, now, rand() % 9);
		else if (rand() % 3 == 0)
			do_halt(l, now, (u64)rand() % 5000, rand() % 2 ? rand() % 9000 : 0,
				rand() % 9000);
		else if (rand() % 3 == 0)
			do_user(l, now, rand() % 4);
		else if (rand() % 100 == 0)
			do_exit(l, now, 3);
		else
			do_entry(l, now);
		if (rand() % 1000 == 0) {
			kvmlat_ledger_reset(l, now);
			do_obey(l);
		}
		look(l, now + rand() % 1000);
		now = snap.now;
		for (u32 s = 0; s < KVMLAT_STATES; s++)
			EXPECT((s64)snap.times[s] >= 0);
	}
	ledger_free(l);
}

int main(void)
{
	static const struct tap_case cases[] = {
		{ "a poll that hits", poll_that_hits },
		{ "a sleep after a poll", sleep_after_a_poll },
		{ "preemption", preemption },
		{ "preemption after a wakeup", preemption_after_a_wakeup },
		{ "preemption before kvm_exit", preemption_before_the_exit },
		{ "away in the VMM", away_in_the_vmm },
		{ "a halt that a signal interrupts", halt_that_goes_on },
		{ "a visit to the VMM after a wakeup", visit_after_a_wakeup },
		{ "a sleep after a wakeup", sleep_after_a_wakeup },
		{ "polls that took no time", polls_without_time },
		{ "a poll that loses its CPU", poll_with_breaks },
		{ "counters that somebody cleared", polls_that_somebody_cleared },
		{ "nested guests", nested_guests },
		{ "flags of an exit code", flags_of_a_code },
		{ "no memory for rows that are no exits", no_memory_for_spans },
		{ "reset and end while it is away", reset_and_end_while_away },
		{ "visits both ways", visits_both_ways },
		{ "events in any order add up", any_order },
	};

	return tap_run(cases, TAP_CASES(cases));
}
