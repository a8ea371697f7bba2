// SPDX-License-Identifier: GPL-2.0-only
/* Where things happened: on a machine with one CPU each of them would be 0. */
#include "events.h"

#include <linux/smp.h>

static void longest_of_an_exit(void)
{
	struct kvmlat_ledger *l = ledger_new(1000, KVMLAT_STATE_GUEST);

	unit_cpu = 3;
	do_exit(l, 1100, 0x72);
	unit_cpu = 5;
	do_entry(l, 1400);
	look(l, 1500);
	EXPECT_EQ(row_of(0x72)->longest_cpu, 5);
	EXPECT_EQ(row_of(0x72)->longest_at, 1400);
	/* Neither a shorter one nor one as long is the longest, elsewhere. */
	unit_cpu = 2;
	do_exit(l, 2000, 0x72);
	do_entry(l, 2299);
	do_exit(l, 3000, 0x72);
	do_entry(l, 3300);
	look(l, 3300);
	EXPECT_EQ(row_of(0x72)->longest, 300);
	EXPECT_EQ(row_of(0x72)->longest_cpu, 5);
	EXPECT_EQ(row_of(0x72)->longest_at, 1400);
	do_exit(l, 4000, 0x72);
	do_entry(l, 4301);
	look(l, 4301);
	EXPECT_EQ(row_of(0x72)->longest_cpu, 2);
	EXPECT_EQ(row_of(0x72)->longest_at, 4301);
	ledger_free(l);
}

static void longest_of_a_span(void)
{
	struct kvmlat_ledger *l = ledger_new(1000, KVMLAT_STATE_GUEST);
	const struct kvmlat_row *row;

	unit_cpu = 3;
	do_exit(l, 1100, 0x72);
	/* No time at all has a place, too: the first one's, until one takes some. */
	do_out(l, 1200, KVMLAT_STATE_OFF, true);
	unit_cpu = 4;
	do_in(l, 1300, 0);
	unit_cpu = 6;
	do_out(l, 1400, KVMLAT_STATE_OFF, true);
	do_in(l, 1500, 0);
	look(l, 1500);
	row = row_of_class(KVMLAT_REASON_CLASS_RUNQ, 0);
	EXPECT_EQ(row->count, 2);
	EXPECT_EQ(row->empty, 2);
	EXPECT_EQ(row->longest, 0);
	EXPECT_EQ(row->longest_at, 1300);
	EXPECT_EQ(row->longest_cpu, 4);
	do_out(l, 1600, KVMLAT_STATE_OFF, true);
	do_in(l, 1700, 60);
	look(l, 1700);
	row = row_of_class(KVMLAT_REASON_CLASS_RUNQ, 0);
	EXPECT_EQ(row->longest, 60);
	EXPECT_EQ(row->longest_at, 1700);
	EXPECT_EQ(row->longest_cpu, 6);
	EXPECT_EQ(row->empty, 2);
	ledger_free(l);
}

static void preemptors(void)
{
	struct kvmlat_ledger *l = ledger_new(1000, KVMLAT_STATE_GUEST);
	char comm[KVMLAT_COMM_LEN] = "hog";
	u64 now = 1000;

	do_exit(l, now += 100, 0x60);
	/* Two more than are kept: the oldest go. */
	for (u32 i = 0; i < KVMLAT_PREEMPTORS + 2; i++) {
		unit_cpu = i % 3;
		comm[3] = '0' + i;
		EVENT(l, (kvmlat_ledger_out(l, now += 100, KVMLAT_STATE_RUNQ, true, 0),
			  kvmlat_ledger_preempted(l, now, comm, 40 + i)));
		unit_cpu = 9;
		do_in(l, now += 10 + i, 0);
	}
	do_entry(l, now += 100);
	look(l, now);
	EXPECT_EQ(snap.preemptors, KVMLAT_PREEMPTORS);
	for (u32 i = 0; i < snap.preemptors; i++) {
		comm[3] = '0' + i + 2;
		EXPECT_STR(snap.preemptor[i].comm, comm);
		EXPECT_EQ(snap.preemptor[i].tid, 42 + i);
		EXPECT_EQ(snap.preemptor[i].time, 12 + i);
		/* Where it was driven from, not where it came back. */
		EXPECT_EQ(snap.preemptor[i].cpu, (i + 2) % 3);
	}
	ledger_free(l);
}

int main(void)
{
	static const struct tap_case cases[] = {
		{ "where an exit was longest", longest_of_an_exit },
		{ "where another span was longest", longest_of_a_span },
		{ "where a preemptor came", preemptors },
	};

	return tap_run(cases, TAP_CASES(cases));
}
