// SPDX-License-Identifier: GPL-2.0-only
/* Events in any order: times add up, and a short way leaves what the long one leaves. */
#include "events.h"

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

/* A visit or a halt leaves the same on the short way as on the long one, whatever is between. */
static void visits_both_ways(void)
{
	static struct kvmlat_snap quick;
	struct kvmlat_ledger *both[] = { in_guest(), in_guest() };
	u32 seed = 20261128;
	u64 now = 1000;

	printf("# seed %u\n", seed);
	srand(seed);
	for (int i = 0; i < 100000 && !tap_failed; i++) {
		u32 what = rand() % 20, code = rand() % 12, reason = rand() % 9;
		u64 halted = rand() % 5000, wait = rand() % 100000;
		/* Entries are after their exits, as they are on one CPU; a halt moves. */
		bool same = (what < 10 || (both[0]->wake_at && both[0]->mark != now)) &&
			    !both[0]->user_at && rand() % 8 == 0;
		u64 later = now + (same ? 0 : 1 + rand() % 100000);

		for (int slowly = 0; slowly < 2; slowly++) {
			struct kvmlat_ledger *l = both[slowly];

			test_slowly = slowly;
			polls = l->polls;
			if (l->out_at)
				do_in(l, later, wait);
			else if (what == 0)
				do_out(l, later, KVMLAT_STATE_WAIT + code % 3, reason % 2);
			else if (what == 1)
				do_halt(l, later, halted, halted / 2, 0);
			else if (!l->open)
				do_exit(l, later, reason);
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
		EXPECT_EQ(both[0]->inside, both[1]->inside);
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
	struct kvmlat_ledger *l = in_guest();
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
		else if (rand() % 3 == 0)
			do_halt(l, now, (u64)rand() % 5000, rand() % 2 ? rand() % 9000 : 0,
				rand() % 9000);
		else if (!l->open)
			do_exit(l, now, rand() % 9);
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
		{ "visits both ways", visits_both_ways },
		{ "events in any order add up", any_order },
	};

	return tap_run(cases, TAP_CASES(cases));
}
