// SPDX-License-Identifier: GPL-2.0-only
/*
 * Halts: what the module says of polls, sleeps and wakeups is what KVM's own counters and its
 * trace events say of the same run, and a vCPU that is asleep is seen asleep.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/host.h"
#include "lib/slack.h"
#include "lib/sysfs.h"
#include "lib/tracefs.h"

#define MS 1000000ULL
#define WAKEUP "kvm/kvm_vcpu_wakeup"
#define WAKEUP_SPEC "keys=common_pid,waited:vals=hitcount,ns"
#define WINDOW "kvm/kvm_halt_poll_ns"
#define WINDOW_SPEC "keys=common_pid,grow"

FIXTURE(halt)
{
	struct host host;
	struct known_vm known;
	struct snap snap;
	struct hist wakeups;
	struct hist windows;
	uint64_t poll_ns;
};

FIXTURE_SETUP(halt)
{
	HOST_UP(&self->host, NULL);
	ASSERT_EQ(0, sysfs_param("kvm", "halt_poll_ns", &self->poll_ns));
	ASSERT_EQ(0, tracefs_mount());
}

FIXTURE_TEARDOWN(halt)
{
	hist_stop(WAKEUP, WAKEUP_SPEC);
	hist_stop(WINDOW, WINDOW_SPEC);
	sysfs_set_param("kvm", "halt_poll_ns", self->poll_ns);
	known_free(&self->known);
	snap_free(&self->snap);
	HOST_DOWN(&self->host);
}

FIXTURE_VARIANT(halt)
{
	const char *args;
	uint64_t poll_ns;
	bool polls;
};

FIXTURE_VARIANT_ADD(halt, no_polls) {
	.args = "--do hlt=100:3000 --do cpuid=10", .poll_ns = 0,
};

FIXTURE_VARIANT_ADD(halt, polls_that_hit) {
	.args = "--do hlt=400:300", .poll_ns = 4000000, .polls = true,
};

FIXTURE_VARIANT_ADD(halt, polls_that_miss) {
	.args = "--repeat 40 --do hlt=8:150 --do hlt=2:2500", .poll_ns = 1000000, .polls = true,
};

FIXTURE_VARIANT_ADD(halt, vcpus) {
	.args = "--vcpus 3 --do hlt=100:700 --do spin=100:20000", .poll_ns = 500000,
};

#define NEAR(want, got, permille, slack_ns) do { \
	uint64_t want_ = (want), got_ = (got), most_ = want_ * (permille) / 1000 + (slack_ns); \
	EXPECT_LE(want_, got_ + most_); \
	EXPECT_GE(want_ + most_, got_); \
} while (0)

TEST_F_TIMEOUT(halt, same_as_kvm, TEST_S)
{
	struct host *h = &self->host;

	ASSERT_EQ(0, sysfs_set_param("kvm", "halt_poll_ns", variant->poll_ns));
	ASSERT_EQ(0, vmm_start(&h->vmm, variant->args));
	ASSERT_EQ(0, hist_start(WAKEUP, WAKEUP_SPEC));
	ASSERT_EQ(0, hist_start(WINDOW, WINDOW_SPEC));
	ASSERT_EQ(0, wire_reset(&h->wire, FILTER()));
	ASSERT_EQ(0, vmm_open_gate(&h->vmm));
	ASSERT_EQ(0, vmm_report(&h->vmm, &self->known));
	ASSERT_EQ(0, hist_read(WAKEUP, &self->wakeups));
	ASSERT_EQ(0, hist_read(WINDOW, &self->windows));
	ASSERT_EQ(0, snap_steady(&h->wire, FILTER(.hist = true), &self->snap));
	ASSERT_HOLDS(&self->snap);
	ASSERT_EXACT(&self->snap, &self->known, RUN);
	for (unsigned int i = 0; i < self->known.nr_vcpus; i++) {
		const struct known_vcpu *k = &self->known.vcpus[i];
		const struct acct *a = snap_find(&self->snap, self->known.pid, k->tid, k->vcpu);
		uint64_t attempted = known_stat(k, RUN, "halt_attempted_poll");
		uint64_t successful = known_stat(k, RUN, "halt_successful_poll");
		uint64_t success_ns = known_stat(k, RUN, "halt_poll_success_ns");
		uint64_t fail_ns = known_stat(k, RUN, "halt_poll_fail_ns");
		uint64_t wait_ns = known_stat(k, RUN, "halt_wait_ns");
		uint64_t asleep = hist_hits(&self->wakeups, k->tid, 1);
		uint64_t halts = asleep + hist_hits(&self->wakeups, k->tid, 0);
		uint64_t ns = hist_sum(&self->wakeups, k->tid, 0) +
			      hist_sum(&self->wakeups, k->tid, 1);

		TH_LOG("vCPU %u: %" PRIu64 " halts, %" PRIu64 " of them slept; %" PRIu64 " of %"
		       PRIu64 " polls hit; poll %" PRIu64 " + %" PRIu64 " us, asleep %" PRIu64
		       " us", k->vcpu, halts, asleep, successful, attempted, success_ns / 1000,
		       fail_ns / 1000, wait_ns / 1000);
		TH_LOG("        states: poll %" PRIu64 " wait %" PRIu64 " runq %" PRIu64 " exit %"
		       PRIu64 " us; window %u, grown %" PRIu64 ", shrunk %" PRIu64,
		       a->times[KVMLAT_STATE_POLL] / 1000, a->times[KVMLAT_STATE_WAIT] / 1000,
		       a->times[KVMLAT_STATE_RUNQ] / 1000, a->times[KVMLAT_STATE_EXIT] / 1000,
		       a->poll_window, a->poll_grow, a->poll_shrink);
		/* Counts and sums that KVM counts itself: equal */
		EXPECT_LT(0, halts);
		EXPECT_EQ(halts, acct_row_count(a, KVMLAT_REASON_CLASS_HALT, 0));
		EXPECT_EQ(ns, acct_row_total(a, KVMLAT_REASON_CLASS_HALT, 0));
		EXPECT_EQ(successful, acct_row_count(a, KVMLAT_REASON_CLASS_POLL_HIT, 0));
		EXPECT_EQ(attempted - successful,
			  acct_row_count(a, KVMLAT_REASON_CLASS_POLL_MISS, 0));
		EXPECT_EQ(success_ns, acct_row_total(a, KVMLAT_REASON_CLASS_POLL_HIT, 0));
		EXPECT_EQ(fail_ns, acct_row_total(a, KVMLAT_REASON_CLASS_POLL_MISS, 0));
		EXPECT_EQ(known_stat(k, RUN, "halt_poll_invalid"), a->invalid_wakeups);
		EXPECT_EQ(hist_hits(&self->windows, k->tid, 1), a->poll_grow);
		EXPECT_EQ(hist_hits(&self->windows, k->tid, 0), a->poll_shrink);
		if (variant->polls)
			EXPECT_LT(0, attempted);
		/*
		 * Every halt was left once. KVM says that it slept when it asked for it, even if it
		 * was woken before the CPU let it go; and who slept may go to sleep again.
		 */
		EXPECT_EQ(halts, acct_row_count(a, KVMLAT_REASON_CLASS_WAKE, 0));
		NEAR(asleep, acct_row_count(a, KVMLAT_REASON_CLASS_SLEEP, 0), 100, 3);
		/*
		 * By two clocks, and KVM's sleep is a little longer: it begins before the thread
		 * leaves its CPU and ends when it has one again.
		 */
		NEAR(success_ns + fail_ns, a->times[KVMLAT_STATE_POLL], 10, 2000 * halts);
		EXPECT_LE(a->times[KVMLAT_STATE_WAIT], wait_ns);
		EXPECT_GE(a->times[KVMLAT_STATE_WAIT] + a->times[KVMLAT_STATE_RUNQ] +
			  wait_ns / 50 * slack() + 20000 * halts, wait_ns);
		EXPECT_EQ(acct_row_total(a, KVMLAT_REASON_CLASS_SLEEP, 0),
			  a->times[KVMLAT_STATE_WAIT]);
	}
	ASSERT_EQ(0, vmm_end(&h->vmm));
}

FIXTURE(asleep)
{
	struct host host;
	struct known_vm known;
};

FIXTURE_SETUP(asleep)
{
	HOST_UP(&self->host, NULL);
}

FIXTURE_TEARDOWN(asleep)
{
	known_free(&self->known);
	HOST_DOWN(&self->host);
}

FIXTURE_VARIANT(asleep)
{
	const char *args;
	uint32_t state;
	uint32_t class;
	uint32_t code;
};

FIXTURE_VARIANT_ADD(asleep, halted) {
	.args = "--do hlt=1:800000", .state = KVMLAT_STATE_WAIT,
	.class = KVMLAT_REASON_CLASS_SLEEP,
};

FIXTURE_VARIANT_ADD(asleep, in_the_vmm) {
	.args = "--do usleep=1:800000", .state = KVMLAT_STATE_OFF,
	.class = KVMLAT_REASON_CLASS_USER, .code = 2 /* KVM_EXIT_IO */,
};

struct state_wait {
	struct wire *wire;
	struct snap *snap;
	uint32_t state;
};

static bool has_slept_a_while(void *arg)
{
	struct state_wait *wait = arg;
	const struct acct *a;

	snap_free(wait->snap);
	if (snap_steady(wait->wire, FILTER(.hist = true), wait->snap) || wait->snap->nr != 1)
		return false;
	a = &wait->snap->accts[0];
	return a->state == wait->state && a->now - a->state_since > 100 * MS &&
	       a->times[wait->state] > 100 * MS;
}

/* A dump in the middle counts what is not over yet, up to its NOW and to the ns */
TEST_F_TIMEOUT(asleep, seen_in_the_middle, TEST_S)
{
	struct host *h = &self->host;
	struct snap first, second, after;
	struct state_wait wait = { .wire = &h->wire, .snap = &first, .state = variant->state };
	uint64_t since;

	first = (struct snap){ 0 };
	ASSERT_EQ(0, vmm_start(&h->vmm, variant->args));
	/* Off, while it waits at the gate */
	ASSERT_EQ(0, wire_reset(&h->wire, FILTER()));
	ASSERT_EQ(0, vmm_open_gate(&h->vmm));
	if (variant->state == KVMLAT_STATE_OFF)
		sleep_ms(100);
	ASSERT_TRUE(wait_until(700, has_slept_a_while, &wait));
	ASSERT_HOLDS(&first);
	sleep_ms(100);
	ASSERT_EQ(0, snap_steady(&h->wire, FILTER(.hist = true), &second));
	ASSERT_HOLDS(&second);
	since = first.accts[0].state_since;
	EXPECT_EQ(variant->state, second.accts[0].state);
	EXPECT_EQ(since, second.accts[0].state_since);
	EXPECT_EQ(second.accts[0].now - first.accts[0].now,
		  second.accts[0].times[variant->state] - first.accts[0].times[variant->state]);
	EXPECT_LT(99 * MS, second.accts[0].now - first.accts[0].now);
	for (unsigned int i = 0; i <= KVMLAT_STATE_MAX; i++)
		if (i != variant->state)
			EXPECT_EQ(first.accts[0].times[i], second.accts[0].times[i]);
	/* It is in no row before it is over */
	EXPECT_EQ(acct_row_count(&first.accts[0], variant->class, variant->code),
		  acct_row_count(&second.accts[0], variant->class, variant->code));

	ASSERT_EQ(0, vmm_report(&h->vmm, &self->known));
	ASSERT_EQ(0, snap_steady(&h->wire, FILTER(.hist = true), &after));
	ASSERT_HOLDS(&after);
	EXPECT_EQ(acct_row_count(&second.accts[0], variant->class, variant->code) + 1,
		  acct_row_count(&after.accts[0], variant->class, variant->code));
	EXPECT_LT(500 * MS, acct_row(&after.accts[0], variant->class, variant->code)->longest);
	EXPECT_LT(since, acct_row(&after.accts[0], variant->class, variant->code)->longest_at);
	snap_free(&first);
	snap_free(&second);
	snap_free(&after);
	ASSERT_EQ(0, vmm_end(&h->vmm));
}

TEST_HARNESS_MAIN
