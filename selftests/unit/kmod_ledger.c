// SPDX-License-Identifier: GPL-2.0-only
/* What a sequence of events does to an account, and that a reader never sees it torn. */
#include <pthread.h>
#include <sched.h>

#include "kmod_reserve.h"
#include "user_tap.h"

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

		for (u32 b = 0; b < KVMLAT_HIST_BUCKETS; b++)
			sum += snap.row[i].bucket[b];
		if (sum != snap.row[i].count)
			return false;
	}
	return true;
}

static void look(const struct kvmlat_ledger *l, u64 now)
{
	test_now = now;
	memset(&snap, 0, sizeof(snap));
	EXPECT(kvmlat_ledger_read(l, &snap, test_clock));
	EXPECT_EQ(sum_times(), snap.now - snap.since);
	EXPECT(rows_add_up());
}

static const struct kvmlat_row *row_of(u32 code)
{
	static const struct kvmlat_row none;

	for (u32 i = 0; i < snap.rows; i++)
		if (snap.row[i].code == code && snap.row[i].class != KVMLAT_REASON_CLASS_OTHER)
			return &snap.row[i];
	return &none;
}

static const struct kvmlat_row *row_of_others(void)
{
	static const struct kvmlat_row none;

	for (u32 i = 0; i < snap.rows; i++)
		if (snap.row[i].class == KVMLAT_REASON_CLASS_OTHER)
			return &snap.row[i];
	return &none;
}

static void pairs(void)
{
	struct kvmlat_ledger *l = ledger_new(1000, KVMLAT_STATE_GUEST);

	kvmlat_ledger_exit(l, 1100, 0x72);
	kvmlat_ledger_entry(l, 1400);
	kvmlat_ledger_exit(l, 2000, 0x72);
	look(l, 2050);
	EXPECT_EQ(snap.state, KVMLAT_STATE_EXIT);
	EXPECT(snap.is_open);
	EXPECT_EQ(snap.open_code, 0x72);
	EXPECT_EQ(snap.open_since, 2000);
	EXPECT_EQ(row_of(0x72)->count, 1);
	kvmlat_ledger_entry(l, 2100);
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

	kvmlat_ledger_exit(l, 1100, 0x7b);
	kvmlat_ledger_user(l, 1150);
	look(l, 1200);
	EXPECT_EQ(snap.state, KVMLAT_STATE_USER);
	EXPECT_EQ(snap.open_code, 0x7b);
	EXPECT_EQ(snap.times[KVMLAT_STATE_USER], 50);
	EXPECT_EQ(snap.times[KVMLAT_STATE_EXIT], 50);
	kvmlat_ledger_entry(l, 1450);
	look(l, 1450);
	EXPECT_EQ(snap.times[KVMLAT_STATE_USER], 300);
	EXPECT_EQ(snap.times[KVMLAT_STATE_EXIT], 50);
	EXPECT_EQ(row_of(0x7b)->total, 350);
	/* Without an exit there is nothing to hand over. */
	kvmlat_ledger_user(l, 1500);
	look(l, 1600);
	EXPECT_EQ(snap.state, KVMLAT_STATE_GUEST);
	ledger_free(l);
}

static void odd_orders(void)
{
	struct kvmlat_ledger *l = ledger_new(1000, KVMLAT_STATE_EXIT);

	look(l, 1200);
	EXPECT_EQ(snap.times[KVMLAT_STATE_EXIT], 200);
	EXPECT(!snap.is_open);
	kvmlat_ledger_entry(l, 1300);
	look(l, 1300);
	EXPECT_EQ(snap.rows, 0);
	EXPECT_EQ(snap.times[KVMLAT_STATE_EXIT], 300);
	kvmlat_ledger_entry(l, 1400);
	look(l, 1400);
	EXPECT_EQ(snap.reentries, 1);
	EXPECT_EQ(snap.times[KVMLAT_STATE_GUEST], 100);
	kvmlat_ledger_exit(l, 1500, 1);
	kvmlat_ledger_exit(l, 1700, 2);
	look(l, 1700);
	EXPECT_EQ(row_of(1)->count, 1);
	EXPECT_EQ(row_of(1)->total, 200);
	kvmlat_ledger_user(l, 1800);
	kvmlat_ledger_exit(l, 2000, 3);
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
			kvmlat_ledger_exit(l, now += 100, list[i]);
			kvmlat_ledger_entry(l, now += 100);
		}
	look(l, now);
	EXPECT_EQ(snap.rows, sizeof(list) / sizeof(*list));
	for (u32 i = 0; i < snap.rows; i++)
		EXPECT_EQ(row_of(list[i])->count, 3);
	EXPECT_EQ(row_of(KVMLAT_CODE_UNKNOWN)->class, KVMLAT_REASON_CLASS_UNKNOWN);
	ledger_free(l);
}

static void out_of_memory(void)
{
	struct kvmlat_ledger *l = ledger_new(1000, KVMLAT_STATE_GUEST);
	u64 now = 1000;

	cells_left = 2;
	segs_left = 1;
	for (u32 code = 0; code < 4; code++) {
		kvmlat_ledger_exit(l, now += 100, code);
		kvmlat_ledger_entry(l, now += 100);
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
			kvmlat_ledger_exit(l, ++now, code);
			kvmlat_ledger_entry(l, now += 1ULL << shift);
			exits++;
		}
	look(l, now);
	EXPECT(snap.memory <= 65536);
	for (u32 i = 0; i < snap.rows; i++)
		counted += snap.row[i].count;
	EXPECT_EQ(counted, exits);
	ledger_free(l);
}

static void resets(void)
{
	struct kvmlat_ledger *l = ledger_new(1000, KVMLAT_STATE_GUEST);

	kvmlat_ledger_exit(l, 1100, 7);
	kvmlat_ledger_entry(l, 1200);
	kvmlat_ledger_exit(l, 1300, 7);
	kvmlat_ledger_user(l, 1350);
	kvmlat_ledger_reset(l, 1400);
	EXPECT(!l->owner);
	look(l, 1450);
	EXPECT_EQ(snap.since, 1400);
	EXPECT_EQ(snap.rows, 0);
	EXPECT_EQ(snap.times[KVMLAT_STATE_USER], 50);
	EXPECT(!snap.is_open);
	EXPECT_EQ(kvmlat_ledger_own(l, l, 1500), 1500);
	kvmlat_ledger_entry(l, 1500);
	look(l, 1600);
	EXPECT_EQ(snap.since, 1400);
	EXPECT_EQ(snap.rows, 0);
	EXPECT_EQ(snap.times[KVMLAT_STATE_USER], 100);
	EXPECT_EQ(snap.times[KVMLAT_STATE_EXIT], 0);
	EXPECT_EQ(snap.times[KVMLAT_STATE_GUEST], 100);
	kvmlat_ledger_exit(l, 1700, 7);
	kvmlat_ledger_entry(l, 1800);
	look(l, 1800);
	EXPECT_EQ(row_of(7)->count, 1);
	/* An event between the note's time and the writer's look: the start moves past it. */
	kvmlat_ledger_reset(l, 1790);
	kvmlat_ledger_own(l, l, 1850);
	look(l, 1900);
	EXPECT_EQ(snap.since, 1800);
	/* An event that took its stamp before the reset and looks after it. */
	kvmlat_ledger_reset(l, 2000);
	EXPECT_EQ(kvmlat_ledger_own(l, l, 1950), 2000);
	ledger_free(l);
}

static void endings(void)
{
	struct kvmlat_ledger *l = ledger_new(1000, KVMLAT_STATE_GUEST);

	kvmlat_ledger_exit(l, 1100, 7);
	kvmlat_ledger_user(l, 1200);
	look(l, 1300);
	EXPECT(!snap.ended);
	kvmlat_ledger_end(l, 1500);
	look(l, 9999);
	EXPECT(snap.ended);
	EXPECT_EQ(snap.now, 1500);
	EXPECT_EQ(snap.state, KVMLAT_STATE_USER);
	EXPECT_EQ(row_of(7)->count, 1);
	EXPECT_EQ(row_of(7)->total, 400);
	EXPECT_EQ(snap.times[KVMLAT_STATE_USER], 300);
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
			kvmlat_ledger_exit(l, begun = now, code);
			state = KVMLAT_STATE_EXIT;
		} else if (state == KVMLAT_STATE_EXIT && rand() % 3 == 0) {
			kvmlat_ledger_user(l, now);
			state = KVMLAT_STATE_USER;
		} else {
			kvmlat_ledger_entry(l, now);
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
		kvmlat_ledger_exit(l, now += 100 + i % 7, i % 5);
		WRITE_ONCE(test_now, now);
		if (i % 11 == 0)
			kvmlat_ledger_user(l, now += 50);
		pause_between();
		kvmlat_ledger_entry(l, now += 200 + i % 4000);
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
	test_now = 0;
	EXPECT(!pthread_create(&thread, NULL, writer, l));
	while ((reads < 20000 || last < 20000) && !tap_failed) {
		count = 0;
		/* A writer in user space can be preempted in the middle of an update. */
		while (!kvmlat_ledger_read(l, &snap, test_clock))
			sched_yield();
		reads++;
		EXPECT_EQ(sum_times(), snap.now - snap.since);
		EXPECT(rows_add_up());
		for (u32 r = 0; r < snap.rows; r++)
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
		{ "events in odd orders", odd_orders },
		{ "exit codes of all ranges", codes },
		{ "no memory: the row for others", out_of_memory },
		{ "an account is bounded and loses nothing", bounded },
		{ "reset", resets },
		{ "end", endings },
		{ "random events against a model", random_events },
		{ "read while it is written", read_while_written },
	};

	return tap_run(cases, TAP_CASES(cases));
}
