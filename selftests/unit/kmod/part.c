// SPDX-License-Identifier: GPL-2.0-only
/* Whose the time of an outlier was: which tasks had the CPU, which interrupts took it. */
#include "events.h"
#include "kernel/cpu-log.h"
#include "ledger/outlier.h"

#define KIND(name)	KVMLAT_OUTLIER_KIND_ ## name
#define PART(name)	KVMLAT_PART_KIND_ ## name
#define STATE(name)	KVMLAT_STATE_ ## name

static struct kvmlat_outliers outliers;
static struct kvmlat_outliers_news news;
static struct kvmlat_cpu_log logs[4];

static struct kvmlat_ledger *watched(u64 ns)
{
	u64 thresholds[KVMLAT_OUTLIER_KINDS];
	struct kvmlat_ledger *l;

	memset(&outliers, 0, sizeof(outliers));
	memset(logs, 0, sizeof(logs));
	kvmlat_outliers_init(&outliers);
	unit_cpu_logs = logs;
	unit_cpu = 0;
	l = in_guest();
	for (u32 i = 0; i < KVMLAT_OUTLIER_KINDS; i++)
		thresholds[i] = ns;
	kvmlat_outliers_watch(&outliers, 0, thresholds);
	l->outliers = &outliers;
	return l;
}

static void done(struct kvmlat_ledger *l)
{
	unit_cpu_logs = NULL;
	ledger_free(l);
}

/* From then on the task has the CPU. */
static void gets(u32 cpu, u64 begin, const char *comm, u32 tid)
{
	struct kvmlat_slice *s = &logs[cpu].slice[logs[cpu].slices++ % KVMLAT_SLICES];

	*s = (struct kvmlat_slice){ .begin = begin, .tid = tid, .prio = 100 + tid,
				    .idle = tid ? KVMLAT_IDLE_UNKNOWN : 2 };
	snprintf(s->comm, sizeof(s->comm), "%s", comm);
}

static void interrupts(u64 end, u32 ns, u32 kind, u32 id)
{
	struct kvmlat_cpu_log *log = &logs[unit_cpu];

	log->interrupt[log->interrupts++ % KVMLAT_INTERRUPTS] =
		(struct kvmlat_interrupt){ .end = end, .ns = ns, .kind = kind, .id = id };
}

static void leaves(struct kvmlat_ledger *l, u64 now, u32 state, bool in_kvm)
{
	static const char comm[KVMLAT_COMM_LEN] = "taker";

	do_out(l, now, state, in_kvm);
	kvmlat_outliers_left(&outliers, l, comm, 1, 120);
}

static void moves(u64 at, u32 from)
{
	struct kvmlat_parts *p = &outliers.parts;

	p->move[p->moves % KVMLAT_MOVES].at = at;
	p->move[p->moves % KVMLAT_MOVES].from = from;
	p->moves++;
}

static const struct kvmlat_outlier *record(struct kvmlat_ledger *l, u32 kind)
{
	static const struct kvmlat_outlier none;

	memset(&news, 0, sizeof(news));
	EXPECT(kvmlat_outliers_take(l, &outliers, 0, &news));
	for (u32 i = 0; i < news.nr; i++)
		if (news.record[i].kind == kind)
			return &news.record[i];
	return &none;
}

static const struct kvmlat_part *part(const struct kvmlat_outlier *r, u32 kind, u32 id, u32 state)
{
	static const struct kvmlat_part none;

	for (u32 i = 0; i < r->nr_parts; i++)
		if (r->part[i].kind == kind && r->part[i].id == id && r->part[i].state == state)
			return &r->part[i];
	return &none;
}

static u64 task(const struct kvmlat_outlier *r, u32 tid)
{
	return part(r, PART(TASK), tid, STATE(RUNQ))->time;
}

static void tasks_of_a_wait(void)
{
	struct kvmlat_ledger *l = watched(5000);
	const struct kvmlat_outlier *r;

	do_exit(l, 2000, 0x60);
	gets(0, 3000, "a", 11);
	leaves(l, 3001, STATE(RUNQ), true);
	gets(0, 10000, "b", 12);
	gets(0, 40000, "a", 11);
	gets(0, 52000, "vcpu", 99);
	do_in(l, 52010, 0);
	do_entry(l, 53000);
	r = record(l, KIND(GAP));
	EXPECT_EQ(r->time[STATE(RUNQ)], 49009);
	EXPECT_EQ(r->nr_parts, 2);
	/* To the ns, whoever's switch it was. */
	EXPECT_EQ(task(r, 12), 30000);
	EXPECT_EQ(task(r, 11), 19009);
	EXPECT_EQ(part(r, PART(TASK), 11, STATE(RUNQ))->count, 2);
	EXPECT_EQ(part(r, PART(TASK), 11, STATE(RUNQ))->prio, 111);
	EXPECT_STR(part(r, PART(TASK), 12, STATE(RUNQ))->comm, "b");
	EXPECT(part(r, PART(TASK), 12, STATE(RUNQ))->took);
	r = &news.record[0];
	EXPECT_EQ(r->kind, KIND(RUNQ));
	EXPECT_EQ(task(r, 11) + task(r, 12), r->total);
	/* The next wait has its own: after a sleep, in an idle state. */
	do_exit(l, 60000, 0x78);
	gets(0, 60990, "swapper/0", 0);
	leaves(l, 61000, STATE(WAIT), true);
	gets(0, 99000, "vcpu", 99);
	do_in(l, 99000, 9000);
	do_halt(l, 99100, 38000, 0, 0);
	do_entry(l, 99200);
	r = record(l, KIND(WAKE));
	EXPECT_EQ(r->nr_parts, 1);
	EXPECT_EQ(task(r, 0), 9000);
	EXPECT_EQ(part(r, PART(TASK), 0, STATE(RUNQ))->idle, 2);
	EXPECT(!part(r, PART(TASK), 0, STATE(RUNQ))->took);
	done(l);
}

static void moved_while_it_waits(void)
{
	struct kvmlat_ledger *l = watched(5000);
	const struct kvmlat_outlier *r;

	gets(1, 100, "x", 21);
	gets(2, 100, "y", 22);
	do_exit(l, 2000, 0x60);
	moves(2500, 3);
	gets(0, 3000, "a", 11);
	leaves(l, 3000, STATE(RUNQ), true);
	moves(13000, 0);
	moves(33000, 1);
	gets(2, 73000, "vcpu", 99);
	unit_cpu = 2;
	do_in(l, 73000, 0);
	do_entry(l, 74000);
	r = record(l, KIND(GAP));
	EXPECT_EQ(r->moves, 2);
	EXPECT_EQ(task(r, 11), 10000);
	EXPECT_EQ(task(r, 21), 20000);
	EXPECT_EQ(task(r, 22), 40000);
	EXPECT_EQ(part(r, PART(TASK), 21, STATE(RUNQ))->cpu, 1);
	/* More often than is remembered: of the rest nothing is said. */
	do_exit(l, 80000, 0x60);
	leaves(l, 80000, STATE(RUNQ), true);
	for (u32 i = 1; i <= KVMLAT_MOVES + 1; i++)
		moves(80000 + i * 1000, i % 2 ? 2 : 1);
	unit_cpu = 1;
	gets(1, 99000, "vcpu", 99);
	do_in(l, 99000, 0);
	do_entry(l, 99100);
	r = record(l, KIND(GAP));
	EXPECT_EQ(r->moves, KVMLAT_MOVES + 1);
	done(l);
}

static void interrupts_in_an_exit(void)
{
	struct kvmlat_ledger *l = watched(5000);
	const struct kvmlat_outlier *r;

	interrupts(1900, 500, PART(IRQ), 24);
	do_exit(l, 2000, 0x60);
	interrupts(2050, 100, PART(VECTOR), 0xec);
	interrupts(5000, 1000, PART(IRQ), 24);
	interrupts(7000, 1000, PART(IRQ), 24);
	interrupts(9000, 500, PART(SOFTIRQ), 3);
	do_entry(l, 10000);
	for (u32 kind = KIND(EXIT); kind <= KIND(GAP); kind += KIND(GAP) - KIND(EXIT)) {
		r = record(l, kind);
		outliers.read[0] = 0;
		outliers.told[0] = 0;
		EXPECT_EQ(r->nr_parts, 3);
		EXPECT_EQ(part(r, PART(IRQ), 24, STATE(EXIT))->time, 2000);
		EXPECT_EQ(part(r, PART(IRQ), 24, STATE(EXIT))->count, 2);
		EXPECT_EQ(part(r, PART(SOFTIRQ), 3, STATE(EXIT))->time, 500);
		/* What began before the exit did is of it from there on. */
		EXPECT_EQ(part(r, PART(VECTOR), 0xec, STATE(EXIT))->time, 50);
	}
	/* They were of that exit. */
	do_exit(l, 20000, 0x60);
	do_entry(l, 30000);
	EXPECT_EQ(news.nr, 2);
	outliers.read[0] = outliers.head - 1;
	EXPECT_EQ(record(l, KIND(GAP))->nr_parts, 0);
	done(l);
}

static void interrupts_by_state(void)
{
	struct kvmlat_ledger *l = watched(5000);
	const struct kvmlat_outlier *r;

	/* In the fast way of a visit, of which nothing was looked at on the way. */
	for (u64 at = 0; at < 200000; at += 100000) {
		do_exit(l, at + 2000, 0x7b);
		interrupts(at + 2500, 300, PART(IRQ), 24);
		do_user(l, at + 3000, 2);
		interrupts(at + 9000, 700, PART(IRQ), 24);
		/* While it is away, they are not its own. */
		leaves(l, at + 10000, STATE(OFF), false);
		interrupts(at + 20000, 5000, PART(IRQ), 25);
		do_in(l, at + 30000, 0);
		interrupts(at + 33000, 900, PART(IRQ), 24);
		do_entry(l, at + 40000);
		r = record(l, KIND(GAP));
		EXPECT_EQ(part(r, PART(IRQ), 24, STATE(EXIT))->time, 300);
		EXPECT_EQ(part(r, PART(IRQ), 24, STATE(USER))->time, 1600);
		EXPECT_EQ(r->nr_parts, 2);
		for (u32 i = 0; i < news.nr; i++)
			if (news.record[i].kind == KIND(USER))
				r = &news.record[i];
		EXPECT_EQ(r->kind, KIND(USER));
		EXPECT_EQ(part(r, PART(IRQ), 24, STATE(USER))->time, 1600);
		EXPECT_EQ(r->nr_parts, 1);
	}
	done(l);
}

/* What came after the visit is not of it, be it the same interrupt. */
static void after_a_visit(void)
{
	struct kvmlat_ledger *l = watched(5000);
	const struct kvmlat_outlier *r;

	do_exit(l, 2000, 0x7b);
	do_user(l, 3000, 2);
	interrupts(9000, 700, PART(IRQ), 24);
	leaves(l, 10000, STATE(RUNQ), true);
	gets(0, 10000, "a", 11);
	gets(0, 20000, "vcpu", 99);
	do_in(l, 20000, 0);
	do_entry(l, 22000);
	r = record(l, KIND(USER));
	EXPECT_EQ(r->total, 7000);
	EXPECT_EQ(r->nr_parts, 1);
	EXPECT_EQ(part(r, PART(IRQ), 24, STATE(USER))->time, 700);
	for (u32 i = 0; i < news.nr; i++)
		if (news.record[i].kind == KIND(GAP))
			EXPECT_EQ(task(&news.record[i], 11), 10000);
	done(l);
}

static void a_fast_visit(void)
{
	struct kvmlat_ledger *l = watched(5000);
	const struct kvmlat_outlier *r;

	do_exit(l, 2000, 0x7b);
	interrupts(2500, 300, PART(IRQ), 24);
	do_user(l, 3000, 2);
	interrupts(9000, 700, PART(IRQ), 24);
	do_entry(l, 12000);
	r = record(l, KIND(GAP));
	EXPECT_EQ(part(r, PART(IRQ), 24, STATE(EXIT))->time, 300);
	EXPECT_EQ(part(r, PART(IRQ), 24, STATE(USER))->time, 700);
	done(l);
}

static void more_than_room(void)
{
	struct kvmlat_ledger *l = watched(5000);
	const struct kvmlat_outlier *r;
	u64 sum = 0;

	do_exit(l, 2000, 0x60);
	leaves(l, 3000, STATE(RUNQ), true);
	for (u32 i = 0; i < 20; i++)
		gets(0, 3000 + 1000 * i, "x", 1 + i);
	gets(0, 23000, "long", 77);
	gets(0, 53000, "vcpu", 99);
	do_in(l, 53000, 0);
	do_entry(l, 53100);
	r = record(l, KIND(GAP));
	EXPECT_EQ(r->nr_parts, KVMLAT_PARTS);
	EXPECT_EQ(task(r, 77), 30000);
	for (u32 i = 0; i < r->nr_parts; i++)
		sum += r->part[i].time;
	EXPECT_EQ(sum, 30000 + 1000 * (KVMLAT_PARTS - 1));
	/* A wait with more tasks than a CPU remembers: the latest of it. */
	do_exit(l, 60000, 0x60);
	leaves(l, 60000, STATE(RUNQ), true);
	for (u32 i = 0; i < 3 * KVMLAT_SLICES; i++)
		gets(0, 60000 + 100 * i, "x", 1 + i % 2);
	gets(0, 60000 + 300 * KVMLAT_SLICES, "vcpu", 99);
	do_in(l, 60000 + 300 * KVMLAT_SLICES, 0);
	do_entry(l, 99000);
	r = record(l, KIND(GAP));
	EXPECT_EQ(r->nr_parts, 2);
	EXPECT_EQ(task(r, 1) + task(r, 2), 100 * (KVMLAT_SLICES - 2));
	done(l);
}

static void who_woke_it(void)
{
	struct kvmlat_ledger *l = watched(5000);
	const struct kvmlat_outlier *r;

	outliers.parts.waker = (struct kvmlat_waker){ .tid = 5, .cpu = 3, .at = 89000 };
	do_exit(l, 60000, 0x78);
	leaves(l, 61000, STATE(WAIT), true);
	do_in(l, 99000, 9000);
	do_halt(l, 99100, 38000, 0, 0);
	do_entry(l, 99200);
	r = record(l, KIND(WAKE));
	EXPECT_EQ(r->waker.at, 89000);
	EXPECT_EQ(r->waker.tid, 5);
	/* Nobody had to wake it: it polled. */
	do_exit(l, 99500, 0x78);
	do_halt(l, 99600, 50, 40, 0);
	do_entry(l, 106000);
	r = record(l, KIND(WAKE));
	EXPECT_EQ(r->total, 6400);
	EXPECT_EQ(r->waker.at, 0);
	/* Before this one began. */
	do_exit(l, 110000, 0x60);
	do_entry(l, 119000);
	r = record(l, KIND(GAP));
	EXPECT_EQ(r->waker.at, 0);
	done(l);
}

/* Whatever happens, parts of a state are never more than its time. */
static void any_order(void)
{
	struct kvmlat_ledger *l = watched(0);
	u64 now = 1000, named = 0;
	u32 seed = 20261129;

	printf("# seed %u\n", seed);
	srand(seed);
	for (int i = 0; i < 200000 && !tap_failed; i++) {
		now += 1 + (u64)rand() % (1ULL << (rand() % 20));
		if (rand() % 3 == 0) {
			interrupts(now, 1 + rand() % 5000, PART(IRQ) + rand() % 3, rand() % 3);
		} else if (rand() % 3 == 0) {
			gets(rand() % 4, now, "x", rand() % 5);
		} else if (l->out_at && rand() % 4 == 0) {
			moves(now, rand() % 4);
		} else if (l->out_at) {
			unit_cpu = rand() % 4;
			gets(unit_cpu, now, "vcpu", 99);
			do_in(l, now, rand() % 3 ? (u64)rand() % 100000 : 0);
		} else if (rand() % 4 == 0) {
			leaves(l, now, STATE(WAIT) + rand() % 3, rand() % 2);
		} else if (!l->open) {
			do_exit(l, now, rand() % 9);
		} else if (rand() % 3 == 0) {
			do_halt(l, now, (u64)rand() % 5000, rand() % 2 ? rand() % 9000 : 0,
				rand() % 9000);
		} else if (rand() % 3 == 0) {
			do_user(l, now, rand() % 4);
		} else {
			do_entry(l, now);
		}
		memset(&news, 0, sizeof(news));
		EXPECT(kvmlat_outliers_take(l, &outliers, 0, &news));
		for (u32 n = 0; n < news.nr; n++) {
			const struct kvmlat_outlier *r = &news.record[n];
			u64 of[KVMLAT_STATES] = {};

			for (u32 p = 0; p < r->nr_parts; p++) {
				EXPECT(r->part[p].time > 0);
				of[r->part[p].state] += r->part[p].time;
				named++;
			}
			for (u32 s = 0; s < KVMLAT_STATES; s++)
				EXPECT(of[s] <= r->time[s]);
		}
	}
	EXPECT(named > 10000);
	done(l);
}

int main(void)
{
	static const struct tap_case cases[] = {
		{ "tasks of a wait", tasks_of_a_wait },
		{ "it moved while it waited", moved_while_it_waits },
		{ "interrupts in an exit", interrupts_in_an_exit },
		{ "interrupts by state", interrupts_by_state },
		{ "interrupts in a fast visit", a_fast_visit },
		{ "after a visit", after_a_visit },
		{ "more than there is room for", more_than_room },
		{ "who woke it", who_woke_it },
		{ "events in any order", any_order },
	};

	return tap_run(cases, TAP_CASES(cases));
}
