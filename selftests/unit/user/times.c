// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>

#include "lib/internal.h"
#include "tap.h"

/* One account at two instants, and what came between. */
static struct kvmlat_account older, newer, delta;

static void begin(void)
{
	memset(&older, 0, sizeof(older));
	memset(&newer, 0, sizeof(newer));
	older.nr_vcpus = 1;
	newer.nr_vcpus = 1;
	newer.start = 1000;
	older.start = 1000;
}

static uint64_t sum(const struct kvmlat_account *a)
{
	uint64_t all = 0;
	unsigned int i;

	for (i = 0; i < KVMLAT_NR_STATES; i++)
		all += a->times[i];
	return all;
}

static void subtract(void)
{
	older.elapsed = sum(&older);
	newer.elapsed = sum(&newer);
	older.end = older.start + older.elapsed;
	newer.end = newer.start + newer.elapsed;
	memset(&delta, 0, sizeof(delta));
	EXPECT(!kvmlat_account_delta(&delta, &newer, &older));
	EXPECT_EQ(delta.elapsed, newer.elapsed - older.elapsed);
	EXPECT_EQ(sum(&delta), delta.elapsed);
	EXPECT(delta.preempted <= delta.times[KVMLAT_STATE_RUNQ]);
}

static void times_are_differences(void)
{
	unsigned int i;

	begin();
	for (i = 0; i < KVMLAT_NR_STATES; i++) {
		older.times[i] = 1000 + i;
		newer.times[i] = 1100 + 3 * i;
	}
	older.preempted = 10;
	newer.preempted = 70;
	older.halt = (struct kvmlat_halt){ 3, 3, 5, 1, 4 };
	newer.halt = (struct kvmlat_halt){ 7, 7, 9, 2, 10 };
	older.reentries = 20;
	newer.reentries = 33;
	subtract();
	for (i = 0; i < KVMLAT_NR_STATES; i++)
		EXPECT_EQ(delta.times[i], 100 + 2 * i);
	EXPECT_EQ(delta.preempted, 60);
	EXPECT_EQ(delta.halt.window_max, 7);
	EXPECT_EQ(delta.halt.grow, 4);
	EXPECT_EQ(delta.halt.shrink, 1);
	EXPECT_EQ(delta.halt.invalid, 6);
	EXPECT_EQ(delta.reentries, 13);
	EXPECT_EQ(delta.start, older.end);
	kvmlat_account_free(&delta);
}

/* The poll of 300 ns was exit for 200 of them when the older snapshot was taken. */
static void a_poll_that_was_exit_is_told_once(void)
{
	begin();
	older.times[KVMLAT_STATE_EXIT] = 1200;
	newer.times[KVMLAT_STATE_EXIT] = 1050;
	newer.times[KVMLAT_STATE_POLL] = 300;
	newer.times[KVMLAT_STATE_GUEST] = 500;
	subtract();
	EXPECT_EQ(delta.times[KVMLAT_STATE_EXIT], 0);
	EXPECT_EQ(delta.times[KVMLAT_STATE_POLL], 150);
	EXPECT_EQ(delta.times[KVMLAT_STATE_GUEST], 500);
	kvmlat_account_free(&delta);
}

/* As the VMM goes on with a halt that a signal interrupted. */
static void a_poll_that_was_user_is_told_once(void)
{
	begin();
	older.times[KVMLAT_STATE_USER] = 1200;
	newer.times[KVMLAT_STATE_USER] = 1100;
	newer.times[KVMLAT_STATE_POLL] = 300;
	newer.times[KVMLAT_STATE_GUEST] = 500;
	subtract();
	EXPECT_EQ(delta.times[KVMLAT_STATE_USER], 0);
	EXPECT_EQ(delta.times[KVMLAT_STATE_POLL], 200);
	EXPECT_EQ(delta.times[KVMLAT_STATE_GUEST], 500);
	kvmlat_account_free(&delta);
}

static void waits_for_a_cpu_that_were_sleeps_are_told_once(void)
{
	begin();
	older.times[KVMLAT_STATE_WAIT] = 5000;
	older.times[KVMLAT_STATE_OFF] = 5000;
	newer.times[KVMLAT_STATE_WAIT] = 4900;
	newer.times[KVMLAT_STATE_OFF] = 4800;
	newer.times[KVMLAT_STATE_RUNQ] = 450;
	newer.preempted = 400;
	subtract();
	EXPECT_EQ(delta.times[KVMLAT_STATE_WAIT], 0);
	EXPECT_EQ(delta.times[KVMLAT_STATE_OFF], 0);
	EXPECT_EQ(delta.times[KVMLAT_STATE_RUNQ], 150);
	EXPECT_EQ(delta.preempted, 150);
	kvmlat_account_free(&delta);
}

/* More shrank than the state that it goes to grew: the rest is taken where there is some. */
static void any_correction_keeps_the_sum(void)
{
	unsigned int seed = 1, i, n;

	for (n = 0; n < 20000; n++) {
		begin();
		for (i = 0; i < KVMLAT_NR_STATES; i++) {
			seed = seed * 1103515245 + 12345;
			older.times[i] = 1000 + (seed >> 16) % 500;
			seed = seed * 1103515245 + 12345;
			newer.times[i] = 1000 + (seed >> 16) % 500;
		}
		if (sum(&newer) < sum(&older))
			newer.times[n % KVMLAT_NR_STATES] += sum(&older) - sum(&newer);
		older.preempted = older.times[KVMLAT_STATE_RUNQ] / 2;
		newer.preempted = newer.times[KVMLAT_STATE_RUNQ];
		subtract();
		kvmlat_account_free(&delta);
	}
}

static void preemptors_are_of_the_interval_in_which_they_end(void)
{
	struct kvmlat_preemptor list[] = {
		{ .comm = "before", .at = 1100, .time = 100 },
		{ .comm = "across", .at = 1900, .time = 200 },
		{ .comm = "within", .at = 2500, .time = 10 },
	};

	begin();
	older.times[KVMLAT_STATE_GUEST] = 1000;
	newer.times[KVMLAT_STATE_GUEST] = 2000;
	newer.nr_preemptors = 3;
	newer.preemptors = list;
	subtract();
	EXPECT_EQ(delta.nr_preemptors, 2);
	EXPECT_STR(delta.preemptors[0].comm, "across");
	EXPECT_STR(delta.preemptors[1].comm, "within");
	kvmlat_account_free(&delta);
	EXPECT(!kvmlat_account_delta(&delta, &newer, NULL));
	EXPECT_EQ(delta.nr_preemptors, 3);
	kvmlat_account_free(&delta);
}

static void merged_preemptors_are_in_order(void)
{
	struct kvmlat_preemptor one[] = { { .vcpu_id = 1, .at = 10 }, { .vcpu_id = 1, .at = 30 } };
	struct kvmlat_preemptor two[] = { { .vcpu_id = 2, .at = 20 } };
	struct kvmlat_account all = { 0 };

	begin();
	older.preemptors = one;
	older.nr_preemptors = 2;
	older.halt = (struct kvmlat_halt){ 100, 100, 1, 2, 3 };
	older.preempted = 5;
	older.reentries = 7;
	older.start = 400;
	older.end = 900;
	older.elapsed = 500;
	newer.start = 300;
	newer.end = 800;
	newer.elapsed = 499;
	newer.reentries = 8;
	older.times[KVMLAT_STATE_USER] = 30;
	newer.times[KVMLAT_STATE_USER] = 12;
	newer.preemptors = two;
	newer.nr_preemptors = 1;
	newer.halt = (struct kvmlat_halt){ 50, 50, 1, 1, 1 };
	newer.preempted = 6;
	EXPECT(!kvmlat_merge(&all, &older));
	EXPECT(!kvmlat_merge(&all, &newer));
	EXPECT_EQ(all.nr_preemptors, 3);
	EXPECT_EQ(all.preemptors[1].vcpu_id, 2);
	EXPECT_EQ(all.preemptors[2].at, 30);
	EXPECT_EQ(all.halt.window_min, 50);
	EXPECT_EQ(all.halt.window_max, 100);
	EXPECT_EQ(all.halt.grow, 2);
	EXPECT_EQ(all.halt.shrink, 3);
	EXPECT_EQ(all.halt.invalid, 4);
	EXPECT_EQ(all.preempted, 11);
	EXPECT_EQ(all.reentries, 15);
	EXPECT_EQ(all.nr_vcpus, 2);
	EXPECT_EQ(all.times[KVMLAT_STATE_USER], 42);
	/* From the first begin to the last end; elapsed is all vCPUs' together. */
	EXPECT_EQ(all.start, 300);
	EXPECT_EQ(all.end, 900);
	EXPECT_EQ(all.elapsed, 999);
	kvmlat_account_free(&all);
}

static struct kvmlat_reason wake(uint64_t longest, uint64_t at, uint32_t cpu)
{
	return (struct kvmlat_reason){
		.cls = KVMLAT_REASON_CLASS_WAKE, .count = at, .total = longest,
		.longest_min = longest, .longest_max = longest, .longest_at = at,
		.longest_cpu = cpu,
	};
}

static void the_time_of_the_longest_is_told_if_it_is_known(void)
{
	struct kvmlat_reason was = wake(500, 7, 1), grew = wake(900, 8, 2), same = wake(500, 7, 1);
	struct kvmlat_account all = { 0 };

	begin();
	older.nr_reasons = 1;
	newer.nr_reasons = 1;
	older.reasons = &was;
	newer.reasons = &grew;
	subtract();
	EXPECT_EQ(delta.reasons[0].longest_at, 8);
	EXPECT_EQ(delta.reasons[0].longest_cpu, 2);
	kvmlat_account_free(&delta);
	same.count++;
	newer.reasons = &same;
	subtract();
	EXPECT_EQ(delta.reasons[0].longest_at, 0);
	kvmlat_account_free(&delta);

	newer.reasons = &grew;
	EXPECT(!kvmlat_merge(&all, &older));
	EXPECT(!kvmlat_merge(&all, &newer));
	EXPECT(!kvmlat_merge(&all, &older));
	EXPECT_EQ(all.reasons[0].longest_max, 900);
	EXPECT_EQ(all.reasons[0].longest_at, 8);
	EXPECT_EQ(all.reasons[0].longest_cpu, 2);
	kvmlat_account_free(&all);
}

/* Whichever of the two was interrupted, one vCPU may be missing from what came between. */
static void deltas_of_interrupted_snapshots_are_flagged(void)
{
	struct kvmlat_snapshot was = { .now = 1000 }, is = { .now = 2000, .vendor = 2 }, *d;
	unsigned int i;

	for (i = 0; i < 4; i++) {
		was.interrupted = i & 1;
		is.interrupted = i & 2;
		d = kvmlat_delta(&is, &was);
		EXPECT_EQ(d->interrupted, i > 0);
		EXPECT_EQ(d->now, 2000);
		EXPECT_EQ(d->vendor, 2);
		kvmlat_snapshot_free(d);
		d = kvmlat_delta(&is, NULL);
		EXPECT_EQ(d->interrupted, i > 1);
		kvmlat_snapshot_free(d);
	}
}

static void vcpus_of_a_delta(void)
{
	struct kvmlat_vcpu old[] = {
		{ .vm_id = 1, .vcpu_id = 0,
		  .account = { .start = 100, .end = 1000, .elapsed = 900 } },
		{ .vm_id = 1, .vcpu_id = 1,
		  .account = { .start = 100, .end = 1000, .elapsed = 900 } },
	};
	struct kvmlat_vcpu now[] = {
		{ .vm_id = 1, .vcpu_id = 0,
		  .account = { .start = 100, .end = 2000, .elapsed = 1900 } },
		/* It was reset meanwhile. */
		{ .vm_id = 1, .vcpu_id = 1,
		  .account = { .start = 1500, .end = 2000, .elapsed = 500 } },
		/* It began before, and was missed: nobody knows what it had. */
		{ .vm_id = 2, .vcpu_id = 0,
		  .account = { .start = 999, .end = 2000, .elapsed = 1001 } },
		/* It began when the older snapshot was taken, and later. */
		{ .vm_id = 2, .vcpu_id = 1,
		  .account = { .start = 1000, .end = 2000, .elapsed = 1000 } },
		{ .vm_id = 2, .vcpu_id = 2,
		  .account = { .start = 1900, .end = 2000, .elapsed = 100 } },
	};
	const struct kvmlat_snapshot was = { .now = 1000, .nr_vcpus = 2, .vcpus = old };
	const struct kvmlat_snapshot is = { .now = 2000, .nr_vcpus = 5, .vcpus = now };
	struct kvmlat_snapshot *d;
	unsigned int i;

	for (i = 0; i < 2; i++)
		old[i].account.times[0] = old[i].account.elapsed;
	for (i = 0; i < 5; i++)
		now[i].account.times[0] = now[i].account.elapsed;
	d = kvmlat_delta(&is, &was);
	EXPECT_EQ(d->nr_vcpus, 4);
	EXPECT_EQ(kvmlat_find_vcpu(d, 1, 0)->account.elapsed, 1000);
	EXPECT_EQ(kvmlat_find_vcpu(d, 1, 0)->account.start, 1000);
	EXPECT_EQ(kvmlat_find_vcpu(d, 1, 1)->account.elapsed, 500);
	EXPECT(!kvmlat_find_vcpu(d, 2, 0));
	EXPECT_EQ(kvmlat_find_vcpu(d, 2, 1)->account.elapsed, 1000);
	EXPECT_EQ(kvmlat_find_vcpu(d, 2, 2)->account.elapsed, 100);
	kvmlat_snapshot_free(d);
}

static const struct tap_case cases[] = {
	{ "times are differences", times_are_differences },
	{ "a poll that was exit is told once", a_poll_that_was_exit_is_told_once },
	{ "a poll that was user is told once", a_poll_that_was_user_is_told_once },
	{ "waits for a CPU that were sleeps are told once",
	  waits_for_a_cpu_that_were_sleeps_are_told_once },
	{ "any correction keeps the sum", any_correction_keeps_the_sum },
	{ "preemptors are of the interval in which they end",
	  preemptors_are_of_the_interval_in_which_they_end },
	{ "merged preemptors are in order", merged_preemptors_are_in_order },
	{ "the time of the longest is told if it is known",
	  the_time_of_the_longest_is_told_if_it_is_known },
	{ "deltas of interrupted snapshots are flagged",
	  deltas_of_interrupted_snapshots_are_flagged },
	{ "vCPUs of a delta", vcpus_of_a_delta },
};

int main(void)
{
	return tap_run(cases, TAP_CASES(cases));
}
