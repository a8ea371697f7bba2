// SPDX-License-Identifier: GPL-2.0-only
/* Loading, unloading, reloading, resets and ends of VMs, while guests run. */
#include <stdlib.h>
#include <sys/mount.h>
#include <unistd.h>

#include "lib/host.h"
#include "lib/reader.h"

#define RELOADS 50
#define QUICK_RELOADS 10
#define RESETS 40
#define BUSY "--forever --vcpus 2 --do cpuid=500 --do pio=50 --do msr=200 --do mmio=20"

FIXTURE(lifecycle)
{
	struct host host;
	struct known_vm known;
	struct snap snap;
};

FIXTURE_SETUP(lifecycle)
{
	HOST_UP(&self->host, NULL);
}

FIXTURE_TEARDOWN(lifecycle)
{
	known_free(&self->known);
	snap_free(&self->snap);
	HOST_DOWN(&self->host);
	EXPECT_EQ(0, kvm_load());
}

/* One whole VM, exact from its first exit to its end; @pid_ gets whose it was */
#define RUN_EXACT(args, pid_) do { \
	ASSERT_EQ(0, vmm_start(&self->host.vmm, args)); \
	ASSERT_EQ(0, vmm_open_gate(&self->host.vmm)); \
	ASSERT_EQ(0, vmm_report(&self->host.vmm, &self->known)); \
	(pid_) = self->known.pid; \
	ASSERT_EQ(0, snap_steady(&self->host.wire, FILTER(.pid = (pid_), .hist = true), \
				 &self->snap)); \
	ASSERT_HOLDS(&self->snap); \
	ASSERT_EXACT(&self->snap, &self->known, LIFE); \
	snap_free(&self->snap); \
	known_free(&self->known); \
	ASSERT_EQ(0, vmm_end(&self->host.vmm)); \
	ASSERT_GONE(&self->host.wire, pid_, 1); \
} while (0)

struct seen {
	struct wire *wire;
	struct snap *snap;
	const char *bad;
	unsigned int vcpus;
};

/* All vCPUs of the busy VM have an account with exits in it, and the accounts hold */
static bool busy_vm_is_seen(void *arg)
{
	struct seen *seen = arg;
	unsigned int busy = 0;

	snap_free(seen->snap);
	if (snap_steady(seen->wire, FILTER(.hist = true), seen->snap))
		return false;
	seen->bad = snap_breach(seen->snap);
	for (unsigned int i = 0; i < seen->snap->nr; i++)
		busy += acct_total(&seen->snap->accts[i]) > 1;
	return seen->bad || busy == seen->vcpus;
}

TEST_F_TIMEOUT(lifecycle, reload_under_load, 540)
{
	struct host *h = &self->host;
	struct seen seen = { .wire = &h->wire, .snap = &self->snap, .vcpus = 2 };

	ASSERT_EQ(0, vmm_start(&h->vmm, BUSY));
	ASSERT_EQ(0, vmm_open_gate(&h->vmm));
	for (int i = 0; i < RELOADS; i++) {
		wire_close(&h->wire);
		ASSERT_EQ(0, kvmlat_unload())
			TH_LOG("at unload %d", i);
		ASSERT_EQ(0, kvmlat_load(NULL))
			TH_LOG("at load %d", i);
		ASSERT_EQ(0, wire_open(&h->wire));
		ASSERT_TRUE(wait_until(5000, busy_vm_is_seen, &seen))
			TH_LOG("load %d: the VM's 2 vCPUs are not counted", i);
		ASSERT_EQ(NULL, seen.bad)
			TH_LOG("load %d: %s", i, seen.bad);
	}
	vmm_stop(&h->vmm);
	ASSERT_EQ(0, vmm_report(&h->vmm, &self->known));
	for (unsigned int i = 0; i < self->known.nr_vcpus; i++)
		ASSERT_TRUE(self->known.vcpus[i].ok);
	ASSERT_EQ(0, vmm_end(&h->vmm));
}

/* An unload at once after a load, with the guest's exits in between and without */
TEST_F_TIMEOUT(lifecycle, unload_at_once, TEST_S)
{
	struct host *h = &self->host;

	ASSERT_EQ(0, vmm_start(&h->vmm, BUSY));
	ASSERT_EQ(0, vmm_open_gate(&h->vmm));
	wire_close(&h->wire);
	for (int i = 0; i < QUICK_RELOADS; i++) {
		ASSERT_EQ(0, kvmlat_unload());
		ASSERT_EQ(0, kvmlat_load(NULL));
	}
	TH_LOG("%d times unloaded and loaded", QUICK_RELOADS);
	ASSERT_EQ(0, wire_open(&h->wire));
	vmm_stop(&h->vmm);
	ASSERT_EQ(0, vmm_report(&h->vmm, &self->known));
	ASSERT_TRUE(self->known.vcpus[0].ok);
	ASSERT_EQ(0, vmm_end(&h->vmm));
}

TEST_F_TIMEOUT(lifecycle, vendor_reload, TEST_S)
{
	struct wire *w = &self->host.wire;
	struct info info;
	uint32_t pid;

	RUN_EXACT("--do cpuid=500 --do pio=50", pid);
	for (int i = 0; i < 3; i++) {
		ASSERT_EQ(0, mod_remove(kvm_vendor()));
		ASSERT_EQ(0, info_get(w, &info));
		ASSERT_EQ(0, kvm_load());
		RUN_EXACT("--do cpuid=500 --do pio=50", pid);
	}
	ASSERT_NONE_LOST(w);
}

TEST_F_TIMEOUT(lifecycle, kvm_comes_later, TEST_S)
{
	struct wire *w = &self->host.wire;
	struct info before, without, info;
	uint32_t pid;

	ASSERT_EQ(0, info_get(w, &before));
	ASSERT_LT(0, before.probes);
	ASSERT_EQ(before.probes, before.attached);
	ASSERT_NE(KVMLAT_VENDOR_NONE, before.vendor);

	wire_close(w);
	ASSERT_EQ(0, kvmlat_unload());
	ASSERT_EQ(0, kvm_unload());
	ASSERT_EQ(0, kvmlat_load(NULL));
	ASSERT_EQ(0, wire_open(w));
	ASSERT_EQ(0, info_get(w, &without));
	EXPECT_GT(before.attached, without.attached);
	EXPECT_EQ(KVMLAT_VENDOR_NONE, without.vendor);

	for (int i = 0; i < 3; i++) {
		ASSERT_EQ(0, kvm_load());
		ASSERT_EQ(0, info_get(w, &info));
		EXPECT_EQ(before.attached, info.attached);
		EXPECT_EQ(before.vendor, info.vendor);
		RUN_EXACT("--do cpuid=500 --do mmio=50", pid);
		/* kvmlat must not hold kvm */
		ASSERT_EQ(0, kvm_unload());
		ASSERT_EQ(0, info_get(w, &info));
		EXPECT_EQ(without.attached, info.attached);
		EXPECT_EQ(i + 1, info.gone);
	}
}

TEST_F_TIMEOUT(lifecycle, gone_vms_are_kept_and_forgotten, TEST_S)
{
	struct host *h = &self->host;
	struct vm_list list;
	struct info info;
	uint32_t pids[6], highest = 0;

	wire_close(&h->wire);
	ASSERT_EQ(0, kvmlat_reload("gone_max=3"));
	ASSERT_EQ(0, wire_open(&h->wire));
	for (int i = 0; i < 6; i++) {
		RUN_EXACT("--do cpuid=100", pids[i]);
		ASSERT_EQ(0, vms_get(&h->wire, FILTER(.pid = pids[i]), &list));
		ASSERT_EQ(1, list.nr);
		EXPECT_STREQ("kvmlat-vmm", list.vms[0].comm);
		EXPECT_LE(list.vms[0].since, list.vms[0].gone_at);
		/* An id is never used twice */
		EXPECT_LT(highest, list.vms[0].vm);
		highest = list.vms[0].vm;
		vms_free(&list);
		ASSERT_EQ(0, info_get(&h->wire, &info));
		EXPECT_EQ(3, info.gone_max);
		EXPECT_EQ(i < 3 ? i + 1 : 3, info.gone);
		EXPECT_EQ(0, info.vms);
	}
	/* The oldest went first */
	for (int i = 0; i < 6; i++) {
		ASSERT_EQ(0, vms_get(&h->wire, FILTER(.pid = pids[i]), &list));
		EXPECT_EQ(i >= 3, list.nr);
		vms_free(&list);
	}

	ASSERT_EQ(0, wire_reset(&h->wire, FILTER()));
	ASSERT_EQ(0, info_get(&h->wire, &info));
	EXPECT_EQ(0, info.gone);
	EXPECT_EQ(0, info.vcpus);
}

TEST_F_TIMEOUT(lifecycle, reset_of_one_vm, TEST_S)
{
	struct host *h = &self->host;
	struct vmm other = { .gate = -1 };
	struct known_vm others;
	struct vm_list list;
	struct snap snap;

	ASSERT_EQ(0, vmm_start(&h->vmm, "--do cpuid=700"));
	ASSERT_EQ(0, vmm_start(&other, "--do cpuid=900 --do pio=30"));
	ASSERT_EQ(0, vmm_open_gate(&other));
	ASSERT_EQ(0, vmm_report(&other, &others));
	ASSERT_EQ(0, vms_get(&h->wire, FILTER(.pid = h->vmm.pid), &list));
	ASSERT_EQ(1, list.nr);
	ASSERT_EQ(0, wire_reset(&h->wire, FILTER(.vm = list.vms[0].vm)));
	vms_free(&list);
	ASSERT_EQ(0, vmm_open_gate(&h->vmm));
	ASSERT_EQ(0, vmm_report(&h->vmm, &self->known));

	ASSERT_EQ(0, snap_steady(&h->wire, FILTER(.hist = true), &snap));
	ASSERT_HOLDS(&snap);
	ASSERT_EXACT(&snap, &self->known, RUN);
	ASSERT_EXACT(&snap, &others, LIFE);
	snap_free(&snap);
	known_free(&others);
	ASSERT_EQ(0, vmm_end(&other));
}

TEST_F_TIMEOUT(lifecycle, reset_under_load_and_readers, TEST_S)
{
	struct host *h = &self->host;
	struct readers readers;

	ASSERT_EQ(0, vmm_start(&h->vmm, BUSY));
	ASSERT_EQ(0, vmm_open_gate(&h->vmm));
	ASSERT_EQ(0, readers_start(&readers));
	for (int i = 0; i < RESETS; i++) {
		EXPECT_EQ(0, wire_reset(&h->wire, FILTER()));
		sleep_ms(50);
	}
	readers_stop(&readers);
	EXPECT_STREQ("", readers.bad);
	TH_LOG("%u dumps, %u times a reset between two of them", readers.dumps,
	       readers.resets_seen);
	EXPECT_LT(READERS * 4, readers.dumps);
	EXPECT_LT(0, readers.resets_seen);
	vmm_stop(&h->vmm);
	ASSERT_EQ(0, vmm_report(&h->vmm, &self->known));
	ASSERT_EQ(0, vmm_end(&h->vmm));
}

#define DEBUGFS "/sys/kernel/debug"

static int set_kprobes(bool on)
{
	FILE *f = fopen(DEBUGFS "/kprobes/enabled", "w");

	if (!f && !mount("debugfs", DEBUGFS, "debugfs", 0, NULL))
		f = fopen(DEBUGFS "/kprobes/enabled", "w");
	if (!f || fprintf(f, "%d", on) < 0)
		return errno;
	return fclose(f) ? errno : 0;
}

/* Kprobes can be switched off by others: that is said, and who looks finds VMs that ended */
TEST_F_TIMEOUT(lifecycle, kprobes_switched_off, TEST_S)
{
	struct host *h = &self->host;
	struct info before, without, after;
	bool gone;
	pid_t pid;

	ASSERT_EQ(0, info_get(&h->wire, &before));
	ASSERT_EQ(0, vmm_start(&h->vmm, "--do cpuid=100"));
	pid = h->vmm.pid;
	ASSERT_EQ(0, set_kprobes(false));
	vmm_kill(&h->vmm);
	gone = wait_until(GONE_MS, vms_are_gone,
			  &(struct gone_wait){ .wire = &h->wire, .pid = pid, .vms = 1 });
	EXPECT_EQ(0, info_get(&h->wire, &without));
	ASSERT_EQ(0, set_kprobes(true));
	EXPECT_TRUE(gone);
	EXPECT_EQ(before.attached - 1, without.attached);
	ASSERT_EQ(0, info_get(&h->wire, &after));
	EXPECT_EQ(before.attached, after.attached);
}

/* A VMM that dies by SIGKILL in the middle of everything ends like any other */
TEST_F_TIMEOUT(lifecycle, killed_vmm, TEST_S)
{
	struct host *h = &self->host;
	struct seen seen = { .wire = &h->wire, .snap = &self->snap, .vcpus = 2 };
	struct snap snap;
	uint32_t pid;

	ASSERT_EQ(0, vmm_start(&h->vmm, BUSY));
	ASSERT_EQ(0, vmm_open_gate(&h->vmm));
	ASSERT_TRUE(wait_until(5000, busy_vm_is_seen, &seen));
	pid = h->vmm.pid;
	vmm_kill(&h->vmm);
	ASSERT_GONE(&h->wire, pid, 1);
	ASSERT_EQ(0, snap_steady(&h->wire, FILTER(.pid = pid, .hist = true), &snap));
	ASSERT_HOLDS(&snap);
	ASSERT_EQ(2, snap.nr);
	for (unsigned int i = 0; i < snap.nr; i++)
		EXPECT_LE(acct_total(snap_find(&self->snap, pid, 0, snap.accts[i].vcpu)),
			  acct_total(&snap.accts[i]));
	snap_free(&snap);
}

TEST_HARNESS_MAIN
