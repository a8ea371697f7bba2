/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What nearly every test does with the harness: a freshly loaded module, one VMM, and the accounts
 * compared with what the VMM knows. Macros, because ASSERT_* only works in a test's own scope.
 */
#ifndef SELFTESTS_HOST_H
#define SELFTESTS_HOST_H

#include <errno.h>
#include <kselftest_harness.h>

#include "list.h"
#include "mod.h"
#include "snapshot.h"
#include "vmm.h"

/* Emulated machines are slow; this is for hangs, not for pace */
#define TEST_S 270
#define GONE_MS 10000

struct host {
	struct wire wire;
	struct vmm vmm;
};

#define HOST_UP(h, params) do { \
	ASSERT_EQ(0, kvm_load()); \
	ASSERT_EQ(0, kvmlat_reload(params)); \
	ASSERT_EQ(0, wire_open(&(h)->wire)); \
} while (0)

#define HOST_DOWN(h) do { \
	vmm_kill(&(h)->vmm); \
	if ((h)->wire.sock) \
		wire_close(&(h)->wire); \
	if (mod_is_loaded("kvmlat")) \
		EXPECT_EQ(0, kvmlat_unload()); \
} while (0)

#define ASSERT_HOLDS(snap) do { \
	const char *breach_ = snap_breach(snap); \
	ASSERT_EQ(NULL, breach_) \
		TH_LOG("%s", breach_); \
} while (0)

/* The account of every vCPU of @known is in @snap and differs in nothing */
#define ASSERT_EXACT(snap, known, phase) do { \
	for (unsigned int i_ = 0; i_ < (known)->nr_vcpus; i_++) { \
		const struct known_vcpu *k_ = &(known)->vcpus[i_]; \
		const struct acct *a_ = snap_find(snap, (known)->pid, k_->tid, k_->vcpu); \
		const char *differs_; \
		ASSERT_NE(NULL, a_) \
			TH_LOG("pid %u tid %u vCPU %u is missing", (known)->pid, k_->tid, \
			       k_->vcpu); \
		differs_ = known_differs(a_, known, k_, phase); \
		ASSERT_EQ(NULL, differs_) \
			TH_LOG("%s", differs_); \
	} \
} while (0)

#define ASSERT_NONE_LOST(w) do { \
	struct info info_; \
	ASSERT_EQ(0, info_get(w, &info_)); \
	ASSERT_EQ(0, info_.missed); \
	ASSERT_EQ(0, info_.spilled); \
} while (0)

#define ASSERT_GONE(w, pid_, vms_) do { \
	struct gone_wait gone_ = { .wire = (w), .pid = (pid_), .vms = (vms_) }; \
	ASSERT_TRUE(wait_until(GONE_MS, vms_are_gone, &gone_)) \
		TH_LOG("%u VMs of pid %u are not gone after %d ms", vms_, pid_, GONE_MS); \
} while (0)

#endif
