// SPDX-License-Identifier: GPL-2.0-only
/*
 * Truth: a guest that computes, halts, and leaves for KVM and the VMM in known proportions, on a
 * machine where each instruction takes the same time. Every state is what was ordered, within 1 %.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/hog.h"
#include "lib/host.h"
#include "lib/slack.h"
#include "lib/sysfs.h"

#define US 1000ULL
/* A loop's two instructions, and the guest's own around each order, see vmm/guest.S */
#define SPIN_INSNS(loops) (2 * (loops) + 17ULL)
#define ARGS_LEN 256

FIXTURE(truth)
{
	struct host host;
	struct known_vm known;
	struct snap before;
	struct snap after;
	uint64_t poll_ns;
	uint64_t insn_ns;
	pid_t hog;
};

FIXTURE_SETUP(truth)
{
	const char *icount = getenv("LAB_ICOUNT");

	self->insn_ns = icount ? strtoull(icount, NULL, 10) : 0;
	if (!self->insn_ns)
		SKIP(return, "only where time is counted in instructions is it exact");
	HOST_UP(&self->host, NULL);
	ASSERT_EQ(0, sysfs_param("kvm", "halt_poll_ns", &self->poll_ns));
}

FIXTURE_TEARDOWN(truth)
{
	hog_stop(&self->hog);
	sysfs_set_param("kvm", "halt_poll_ns", self->poll_ns);
	known_free(&self->known);
	snap_free(&self->before);
	snap_free(&self->after);
	HOST_DOWN(&self->host);
}

#define NEAR(want, got) do { \
	uint64_t want_ = (want), got_ = (got); \
	TH_LOG(#got ": %" PRIu64 " us, expected %" PRIu64 " us, %+.2f %%", got_ / US, want_ / US, \
	       want_ ? 100.0 * ((double)got_ - want_) / want_ : 0.0); \
	EXPECT_LE(want_ - want_ / 100 * slack(), got_); \
	EXPECT_GE(want_ + want_ / 100 * slack(), got_); \
} while (0)

/* From the opening of the gate to the report; the thread sleeps before and after */
#define RUN_ARGS(args) do { \
	struct host *h_ = &self->host; \
	struct sleep_wait before_ = { &h_->wire, &self->before }; \
	struct sleep_wait after_ = { &h_->wire, &self->after }; \
	ASSERT_EQ(0, vmm_start(&h_->vmm, args)); \
	ASSERT_EQ(0, wire_reset(&h_->wire, FILTER())); \
	ASSERT_TRUE(wait_until(5000, thread_sleeps, &before_)); \
	ASSERT_EQ(0, vmm_open_gate(&h_->vmm)); \
	ASSERT_EQ(0, vmm_report(&h_->vmm, &self->known)); \
	ASSERT_TRUE(wait_until(5000, thread_sleeps, &after_)); \
	ASSERT_HOLDS(&self->after); \
	ASSERT_EXACT(&self->after, &self->known, RUN); \
} while (0)

static uint64_t off_between(const struct snap *before, const struct snap *after)
{
	const struct acct *a = &before->accts[0], *b = &after->accts[0];

	return b->times[KVMLAT_STATE_OFF] - (b->now - b->state_since) -
	       a->times[KVMLAT_STATE_OFF];
}

static uint64_t spin_insns(const struct known_vcpu *k)
{
	uint64_t insns = 0;

	for (unsigned int i = 0; i < k->nr_works; i++)
		if (!strcmp(k->works[i].kind, "spin"))
			insns += k->works[i].done * SPIN_INSNS(k->works[i].arg);
	return insns;
}

TEST_F_TIMEOUT(truth, proportions, TEST_S)
{
	const struct known_vcpu *k;
	const struct acct *a;
	char args[ARGS_LEN];
	uint64_t spins;

	/* Polling would turn a part of what was ordered as sleep into something else */
	ASSERT_EQ(0, sysfs_set_param("kvm", "halt_poll_ns", 0));
	/* A machine that has nothing to do is late: its time follows the real one then */
	self->hog = hog_start(true);
	ASSERT_LT(0, self->hog);
	/* What is ordered as a time takes the same number of instructions on every machine */
	snprintf(args, sizeof(args), "--repeat 4 --do spin=40:250000 --do hlt=4:%" PRIu64
		 " --do uspin=10:%" PRIu64 " --do usleep=4:%" PRIu64 " --do pio=20",
		 10000 * self->insn_ns, 2000 * self->insn_ns, 10000 * self->insn_ns);
	RUN_ARGS(args);
	k = &self->known.vcpus[0];
	a = &self->after.accts[0];
	spins = spin_insns(k) * self->insn_ns;
	NEAR(spins, a->times[KVMLAT_STATE_GUEST]);
	NEAR(k->spun_ns, a->times[KVMLAT_STATE_USER]);
	NEAR(k->slept_ns, off_between(&self->before, &self->after));
	NEAR(known_arg_sum(k, "hlt"), a->times[KVMLAT_STATE_WAIT]);
	NEAR(known_arg_sum(k, "usleep") * US, off_between(&self->before, &self->after));
	EXPECT_EQ(0, a->times[KVMLAT_STATE_POLL]);
	hog_stop(&self->hog);
	ASSERT_EQ(0, vmm_end(&self->host.vmm));
}

/* The same guest time between exits: what twice as many exits cost is twice as much */
TEST_F_TIMEOUT(truth, exits_are_proportional, TEST_S)
{
	uint64_t once, twice;

	RUN_ARGS("--do kpio=5000 --do spin=10:100000");
	once = self->after.accts[0].times[KVMLAT_STATE_EXIT];
	ASSERT_EQ(0, vmm_end(&self->host.vmm));
	known_free(&self->known);
	snap_free(&self->before);
	snap_free(&self->after);
	RUN_ARGS("--do kpio=10000 --do spin=10:100000");
	twice = self->after.accts[0].times[KVMLAT_STATE_EXIT];
	NEAR(2 * once, twice);
	ASSERT_EQ(0, vmm_end(&self->host.vmm));
}

TEST_F_TIMEOUT(truth, polls, TEST_S)
{
	const struct known_vcpu *k;
	const struct acct *a;
	char args[ARGS_LEN];

	ASSERT_EQ(0, sysfs_set_param("kvm", "halt_poll_ns", 4000000 * self->insn_ns));
	snprintf(args, sizeof(args), "--do hlt=60:%" PRIu64 " --do spin=80:250000",
		 1000 * self->insn_ns);
	RUN_ARGS(args);
	k = &self->known.vcpus[0];
	a = &self->after.accts[0];
	NEAR(known_stat(k, RUN, "halt_poll_success_ns") + known_stat(k, RUN, "halt_poll_fail_ns"),
	     a->times[KVMLAT_STATE_POLL]);
	EXPECT_LT(10, known_stat(k, RUN, "halt_attempted_poll"));
	NEAR(spin_insns(k) * self->insn_ns, a->times[KVMLAT_STATE_GUEST]);
	ASSERT_EQ(0, vmm_end(&self->host.vmm));
}

TEST_HARNESS_MAIN
