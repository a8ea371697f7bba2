// SPDX-License-Identifier: GPL-2.0-only
/* What a sequence of events does to an account, and that a reader never sees it torn. */
#include <pthread.h>
#include <sched.h>

#include "events.h"

static void pairs(void)
{
	struct kvmlat_ledger *l = ledger_new(1000, KVMLAT_STATE_GUEST);

	do_exit(l, 1100, 0x72);
	do_entry(l, 1400);
	do_exit(l, 2000, 0x72);
	look(l, 2050);
	EXPECT_EQ(snap.state, KVMLAT_STATE_EXIT);
	EXPECT(snap.is_open);
	EXPECT_EQ(snap.open_code, 0x72);
	EXPECT_EQ(snap.open_since, 2000);
	EXPECT_EQ(row_of(0x72)->count, 1);
	do_entry(l, 2100);
	look(l, 2500);
	EXPECT(!snap.is_open);
	EXPECT_EQ(row_of(0x72)->count, 2);
	EXPECT_EQ(row_of(0x72)->total, 400);
	EXPECT_EQ(row_of(0x72)->longest, 300);
	EXPECT_EQ(row_of(0x72)->bucket[kvmlat_hist_bucket(300)], 1);
	EXPECT_EQ(row_of(0x72)->bucket[kvmlat_hist_bucket(100)], 1);
	EXPECT_EQ(snap.times[KVMLAT_STATE_GUEST], 100 + 600 + 400);
	EXPECT_EQ(snap.times[KVMLAT_STATE_EXIT], 400);
	ledger_free(l);
}

static void visits_to_the_vmm(void)
{
	struct kvmlat_ledger *l = ledger_new(1000, KVMLAT_STATE_GUEST);

	do_exit(l, 1100, 0x7b);
	do_user(l, 1150, 2);
	look(l, 1200);
	EXPECT_EQ(snap.state, KVMLAT_STATE_USER);
	EXPECT_EQ(snap.open_code, 0x7b);
	EXPECT_EQ(snap.times[KVMLAT_STATE_USER], 50);
	EXPECT_EQ(snap.times[KVMLAT_STATE_EXIT], 50);
	do_entry(l, 1450);
	look(l, 1450);
	EXPECT_EQ(snap.times[KVMLAT_STATE_USER], 300);
	EXPECT_EQ(snap.times[KVMLAT_STATE_EXIT], 50);
	EXPECT_EQ(row_of(0x7b)->total, 350);
	/* An entry that the processor refuses has no exit. */
	do_user(l, 1500, 9);
	look(l, 1600);
	EXPECT_EQ(snap.state, KVMLAT_STATE_USER);
	EXPECT_EQ(snap.times[KVMLAT_STATE_USER], 400);
	EXPECT_EQ(snap.times[KVMLAT_STATE_EXIT], 100);
	EXPECT_EQ(snap.times[KVMLAT_STATE_GUEST], 100);
	do_entry(l, 1650);
	look(l, 1700);
	EXPECT_EQ(snap.times[KVMLAT_STATE_USER], 450);
	EXPECT_EQ(snap.times[KVMLAT_STATE_GUEST], 150);
	EXPECT_EQ(row_of_class(KVMLAT_REASON_CLASS_USER, 9)->count, 1);
	ledger_free(l);
}

/* Times are of the CPU that an event is on, and never before the last one's. */
static void exits_without_time(void)
{
	struct kvmlat_ledger *l = ledger_new(1000, KVMLAT_STATE_GUEST);

	do_exit(l, 1500, 1);
	do_exit(l, 1500, 2);
	look(l, 1500);
	EXPECT_EQ(row_of(1)->count, 1);
	EXPECT_EQ(row_of(1)->empty, 1);
	EXPECT_EQ(row_of(1)->total, 0);
	ledger_free(l);
}

static void odd_orders(void)
{
	struct kvmlat_ledger *l = ledger_new(1000, KVMLAT_STATE_EXIT);

	look(l, 1200);
	EXPECT_EQ(snap.times[KVMLAT_STATE_EXIT], 200);
	EXPECT(!snap.is_open);
	do_entry(l, 1300);
	look(l, 1300);
	EXPECT_EQ(snap.rows, 0);
	EXPECT_EQ(snap.times[KVMLAT_STATE_EXIT], 300);
	do_entry(l, 1400);
	look(l, 1400);
	EXPECT_EQ(snap.reentries, 1);
	EXPECT_EQ(snap.times[KVMLAT_STATE_GUEST], 100);
	do_exit(l, 1500, 1);
	do_exit(l, 1700, 2);
	look(l, 1700);
	EXPECT_EQ(row_of(1)->count, 1);
	EXPECT_EQ(row_of(1)->total, 200);
	do_user(l, 1800, 2);
	do_exit(l, 2000, 3);
	look(l, 2000);
	EXPECT_EQ(row_of(2)->total, 300);
	EXPECT_EQ(snap.times[KVMLAT_STATE_USER], 200);
	ledger_free(l);
}

static void codes(void)
{
	static const u32 list[] = { 0, 0xbf, 0xc0, 0x3ff, 0x400, 0x40f, 0x410, 0xffff,
				    0x80000001, 0xffffffff, KVMLAT_CODE_UNKNOWN };
	struct kvmlat_ledger *l = ledger_new(1000, KVMLAT_STATE_GUEST);
	u64 now = 1000;

	for (int round = 0; round < 3; round++)
		for (u32 i = 0; i < sizeof(list) / sizeof(*list); i++) {
			do_exit(l, now += 100, list[i]);
			do_entry(l, now += 100);
		}
	look(l, now);
	EXPECT_EQ(snap.rows, sizeof(list) / sizeof(*list));
	for (u32 i = 0; i < snap.rows; i++)
		EXPECT_EQ(list[i] == KVMLAT_CODE_UNKNOWN ?
			  row_of_class(KVMLAT_REASON_CLASS_UNKNOWN, 0)->count :
			  row_of(list[i])->count, 3);
	/* Those of real processors are found at once, and others never in the map, which ends. */
	for (u32 code = 0; code < 0x800; code++) {
		bool mapped = code < 0xc0 || (code >= 0x400 && code < 0x410), seen = false;
		const struct kvmlat_cell *cell = kvmlat_ledger_cell(l, code);

		for (u32 i = 0; i < sizeof(list) / sizeof(*list); i++)
			seen |= list[i] == code;
		EXPECT_EQ(!!cell, mapped && seen);
		EXPECT(!cell || cell->code == code);
	}
	EXPECT_EQ(l->none.total, 0);
	ledger_free(l);
}

static void out_of_memory(void)
{
	struct kvmlat_ledger *l = ledger_new(1000, KVMLAT_STATE_GUEST);
	u64 now = 1000;

	cells_left = 2;
	segs_left = 1;
	for (u32 code = 0; code < 4; code++) {
		do_exit(l, now += 100, code);
		do_entry(l, now += 100);
	}
	look(l, now);
	EXPECT_EQ(row_of(0)->count, 1);
	EXPECT_EQ(row_of(1)->count, 0);
	EXPECT_EQ(row_of_others()->count, 3);
	EXPECT_EQ(row_of_others()->total, 300);
	EXPECT_EQ(snap.spilled, 3);
	EXPECT_EQ(snap.times[KVMLAT_STATE_EXIT], 400);
	ledger_free(l);
}

static void bounded(void)
{
	struct kvmlat_ledger *l = ledger_new(0, KVMLAT_STATE_GUEST);
	u64 now = 0, exits = 0, counted = 0;

	for (u32 code = 0; code < 100; code++)
		for (u32 shift = 0; shift < 42; shift++) {
			do_exit(l, ++now, code);
			do_entry(l, now += 1ULL << shift);
			exits++;
		}
	look(l, now);
	EXPECT(snap.memory <= 65536);
	EXPECT_EQ(l->cells, KVMLAT_CELLS_MAX);
	for (u32 i = 0; i < snap.rows; i++)
		counted += snap.row[i].count;
	EXPECT_EQ(counted, exits);
	ledger_free(l);
}

static void resets(void)
{
	struct kvmlat_ledger *l = ledger_new(1000, KVMLAT_STATE_GUEST);

	do_exit(l, 1100, 7);
	do_entry(l, 1200);
	do_exit(l, 1300, 7);
	do_user(l, 1350, 2);
	kvmlat_ledger_reset(l, 1400);
	look(l, 1450);
	EXPECT_EQ(snap.since, 1400);
	EXPECT_EQ(snap.rows, 0);
	EXPECT_EQ(snap.times[KVMLAT_STATE_USER], 50);
	EXPECT(!snap.is_open);
	do_obey(l);
	do_entry(l, 1500);
	look(l, 1600);
	EXPECT_EQ(snap.since, 1400);
	EXPECT_EQ(snap.rows, 0);
	EXPECT_EQ(snap.times[KVMLAT_STATE_USER], 100);
	EXPECT_EQ(snap.times[KVMLAT_STATE_EXIT], 0);
	EXPECT_EQ(snap.times[KVMLAT_STATE_GUEST], 100);
	do_exit(l, 1700, 7);
	do_entry(l, 1800);
	look(l, 1800);
	EXPECT_EQ(row_of(7)->count, 1);
	/* An event between the note's time and the writer's look: the start moves past it. */
	kvmlat_ledger_reset(l, 1790);
	do_obey(l);
	look(l, 1900);
	EXPECT_EQ(snap.since, 1800);
	/* An event whose clock is a little behind that of the reset. */
	kvmlat_ledger_reset(l, 2000);
	do_obey(l);
	EXPECT_EQ(kvmlat_ledger_after(l, 1950), 2000);
	ledger_free(l);
}

static void endings(void)
{
	struct kvmlat_ledger *l = ledger_new(1000, KVMLAT_STATE_GUEST);

	do_exit(l, 1100, 7);
	do_user(l, 1200, 2);
	look(l, 1300);
	EXPECT(!snap.ended);
	do_end(l, 1500);
	look(l, 9999);
	EXPECT(snap.ended);
	EXPECT_EQ(snap.now, 1500);
	EXPECT_EQ(snap.state, KVMLAT_STATE_USER);
	EXPECT_EQ(row_of(7)->count, 1);
	EXPECT_EQ(row_of(7)->total, 400);
	EXPECT_EQ(snap.times[KVMLAT_STATE_USER], 300);
	ledger_free(l);
}

/* Who destroys the VM may be on a CPU whose clock is behind that of the last event. */
static void endings_with_a_clock_behind(void)
{
	struct kvmlat_ledger *l = ledger_new(1000, KVMLAT_STATE_GUEST);

	do_exit(l, 1100, 7);
	do_entry(l, 1400);
	do_end(l, 1390);
	look(l, 9999);
	EXPECT_EQ(snap.now, 1400);
	EXPECT_EQ(snap.times[KVMLAT_STATE_GUEST], 100);
	EXPECT_EQ(snap.times[KVMLAT_STATE_EXIT], 300);
	ledger_free(l);

	l = ledger_new(1000, KVMLAT_STATE_GUEST);
	do_exit(l, 1100, 7);
	do_out(l, 1500, KVMLAT_STATE_OFF, true);
	do_end(l, 1450);
	look(l, 9999);
	EXPECT_EQ(snap.now, 1500);
	EXPECT_EQ(snap.state, KVMLAT_STATE_OFF);
	EXPECT_EQ(snap.times[KVMLAT_STATE_OFF], 0);
	EXPECT_EQ(row_of(7)->total, 400);
	ledger_free(l);

	/* With a reset that the writer has not seen. */
	l = ledger_new(1000, KVMLAT_STATE_GUEST);
	do_exit(l, 1100, 7);
	do_entry(l, 1400);
	kvmlat_ledger_reset(l, 2000);
	do_end(l, 1990);
	look(l, 9999);
	EXPECT_EQ(snap.since, 2000);
	EXPECT_EQ(snap.now, 2000);
	EXPECT_EQ(snap.rows, 0);
	ledger_free(l);
}

/* The thread that slept in the VMM does so up to the end. */
static void ending_away_in_the_vmm(void)
{
	struct kvmlat_ledger *l = ledger_new(1000, KVMLAT_STATE_GUEST);

	do_exit(l, 1100, 7);
	do_user(l, 1200, 2);
	do_out(l, 1300, KVMLAT_STATE_OFF, false);
	do_end(l, 1500);
	look(l, 9999);
	EXPECT_EQ(snap.state, KVMLAT_STATE_OFF);
	EXPECT_EQ(snap.times[KVMLAT_STATE_USER], 100);
	EXPECT_EQ(snap.times[KVMLAT_STATE_OFF], 200);
	EXPECT_EQ(snap.times[KVMLAT_STATE_EXIT], 100);
	EXPECT_EQ(row_of_class(KVMLAT_REASON_CLASS_USER, 2)->total, 300);
	ledger_free(l);
}

/* Against a model that keeps every interval by itself. */
static void random_events(void)
{
	struct kvmlat_ledger *l = ledger_new(0, KVMLAT_STATE_GUEST);
	u64 now = 0, times[KVMLAT_STATES] = {}, counts[16] = {}, totals[16] = {}, begun = 0;
	u32 state = KVMLAT_STATE_GUEST, code = 0, seed = 20261120;

	printf("# seed %u\n", seed);
	srand(seed);
	for (int i = 0; i < 200000; i++) {
		u64 step = 1 + (u64)rand() % (1ULL << (rand() % 30));

		times[state] += step;
		now += step;
		if (state == KVMLAT_STATE_GUEST) {
			code = rand() % 16;
			do_exit(l, begun = now, code);
			state = KVMLAT_STATE_EXIT;
		} else if (state == KVMLAT_STATE_EXIT && rand() % 3 == 0) {
			do_user(l, now, 2);
			state = KVMLAT_STATE_USER;
		} else {
			do_entry(l, now);
			state = KVMLAT_STATE_GUEST;
			counts[code]++;
			totals[code] += now - begun;
		}
	}
	look(l, now);
	for (u32 i = 0; i < KVMLAT_STATES; i++)
		EXPECT_EQ(snap.times[i], times[i]);
	for (code = 0; code < 16; code++) {
		EXPECT_EQ(row_of(code)->count, counts[code]);
		EXPECT_EQ(row_of(code)->total, totals[code]);
	}
	ledger_free(l);
}

static bool stop;

/* No guest comes back within some ten ns: the pause that readers live on. */
static void pause_between(void)
{
	for (int i = 0; i < 500; i++)
		smp_wmb();
}

static void *writer(void *ledger)
{
	struct kvmlat_ledger *l = ledger;
	u64 now = 0;

	for (u32 i = 0; !READ_ONCE(stop); i++) {
		do_exit(l, now += 100 + i % 7, i % 5);
		WRITE_ONCE(test_now, now);
		if (i % 11 == 0)
			do_user(l, now += 50, 2);
		pause_between();
		do_entry(l, now += 200 + i % 4000);
		WRITE_ONCE(test_now, now);
		pause_between();
	}
	return NULL;
}

static void read_while_written(void)
{
	struct kvmlat_ledger *l = ledger_new(0, KVMLAT_STATE_GUEST);
	u64 last = 0, count, reads = 0;
	pthread_t thread;

	memset(&snap, 0, sizeof(snap));
	snap.histograms = true;
	test_now = 0;
	EXPECT(!pthread_create(&thread, NULL, writer, l));
	while ((reads < 20000 || last < 20000) && !tap_failed) {
		count = 0;
		/* A writer in user space can be preempted in the middle of an update. */
		while (!kvmlat_snapshot_take(l, &snap, test_clock))
			sched_yield();
		reads++;
		EXPECT_EQ(sum_times(), snap.now - snap.since);
		EXPECT(rows_add_up());
		for (u32 r = 0; r < snap.rows; r++)
			if (kvmlat_class_is_exit(snap.row[r].class))
				count += snap.row[r].count;
		EXPECT(count >= last);
		last = count;
	}
	printf("# %" PRIu64 " reads during %" PRIu64 " exits\n", reads, last);
	WRITE_ONCE(stop, true);
	pthread_join(thread, NULL);
	ledger_free(l);
}

int main(void)
{
	static const struct tap_case cases[] = {
		{ "exits and entries", pairs },
		{ "visits to the VMM", visits_to_the_vmm },
		{ "exits that took no time", exits_without_time },
		{ "events in odd orders", odd_orders },
		{ "exit codes of all ranges", codes },
		{ "no memory: the row for others", out_of_memory },
		{ "an account is bounded and loses nothing", bounded },
		{ "reset", resets },
		{ "end", endings },
		{ "end by a clock that is behind", endings_with_a_clock_behind },
		{ "end while it is away in the VMM", ending_away_in_the_vmm },
		{ "random events against a model", random_events },
		{ "read while it is written", read_while_written },
	};

	return tap_run(cases, TAP_CASES(cases));
}
