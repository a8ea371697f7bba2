// SPDX-License-Identifier: GPL-2.0-only
/* What is an outlier, what it says, and who is told of which. */
#include "events.h"
#include "ledger/outlier.h"

#define KIND(name)	KVMLAT_OUTLIER_KIND_ ## name
#define PART(r, name)	((r)->time[KVMLAT_STATE_ ## name])

static struct kvmlat_outliers outliers;
static struct kvmlat_outliers_news news;

/* A watcher of all kinds, as a note brings it to the vCPU. */
static void watch(struct kvmlat_ledger *l, u32 watcher, u64 ns)
{
	u64 thresholds[KVMLAT_OUTLIER_KINDS];

	for (u32 i = 0; i < KVMLAT_OUTLIER_KINDS; i++)
		thresholds[i] = ns;
	kvmlat_outliers_watch(&outliers, watcher, thresholds);
	l->outliers = &outliers;
	kvmlat_ledger_reset(l, KVMLAT_RESET_NONE);
	do_obey(l);
}

static struct kvmlat_ledger *watched_by_nobody(void)
{
	memset(&outliers, 0, sizeof(outliers));
	kvmlat_outliers_init(&outliers);
	unit_cpu = 7;
	return in_guest();
}

static const struct kvmlat_outlier *next_of(u32 kind)
{
	static const struct kvmlat_outlier none;

	for (u32 i = 0; i < news.nr; i++)
		if (news.record[i].kind == kind)
			return &news.record[i];
	return &none;
}

static void take(struct kvmlat_ledger *l, u32 watcher)
{
	memset(&news, 0, sizeof(news));
	EXPECT(kvmlat_outliers_take(l, &outliers, watcher, &news));
}

static void nobody_watches(void)
{
	struct kvmlat_ledger *l = watched_by_nobody();

	do_exit(l, 2000, 0x72);
	do_entry(l, 900000);
	do_exit(l, 901000, 0x72);
	do_entry(l, 901500);
	look(l, 901500);
	EXPECT_EQ(row_of(0x72)->longest, 898000);
	EXPECT_EQ(l->map[0x72]->unseen, 898000);
	EXPECT_EQ(outliers.head, 0);
	ledger_free(l);
}

static void an_exit(void)
{
	struct kvmlat_ledger *l = watched_by_nobody();
	const struct kvmlat_outlier *r;

	do_exit(l, 2000, 0x72);
	do_entry(l, 4000);
	watch(l, 0, 500);
	/* The note says nothing of the account. */
	look(l, 4000);
	EXPECT_EQ(row_of(0x72)->longest, 2000);
	EXPECT_EQ(l->map[0x72]->unseen, 500);
	do_exit(l, 5000, 0x72);
	do_entry(l, 5500);
	EXPECT_EQ(outliers.head, 0);
	do_exit(l, 6000, 0x72);
	do_entry(l, 6501);
	take(l, 0);
	EXPECT_EQ(news.nr, 2);
	EXPECT_EQ(news.dropped, 0);
	for (u32 kind = KIND(EXIT); kind <= KIND(GAP); kind += KIND(GAP) - KIND(EXIT)) {
		r = next_of(kind);
		EXPECT_EQ(r->begin, 6000);
		EXPECT_EQ(r->end, 6501);
		EXPECT_EQ(r->total, 501);
		EXPECT_EQ(PART(r, EXIT), 501);
		EXPECT_EQ(r->class, KVMLAT_REASON_CLASS_EXIT);
		EXPECT_EQ(r->code, 0x72);
		EXPECT_EQ(r->cpu, 7);
		EXPECT_EQ(r->cpu_before, 7);
		EXPECT(!r->visited);
		EXPECT_EQ(r->culprit.time, 0);
	}
	/* It is not the longest, and what needs no look is still the threshold. */
	look(l, 6501);
	EXPECT_EQ(row_of(0x72)->longest, 2000);
	EXPECT_EQ(row_of(0x72)->longest_at, 4000);
	EXPECT_EQ(l->map[0x72]->unseen, 500);
	take(l, 0);
	EXPECT_EQ(news.nr, 0);
	ledger_free(l);
}

static void a_row_that_is_new(void)
{
	struct kvmlat_ledger *l = watched_by_nobody();

	watch(l, 0, 500);
	do_exit(l, 2000, 0x60);
	do_entry(l, 2100);
	do_exit(l, 3000, 0x60);
	do_entry(l, 9000);
	EXPECT_EQ(l->map[0x60]->unseen, 500);
	take(l, 0);
	EXPECT_EQ(next_of(KIND(GAP))->total, 6000);
	ledger_free(l);
}

/* The taker is who was named when the thread left. */
static void taken_by(const struct kvmlat_ledger *l, const char *comm, u32 tid, u32 prio)
{
	char name[KVMLAT_COMM_LEN] = "";

	snprintf(name, sizeof(name), "%s", comm);
	kvmlat_outliers_left(&outliers, l, name, tid, prio);
}

static void preemption_in_an_exit(void)
{
	struct kvmlat_ledger *l = watched_by_nobody();
	const struct kvmlat_outlier *r;

	watch(l, 0, 10000);
	do_exit(l, 2000, 0x60);
	do_out(l, 2100, KVMLAT_STATE_RUNQ, true);
	taken_by(l, "short", 11, 120);
	do_in(l, 5100, 0);
	do_out(l, 5200, KVMLAT_STATE_RUNQ, true);
	taken_by(l, "hog", 12, 49);
	unit_cpu = 3;
	do_in(l, 95200, 0);
	do_entry(l, 95900);
	take(l, 0);
	EXPECT_EQ(news.nr, 2);
	r = next_of(KIND(RUNQ));
	EXPECT_EQ(r->total, 90000);
	EXPECT_EQ(r->begin, 5200);
	EXPECT_EQ(r->end, 95200);
	EXPECT_EQ(PART(r, RUNQ), 90000);
	EXPECT_EQ(r->cpu_before, 7);
	EXPECT_EQ(r->cpu, 3);
	EXPECT_STR(r->culprit.comm, "hog");
	EXPECT(r->culprit.took);
	r = next_of(KIND(GAP));
	EXPECT_EQ(r->total, 93900);
	EXPECT_EQ(PART(r, RUNQ), 93000);
	EXPECT_EQ(PART(r, EXIT), 900);
	EXPECT_STR(r->culprit.comm, "hog");
	EXPECT_EQ(r->culprit.tid, 12);
	EXPECT_EQ(r->culprit.prio, 49);
	EXPECT_EQ(r->culprit.time, 90000);
	EXPECT_EQ(r->cpu_before, 7);
	EXPECT_EQ(r->cpu, 3);
	/* The next exit has another split, and nobody to blame. */
	do_exit(l, 100000, 0x60);
	do_out(l, 100100, KVMLAT_STATE_OFF, true);
	do_in(l, 120100, 100);
	do_entry(l, 120200);
	take(l, 0);
	r = next_of(KIND(GAP));
	EXPECT_EQ(r->total, 20200);
	EXPECT_EQ(PART(r, OFF), 19900);
	EXPECT_EQ(PART(r, RUNQ), 100);
	EXPECT_EQ(PART(r, EXIT), 200);
	EXPECT_EQ(r->culprit.time, 100);
	ledger_free(l);
}

static void a_visit(void)
{
	struct kvmlat_ledger *l = watched_by_nobody();
	const struct kvmlat_outlier *r;

	watch(l, 0, 10000);
	/* In the fast way, and of a row that is there already. */
	for (u64 at = 2000; at < 200000; at += 100000) {
		do_exit(l, at, 0x7b);
		do_user(l, at + 300, 2);
		outliers.key = 77;
		do_entry(l, at + 50300);
		take(l, 0);
		EXPECT_EQ(news.nr, 2);
		r = next_of(KIND(USER));
		EXPECT_EQ(r->begin, at + 300);
		EXPECT_EQ(r->total, 50000);
		EXPECT_EQ(PART(r, USER), 50000);
		EXPECT_EQ(r->class, KVMLAT_REASON_CLASS_USER);
		EXPECT_EQ(r->code, 2);
		EXPECT_EQ(r->key, 77);
		r = next_of(KIND(GAP));
		EXPECT_EQ(r->total, 50300);
		EXPECT_EQ(PART(r, USER), 50000);
		EXPECT_EQ(PART(r, EXIT), 300);
		EXPECT_EQ(r->code, 0x7b);
		EXPECT(r->visited);
		EXPECT_EQ(r->visit, 2);
		EXPECT_EQ(r->key, 77);
	}
	/* A VMM that sleeps, and waits for a CPU after it. */
	do_exit(l, 300000, 0x7b);
	do_user(l, 300300, 6);
	do_out(l, 300500, KVMLAT_STATE_OFF, false);
	do_in(l, 400500, 20000);
	do_entry(l, 400600);
	take(l, 0);
	r = next_of(KIND(USER));
	EXPECT_EQ(r->total, 100300);
	EXPECT_EQ(PART(r, USER), 300);
	EXPECT_EQ(PART(r, OFF), 80000);
	EXPECT_EQ(PART(r, RUNQ), 20000);
	EXPECT_EQ(r->culprit.time, 20000);
	EXPECT_EQ(next_of(KIND(RUNQ))->total, 20000);
	EXPECT_EQ(next_of(KIND(GAP))->total, 100600);
	EXPECT_EQ(next_of(KIND(EXIT))->total, 0);
	ledger_free(l);
}

static void a_halt(void)
{
	struct kvmlat_ledger *l = watched_by_nobody();
	const struct kvmlat_outlier *r;

	watch(l, 0, 10000);
	/* The guest asked for it, be it ever so long. */
	do_exit(l, 2000, 0x78);
	do_halt(l, 100000, 97500, 97000, 0);
	do_entry(l, 100500);
	take(l, 0);
	EXPECT_EQ(news.nr, 0);
	/* Not for the wait for a CPU when it is over. */
	kvmlat_outliers_culprit(&outliers.before, "kworker/3:1\0\0\0\0", 31, 120);
	do_exit(l, 200000, 0x78);
	do_out(l, 200600, KVMLAT_STATE_WAIT, true);
	do_in(l, 900000, 70000);
	do_halt(l, 900100, 700000, 0, 300);
	do_entry(l, 900700);
	take(l, 0);
	EXPECT_EQ(news.nr, 3);
	r = next_of(KIND(WAKE));
	EXPECT_EQ(r->begin, 830000);
	EXPECT_EQ(r->total, 70700);
	EXPECT_EQ(PART(r, RUNQ), 70000);
	EXPECT_EQ(PART(r, EXIT), 700);
	EXPECT_EQ(PART(r, POLL), 0);
	EXPECT_STR(r->culprit.comm, "kworker/3:1");
	EXPECT(!r->culprit.took);
	EXPECT_EQ(r->culprit.time, 70000);
	r = next_of(KIND(GAP));
	EXPECT_EQ(PART(r, WAIT), 0);
	EXPECT_EQ(PART(r, POLL), 0);
	EXPECT_EQ(r->total, 71000);
	EXPECT_EQ(PART(r, EXIT), 1000);
	EXPECT_EQ(r->end - r->begin, 700700);
	ledger_free(l);
}

/* Who comes while an exit is open and was away already does not know what went before. */
static void armed_in_the_middle(void)
{
	struct kvmlat_ledger *l = watched_by_nobody();

	do_exit(l, 2000, 0x60);
	do_out(l, 2100, KVMLAT_STATE_RUNQ, true);
	do_in(l, 50000, 0);
	watch(l, 0, 10000);
	do_entry(l, 60000);
	take(l, 0);
	EXPECT_EQ(news.nr, 0);
	do_exit(l, 70000, 0x7b);
	do_user(l, 70100, 2);
	outliers.exit.mark = 0;
	do_entry(l, 90000);
	take(l, 0);
	EXPECT_EQ(next_of(KIND(USER))->total, 19900);
	EXPECT_EQ(PART(next_of(KIND(USER)), USER), 19900);
	ledger_free(l);
}

static void each_its_own(void)
{
	struct kvmlat_ledger *l = watched_by_nobody();

	watch(l, 0, 5000);
	watch(l, 7, 500);
	do_exit(l, 2000, 0x60);
	do_entry(l, 3000);
	do_exit(l, 4000, 0x60);
	do_entry(l, 10000);
	take(l, 0);
	EXPECT_EQ(news.nr, 2);
	EXPECT_EQ(next_of(KIND(GAP))->total, 6000);
	take(l, 7);
	EXPECT_EQ(news.nr, 4);
	EXPECT_EQ(next_of(KIND(GAP))->total, 1000);
	/* One goes: what the other wants stays. */
	kvmlat_outliers_watch(&outliers, 7, NULL);
	do_exit(l, 20000, 0x60);
	do_entry(l, 21000);
	EXPECT_EQ(l->map[0x60]->unseen, 5000);
	do_exit(l, 30000, 0x60);
	do_entry(l, 36000);
	EXPECT_EQ(kvmlat_outliers_untold(&outliers, 7), 0);
	EXPECT_EQ(kvmlat_outliers_untold(&outliers, 0), 2);
	/* Its number is used again. */
	kvmlat_outliers_skip(&outliers, 7);
	watch(l, 7, 100);
	take(l, 7);
	EXPECT_EQ(news.nr, 0);
	EXPECT_EQ(news.dropped, 0);
	ledger_free(l);
}

static void drops_are_counted(void)
{
	struct kvmlat_ledger *l = watched_by_nobody();
	u64 at = 2000;

	watch(l, 0, 500);
	watch(l, 1, 5000);
	/* 2 records each; the first long ones make room. */
	for (u32 i = 0; i < 100; i++, at += 100000) {
		do_exit(l, at, 0x60);
		do_entry(l, at + (i % 50 ? 1000 : 9000));
	}
	take(l, 0);
	EXPECT_EQ(news.nr, KVMLAT_OUTLIERS);
	EXPECT_EQ(news.dropped, 200 - KVMLAT_OUTLIERS);
	EXPECT_EQ(news.record[KVMLAT_OUTLIERS - 1].end, at - 100000 + 1000);
	EXPECT_EQ(news.record[0].end, at - 3200000 + 1000);
	take(l, 1);
	EXPECT_EQ(news.nr, 0);
	EXPECT_EQ(news.dropped, 4);
	do_exit(l, at, 0x60);
	do_entry(l, at + 9000);
	take(l, 1);
	EXPECT_EQ(news.nr, 2);
	EXPECT_EQ(news.dropped, 0);
	ledger_free(l);
}

static void a_writer_in_the_middle(void)
{
	struct kvmlat_ledger *l = watched_by_nobody();

	watch(l, 0, 500);
	do_exit(l, 2000, 0x60);
	do_entry(l, 3000);
	kvmlat_ledger_begin(l);
	EXPECT(!kvmlat_outliers_take(l, &outliers, 0, &news));
	kvmlat_ledger_commit(l);
	take(l, 0);
	EXPECT_EQ(news.nr, 2);
	ledger_free(l);
}

static void nothing_at_the_end(void)
{
	struct kvmlat_ledger *l = watched_by_nobody();

	watch(l, 0, 500);
	do_exit(l, 2000, 0x60);
	do_end(l, 90000);
	take(l, 0);
	EXPECT_EQ(news.nr, 0);
	look(l, 90000);
	EXPECT_EQ(row_of(0x60)->longest, 88000);
	ledger_free(l);
}

static u64 longest_of(u32 kind)
{
	static const u32 class[] = {
		[KIND(USER)] = KVMLAT_REASON_CLASS_USER, [KIND(RUNQ)] = KVMLAT_REASON_CLASS_RUNQ,
		[KIND(WAKE)] = KVMLAT_REASON_CLASS_WAKE,
	};
	u64 longest = 0;

	for (u32 i = 0; i < snap.rows; i++)
		if (snap.row[i].class == class[kind] && snap.row[i].longest > longest)
			longest = snap.row[i].longest;
	return longest;
}

/* Whatever happens, each split adds up, and the longest of a kind is that of its row. */
static void any_order(void)
{
	struct kvmlat_ledger *l = watched_by_nobody();
	u64 now = 1000, worst[KVMLAT_OUTLIER_KINDS] = {}, told = 0;
	u32 seed = 20261128;

	printf("# seed %u\n", seed);
	srand(seed);
	watch(l, 0, 0);
	for (int i = 0; i < 300000 && !tap_failed; i++) {
		now += 1 + (u64)rand() % (1ULL << (rand() % 24));
		unit_cpu = rand() % 4;
		if (l->out_at)
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
		else
			do_entry(l, now);
		take(l, 0);
		EXPECT_EQ(news.dropped, 0);
		told += news.nr;
		for (u32 n = 0; n < news.nr; n++) {
			const struct kvmlat_outlier *r = &news.record[n];
			u64 sum = 0;

			for (u32 s = 0; s < KVMLAT_STATES; s++) {
				EXPECT((s64)r->time[s] >= 0);
				sum += r->time[s];
			}
			EXPECT_EQ(sum, r->total);
			EXPECT(r->end - r->begin >= r->total);
			EXPECT(r->culprit.time <= PART(r, RUNQ));
			if (r->total > worst[r->kind])
				worst[r->kind] = r->total;
		}
	}
	look(l, now);
	EXPECT(told > 100000);
	for (u32 kind = KIND(USER); kind <= KIND(WAKE); kind++)
		EXPECT_EQ(worst[kind], longest_of(kind));
	ledger_free(l);
}

int main(void)
{
	static const struct tap_case cases[] = {
		{ "nobody watches", nobody_watches },
		{ "an exit", an_exit },
		{ "a row that is new", a_row_that_is_new },
		{ "preemption in an exit", preemption_in_an_exit },
		{ "a visit", a_visit },
		{ "a halt", a_halt },
		{ "armed in the middle", armed_in_the_middle },
		{ "two watchers", each_its_own },
		{ "drops are counted", drops_are_counted },
		{ "a writer is in the middle", a_writer_in_the_middle },
		{ "nothing is told of the end", nothing_at_the_end },
		{ "events in any order", any_order },
	};

	return tap_run(cases, TAP_CASES(cases));
}
