// SPDX-License-Identifier: GPL-2.0-only
/*
 * How late a guest's timer was, against the guest itself: its handler reads the TSC first and takes
 * the deadline from it.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "lib/hog.h"
#include "lib/host.h"

#define US 1000ULL
/* From KVM's own look at the clock to the handler's: an entry, and what an emulator takes for it */
#define ENTRY_NS (1 * US)

FIXTURE(timer)
{
	struct host host;
	struct known_vm known;
	struct snap snap;
	pid_t hog;
};

FIXTURE_SETUP(timer)
{
	HOST_UP(&self->host, NULL);
}

FIXTURE_TEARDOWN(timer)
{
	hog_stop(&self->hog);
	known_free(&self->known);
	snap_free(&self->snap);
	HOST_DOWN(&self->host);
}

/* Runs the orders to their end. The row is what the guest says: each, in all, and the latest */
#define EXPECT_AS_THE_GUEST(orders, least) do { \
	struct host *h_ = &self->host; \
	const struct known_vcpu *k_; \
	const struct row *row_; \
	ASSERT_EQ(0, vmm_start(&h_->vmm, orders)); \
	ASSERT_EQ(0, vmm_open_gate(&h_->vmm)); \
	ASSERT_EQ(0, vmm_report(&h_->vmm, &self->known)); \
	ASSERT_EQ(0, snap_steady(&h_->wire, FILTER(.hist = true), &self->snap)); \
	ASSERT_HOLDS(&self->snap); \
	ASSERT_EQ(1, self->snap.nr); \
	k_ = &self->known.vcpus[0]; \
	row_ = acct_row(&self->snap.accts[0], KVMLAT_REASON_CLASS_TIMER, 0); \
	ASSERT_NE(NULL, row_); \
	TH_LOG("%" PRIu64 " timers, late for %" PRIu64 " ns, at most %" PRIu64 "; the row: %" \
	       PRIu64 ", %" PRIu64 ", %" PRIu64, k_->timers, k_->late_ns, k_->latest_ns, \
	       row_->count, row_->total, row_->longest); \
	EXPECT_LE(least, k_->timers); \
	EXPECT_EQ(k_->timers, row_->count); \
	EXPECT_LE(row_->total, k_->late_ns); \
	EXPECT_GE(row_->total + row_->total / 50 + k_->timers * ENTRY_NS, k_->late_ns); \
	EXPECT_LE(row_->longest, k_->latest_ns); \
	EXPECT_GE(row_->longest + row_->longest / 50 + ENTRY_NS, k_->latest_ns); \
	ASSERT_EQ(0, vmm_end(&h_->vmm)); \
} while (0)

TEST_F_TIMEOUT(timer, ten_thousand, TEST_S)
{
	EXPECT_AS_THE_GUEST("--do timer=10000:200", 10000);
}

/* One that takes turns with the vCPU makes it late by what each turn takes */
TEST_F_TIMEOUT(timer, beside_a_hog, TEST_S)
{
	self->hog = hog_start(false);
	ASSERT_LT(0, self->hog);
	EXPECT_AS_THE_GUEST("--cpu 0 --do timer=100:1000 --do spin=100:10000", 100);
	hog_stop(&self->hog);
}

/* The APIC's own one-shot timer has no deadline that KVM would tell: no row, and not a wrong one */
TEST_F_TIMEOUT(timer, without_a_deadline, TEST_S)
{
	struct host *h = &self->host;

	ASSERT_EQ(0, vmm_start(&h->vmm, "--do hlt=20:500"));
	ASSERT_EQ(0, vmm_open_gate(&h->vmm));
	ASSERT_EQ(0, vmm_report(&h->vmm, &self->known));
	ASSERT_EQ(0, snap_steady(&h->wire, FILTER(.hist = true), &self->snap));
	ASSERT_HOLDS(&self->snap);
	EXPECT_EQ(0, acct_row_count(&self->snap.accts[0], KVMLAT_REASON_CLASS_TIMER, 0));
	ASSERT_EQ(0, vmm_end(&h->vmm));
}

TEST_HARNESS_MAIN
