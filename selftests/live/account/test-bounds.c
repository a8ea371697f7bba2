// SPDX-License-Identifier: GPL-2.0-only
/* What many vCPUs, VMs and modules of others must not make long or large. */
#include <stdlib.h>
#include <time.h>

#include "lib/host.h"
#include "lib/tracefs.h"

/* One grace period of a busy emulated machine; one for each vCPU would be a hundred times that */
#define OFF_MS 2000

FIXTURE(bounds)
{
	struct host host;
	struct known_vm known;
};

FIXTURE_SETUP(bounds)
{
	HOST_UP(&self->host, NULL);
}

FIXTURE_TEARDOWN(bounds)
{
	known_free(&self->known);
	HOST_DOWN(&self->host);
}

static unsigned int now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

TEST_F_TIMEOUT(bounds, details_of_many_vcpus_go_at_once, TEST_S)
{
	struct host *h = &self->host;
	unsigned int from, ms;

	ASSERT_EQ(0, vmm_start(&h->vmm, "--vcpus 512 --threads 4 --do cpuid=3"));
	ASSERT_EQ(0, vmm_open_gate(&h->vmm));
	ASSERT_EQ(0, vmm_report(&h->vmm, &self->known));
	ASSERT_EQ(0, wire_details(&h->wire, FILTER(), true));
	from = now_ms();
	ASSERT_EQ(0, wire_details(&h->wire, FILTER(), false));
	ms = now_ms() - from;
	TH_LOG("details of 512 vCPUs were off after %u ms", ms);
	ASSERT_GT(OFF_MS, ms);
	ASSERT_EQ(0, vmm_end(&h->vmm));
}

/* The oldest goes as soon as all together take too much, however few they are */
TEST_F_TIMEOUT(bounds, accounts_of_ended_vms, TEST_S)
{
	struct host *h = &self->host;
	struct info info;

	wire_close(&h->wire);
	ASSERT_EQ(0, kvmlat_reload("gone_memory=400000"));
	ASSERT_EQ(0, wire_open(&h->wire));
	for (int i = 0; i < 4; i++) {
		ASSERT_EQ(0, vmm_start(&h->vmm, "--vcpus 20 --threads 2 --do cpuid=3"));
		ASSERT_EQ(0, vmm_open_gate(&h->vmm));
		ASSERT_EQ(0, vmm_report(&h->vmm, &self->known));
		known_free(&self->known);
		ASSERT_EQ(0, vmm_end(&h->vmm));
		sleep_ms(500);
		ASSERT_EQ(0, info_get(&h->wire, &info));
		TH_LOG("%u VMs that ended keep %llu bytes", info.gone,
		       (unsigned long long)info.gone_memory);
		ASSERT_EQ(400000, info.gone_memory_max);
		ASSERT_GE(400000, info.gone_memory);
	}
	ASSERT_EQ(0, info.vms);
	ASSERT_LT(0, info.gone);
	ASSERT_GT(4, info.gone);
	ASSERT_EQ(0, wire_reset(&h->wire, FILTER()));
	ASSERT_EQ(0, info_get(&h->wire, &info));
	ASSERT_EQ(0, info.gone_memory);
}

/* A vCPU past a limit has no account, which is said; those before it hold, and room comes back */
TEST_F_TIMEOUT(bounds, vcpus_at_once, TEST_S)
{
	static const char *const limits[] = {
		"vcpus_max=10", "user_vcpus_max=10",
	};
	struct host *h = &self->host;
	struct snap snap;
	struct info info;

	for (int i = 0; i < 2; i++) {
		wire_close(&h->wire);
		ASSERT_EQ(0, kvmlat_reload(limits[i]));
		ASSERT_EQ(0, wire_open(&h->wire));
		for (int round = 1; round <= 2; round++) {
			ASSERT_EQ(0, vmm_start(&h->vmm, "--vcpus 16 --threads 2 --do cpuid=3"));
			ASSERT_EQ(0, vmm_open_gate(&h->vmm));
			ASSERT_EQ(0, vmm_report(&h->vmm, &self->known));
			ASSERT_EQ(0, snap_steady(&h->wire, FILTER(.pid = self->known.pid,
								  .hist = true), &snap));
			ASSERT_EQ(10, snap.nr);
			ASSERT_HOLDS(&snap);
			snap_free(&snap);
			ASSERT_EQ(0, info_get(&h->wire, &info));
			ASSERT_LT(0, info.refused);
			ASSERT_EQ(info.missed, info.refused);
			ASSERT_EQ(10 * round, info.vcpus);
			ASSERT_EQ(0, vmm_end(&h->vmm));
			ASSERT_GONE(&h->wire, self->known.pid, 1);
			known_free(&self->known);
		}
	}
}

/*
 * Whoever has a module loaded would otherwise wait for our readers, and all others for him: the
 * record of knobs is behind the lock that readers hold.
 */
TEST_F_TIMEOUT(bounds, modules_of_others_take_no_lock_of_ours, TEST_S)
{
	ASSERT_EQ(0, calls_watch("kvmlat_undo_module"));
	EXPECT_EQ(0, system("modprobe dummy && rmmod dummy"));
	EXPECT_EQ(0, calls_seen());
	EXPECT_EQ(0, mod_remove(kvm_vendor()));
	EXPECT_EQ(0, kvm_load());
	EXPECT_EQ(2, calls_seen());
	EXPECT_EQ(0, calls_unwatch());
}

TEST_HARNESS_MAIN
