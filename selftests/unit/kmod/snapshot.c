// SPDX-License-Identifier: GPL-2.0-only
/* A reader sees an instant: against a writer who is in the middle, and one who comes between. */
#include <pthread.h>
#include <sched.h>

#include "events.h"

static struct kvmlat_ledger *between;
static unsigned int asked;

/*
 * The clock is asked after all was copied, before the reader looks whether it still holds: here
 * the writer comes just then.
 */
static u64 writer_comes_once(void)
{
	if (!asked++) {
		do_entry(between, 2000);
		do_exit(between, 2300, 2);
		do_entry(between, 2400);
	}
	return 3000;
}

static u64 writer_comes_always(void)
{
	asked++;
	do_entry(between, 3000 + asked);
	return 9000;
}

static bool take(const struct kvmlat_ledger *l, u64 (*clock)(void))
{
	memset(&snap, 0, sizeof(snap));
	snap.histograms = true;
	asked = 0;
	return kvmlat_snapshot_take(l, &snap, clock);
}

static void writer_between(void)
{
	struct kvmlat_ledger *l = ledger_new(1000, KVMLAT_STATE_GUEST);

	between = l;
	do_exit(l, 1500, 1);
	EXPECT(take(l, writer_comes_once));
	/* All of it is as it was after the writer, and nothing as before. */
	EXPECT_EQ(asked, 2);
	EXPECT_EQ(snap.state, KVMLAT_STATE_GUEST);
	EXPECT_EQ(snap.state_since, 2400);
	EXPECT(!snap.is_open);
	EXPECT_EQ(snap.rows, 2);
	EXPECT_EQ(row_of(1)->total, 500);
	EXPECT_EQ(row_of(2)->total, 100);
	EXPECT_EQ(snap.times[KVMLAT_STATE_EXIT], 600);
	EXPECT_EQ(snap.times[KVMLAT_STATE_GUEST], 500 + 300 + 600);
	ledger_free(l);
}

static void writer_in_the_middle(void)
{
	struct kvmlat_ledger *l = ledger_new(1000, KVMLAT_STATE_GUEST);

	do_exit(l, 1500, 1);
	kvmlat_ledger_begin(l);
	test_now = 2000;
	EXPECT(!take(l, test_clock));
	kvmlat_ledger_commit(l);
	EXPECT(take(l, test_clock));
	EXPECT_EQ(snap.now, 2000);
	ledger_free(l);
}

static void writer_without_a_pause(void)
{
	struct kvmlat_ledger *l = ledger_new(1000, KVMLAT_STATE_GUEST);

	between = l;
	EXPECT(!take(l, writer_comes_always));
	EXPECT(asked >= 100);
	EXPECT(asked <= 10000);
	ledger_free(l);
}

/* The writer's CPU may be ahead of the reader's by a few ns. */
static void clock_that_is_behind(void)
{
	struct kvmlat_ledger *l = ledger_new(1000, KVMLAT_STATE_GUEST);

	do_exit(l, 1500, 1);
	do_entry(l, 2000);
	look(l, 1990);
	EXPECT_EQ(snap.now, 2000);
	EXPECT_EQ(snap.times[KVMLAT_STATE_GUEST], 500);
	EXPECT_EQ(snap.times[KVMLAT_STATE_EXIT], 500);
	/* In the VMM, too, and after an absence. */
	do_exit(l, 2500, 1);
	do_user(l, 2600, 2);
	look(l, 2590);
	EXPECT_EQ(snap.now, 2600);
	EXPECT_EQ(snap.times[KVMLAT_STATE_USER], 0);
	do_entry(l, 2700);
	do_exit(l, 2800, 1);
	do_out(l, 2900, KVMLAT_STATE_OFF, true);
	do_in(l, 3000, 0);
	look(l, 2950);
	EXPECT_EQ(snap.now, 3000);
	EXPECT_EQ(snap.state_since, 3000);
	ledger_free(l);
}

static void fill(struct kvmlat_ledger *l)
{
	struct kvmlat_halt halt = { .ns = 50, .window = 7 };

	do_entry(l, 1100);
	do_exit(l, 1200, 1);
	do_entry(l, 1300);
	do_exit(l, 1400, 0x78);
	EVENT(l, kvmlat_ledger_halt(l, 1450, halt, (struct kvmlat_polls){ }));
	EVENT(l, kvmlat_ledger_poll_window(l, true, 10));
	EVENT(l, kvmlat_ledger_poll_window(l, true, 20));
	EVENT(l, kvmlat_ledger_poll_window(l, false, 30));
	EVENT(l, (kvmlat_ledger_out(l, 1500, KVMLAT_STATE_RUNQ, true, 0),
		  kvmlat_ledger_preempted(l, 1500, "hog\0            ", 42)));
	do_in(l, 1600, 0);
	cells_left = 0;
	do_entry(l, 1700);
	do_exit(l, 1800, 2);
}

static void expect_full(void)
{
	EXPECT_EQ(snap.reentries, 1);
	EXPECT_EQ(snap.preempted, 100);
	EXPECT_EQ(snap.preemptors, 1);
	EXPECT_EQ(snap.halt_window, 30);
	EXPECT_EQ(snap.halt_grow, 2);
	EXPECT_EQ(snap.halt_shrink, 1);
	EXPECT_EQ(snap.halt_invalid, 1);
	/* The span from wakeup to entry, and the exit that is open. */
	EXPECT_EQ(snap.spilled, 2);
	EXPECT(snap.is_open);
	EXPECT_EQ(snap.open_class, KVMLAT_REASON_CLASS_OTHER);
}

static void expect_empty(u64 since)
{
	EXPECT_EQ(snap.since, since);
	EXPECT_EQ(snap.reentries, 0);
	EXPECT_EQ(snap.preempted, 0);
	EXPECT_EQ(snap.preemptors, 0);
	EXPECT_EQ(snap.halt_grow, 0);
	EXPECT_EQ(snap.halt_shrink, 0);
	EXPECT_EQ(snap.halt_invalid, 0);
	EXPECT_EQ(snap.spilled, 0);
	EXPECT_EQ(snap.rows, 0);
	EXPECT(!snap.is_open);
	/* That is how KVM polls, and no count. */
	EXPECT_EQ(snap.halt_window, 30);
}

static void nothing_is_left_by_a_reset(void)
{
	struct kvmlat_ledger *l = ledger_new(1000, KVMLAT_STATE_GUEST);

	fill(l);
	look(l, 1900);
	expect_full();
	kvmlat_ledger_reset(l, 1850);
	/* Before the writer has seen the note, with what an earlier read left, and after. */
	test_now = 1900;
	EXPECT(kvmlat_snapshot_take(l, &snap, test_clock));
	expect_empty(1850);
	EXPECT_EQ(sum_times(), 50);
	EXPECT_EQ(snap.times[KVMLAT_STATE_EXIT], 50);
	do_obey(l);
	look(l, 1900);
	expect_empty(1850);
	EXPECT_EQ(snap.times[KVMLAT_STATE_EXIT], 50);
	ledger_free(l);
}

/* An event that the writer had before it saw the note moves the start past it, for readers, too. */
static void event_after_the_note(void)
{
	struct kvmlat_ledger *l = ledger_new(1000, KVMLAT_STATE_GUEST);

	do_exit(l, 1500, 1);
	kvmlat_ledger_reset(l, 1400);
	look(l, 1600);
	EXPECT_EQ(snap.since, 1500);
	EXPECT_EQ(snap.state_since, 1500);
	EXPECT_EQ(snap.times[KVMLAT_STATE_EXIT], 100);
	ledger_free(l);
}

static bool stop;

/*
 * Exits of 300 ns and 700 ns of guest in turn, of two codes in turn: of each instant everything is
 * known, so that a copy of two instants shows.
 */
static void *metronome(void *ledger)
{
	struct kvmlat_ledger *l = ledger;
	u64 now = 0;

	for (u32 i = 0; !READ_ONCE(stop); i++) {
		do_exit(l, now += 700, i % 2);
		WRITE_ONCE(test_now, now);
		for (int pause = 0; pause < 300; pause++)
			smp_wmb();
		do_entry(l, now += 300);
		WRITE_ONCE(test_now, now);
		for (int pause = 0; pause < 300; pause++)
			smp_wmb();
	}
	return NULL;
}

static void expect_an_instant(void)
{
	u64 exits = row_of(0)->count + row_of(1)->count;
	u64 done = exits * 1000, open = snap.is_open;

	EXPECT_EQ(row_of(0)->total, 300 * row_of(0)->count);
	EXPECT_EQ(row_of(1)->total, 300 * row_of(1)->count);
	EXPECT_EQ(row_of(0)->count, (exits + 1) / 2);
	EXPECT_EQ(snap.state, open ? KVMLAT_STATE_EXIT : KVMLAT_STATE_GUEST);
	EXPECT_EQ(snap.state_since, done + 700 * open);
	if (open)
		EXPECT_EQ(snap.open_code, exits % 2);
	EXPECT(snap.now >= snap.state_since);
	EXPECT_EQ(snap.times[KVMLAT_STATE_EXIT],
		  300 * exits + (open ? snap.now - snap.state_since : 0));
	EXPECT_EQ(snap.times[KVMLAT_STATE_GUEST],
		  700 * (exits + open) + (open ? 0 : snap.now - snap.state_since));
}

static void known_sums(void)
{
	struct kvmlat_ledger *l = ledger_new(0, KVMLAT_STATE_GUEST);
	u64 reads = 0, seen = 0;
	pthread_t thread;

	memset(&snap, 0, sizeof(snap));
	snap.histograms = true;
	test_now = 0;
	EXPECT(!pthread_create(&thread, NULL, metronome, l));
	while ((reads < 20000 || seen < 20000) && !tap_failed) {
		/* A writer in user space can be preempted in the middle of an update. */
		while (!kvmlat_snapshot_take(l, &snap, test_clock))
			sched_yield();
		reads++;
		expect_an_instant();
		seen = row_of(0)->count;
	}
	WRITE_ONCE(stop, true);
	pthread_join(thread, NULL);
	ledger_free(l);
}

int main(void)
{
	static const struct tap_case cases[] = {
		{ "a writer comes between copy and check", writer_between },
		{ "a writer is in the middle", writer_in_the_middle },
		{ "a writer never pauses", writer_without_a_pause },
		{ "a clock that is behind", clock_that_is_behind },
		{ "nothing is left by a reset", nothing_is_left_by_a_reset },
		{ "an event after a reset's note", event_after_the_note },
		{ "an instant of a writer with known sums", known_sums },
	};

	return tap_run(cases, TAP_CASES(cases));
}
