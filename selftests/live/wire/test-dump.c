// SPDX-License-Identifier: GPL-2.0-only
/* Dumps: of any size, complete or flagged. */
#include <pthread.h>
#include <unistd.h>

#include "lib/host.h"

#define REASONS 12
#define CHURN_DUMPS 100

FIXTURE(dump)
{
	struct host host;
	struct known_vm known;
	struct snap snap;
};

FIXTURE_SETUP(dump)
{
	HOST_UP(&self->host, NULL);
}

FIXTURE_TEARDOWN(dump)
{
	known_free(&self->known);
	snap_free(&self->snap);
	HOST_DOWN(&self->host);
}

TEST_F_TIMEOUT(dump, thousand_vcpus, 720)
{
	struct host *h = &self->host;
	unsigned int fewest = UINT32_MAX, longest = 0;
	uint64_t accounts = 0;
	struct info info;

	ASSERT_EQ(0, vmm_start(&h->vmm, VMM_MANY_ARGS));
	ASSERT_EQ(0, vmm_open_gate(&h->vmm));
	ASSERT_EQ(0, vmm_report(&h->vmm, &self->known));
	ASSERT_EQ(VMM_MANY, self->known.nr_vcpus);
	ASSERT_EQ(0, snap_steady(&h->wire, FILTER(.hist = true), &self->snap));
	ASSERT_EQ(VMM_MANY, self->snap.nr);
	ASSERT_HOLDS(&self->snap);
	ASSERT_EXACT(&self->snap, &self->known, LIFE);
	ASSERT_NONE_LOST(&h->wire);
	for (unsigned int i = 0; i < self->snap.nr; i++) {
		if (self->snap.accts[i].nr_rows < fewest)
			fewest = self->snap.accts[i].nr_rows;
		if (self->snap.accts[i].messages > longest)
			longest = self->snap.accts[i].messages;
		accounts += self->snap.accts[i].memory;
	}
	ASSERT_EQ(0, info_get(&h->wire, &info));
	TH_LOG("%u vCPUs, at least %u reasons each, %u messages, up to %u for a vCPU, %llu bytes",
	       self->snap.nr, fewest, self->snap.messages, longest,
	       (unsigned long long)info.memory);
	EXPECT_LE(REASONS, fewest);
	EXPECT_EQ(VMM_MANY, info.vcpus);
	EXPECT_GE(65536, info.vcpu_memory_max);
	/* Each account has its share of it; what else there is are reserves. */
	EXPECT_LE(VMM_MANY * 10000ULL, accounts);
	EXPECT_LE(accounts, info.memory);
	ASSERT_EQ(0, vmm_end(&h->vmm));
	ASSERT_GONE(&h->wire, self->known.pid, 1);
}

/* One account that is damaged says so, and takes nothing away from the others */
TEST_F_TIMEOUT(dump, unreadable_account, TEST_S)
{
	struct host *h = &self->host;
	unsigned int unreadable = 0;
	int err = fake_load("kvmlat_odd", "");

	ASSERT_EQ(0, err);
	err = vmm_start(&h->vmm, "--vcpus 3 --do cpuid=100 --do pio=10");
	ASSERT_EQ(0, mod_remove("kvmlat_odd"));
	ASSERT_EQ(0, err);
	ASSERT_EQ(0, vmm_open_gate(&h->vmm));
	ASSERT_EQ(0, vmm_report(&h->vmm, &self->known));
	ASSERT_EQ(0, snap_steady(&h->wire, FILTER(.hist = true), &self->snap));
	ASSERT_EQ(3, self->snap.nr);
	for (unsigned int i = 0; i < 3; i++) {
		const struct known_vcpu *k = &self->known.vcpus[i];
		const struct acct *a = snap_find(&self->snap, self->known.pid, k->tid, k->vcpu);

		ASSERT_NE(NULL, a);
		if (a->unreadable) {
			unreadable++;
			EXPECT_EQ(0, a->now);
			EXPECT_EQ(0, a->nr_rows);
		} else {
			const char *differs = known_differs(a, &self->known, k, LIFE);

			EXPECT_EQ(NULL, differs)
				TH_LOG("%s", differs);
		}
	}
	EXPECT_EQ(1, unreadable);
	ASSERT_EQ(0, vmm_end(&h->vmm));
}

/* The account of one vCPU by any combination of filters is the same as in the whole dump */
TEST_F_TIMEOUT(dump, filters, TEST_S)
{
	struct host *h = &self->host;
	struct vm_list list;
	struct snap part;
	uint32_t vm;

	ASSERT_EQ(0, vmm_start(&h->vmm, "--vms 2 --vcpus 3 --do cpuid=50 --do pio=20 --do msr=10"));
	ASSERT_EQ(0, vmm_open_gate(&h->vmm));
	ASSERT_EQ(0, vmm_report(&h->vmm, &self->known));
	ASSERT_EQ(0, snap_steady(&h->wire, FILTER(.hist = true), &self->snap));
	ASSERT_HOLDS(&self->snap);
	ASSERT_EQ(6, self->snap.nr);
	vm = self->snap.accts[0].vm;

	ASSERT_EQ(0, vms_get(&h->wire, FILTER(.pid = h->vmm.pid), &list));
	ASSERT_EQ(2, list.nr);
	EXPECT_EQ(3, list.vms[0].vcpus);
	vms_free(&list);

	ASSERT_EQ(0, snap_steady(&h->wire, FILTER(.vm = vm), &part));
	ASSERT_HOLDS(&part);
	EXPECT_EQ(3, part.nr);
	snap_free(&part);
	ASSERT_EQ(0, snap_steady(&h->wire, FILTER(.pid = h->vmm.pid, .vcpu = 1), &part));
	EXPECT_EQ(2, part.nr);
	snap_free(&part);
	ASSERT_EQ(0, snap_steady(&h->wire, FILTER(.pid = 1), &part));
	EXPECT_EQ(0, part.nr);
	snap_free(&part);

	for (unsigned int i = 0; i < self->snap.nr; i++) {
		const struct acct *a = &self->snap.accts[i];

		for (unsigned int j = 0; j < a->nr_rows; j++) {
			const struct row *row = &a->rows[j];
			struct filter one = { .vm = a->vm, .vcpu = a->vcpu, .code = row->code,
					      .hist = true };

			/* The filter names exits; others have no code, or one of another kind */
			if (row->class != KVMLAT_REASON_CLASS_EXIT)
				continue;
			ASSERT_EQ(0, snap_do(&h->wire, &one, &part));
			ASSERT_HOLDS(&part);
			ASSERT_EQ(1, part.nr);
			ASSERT_EQ(1, part.accts[0].nr_rows);
			EXPECT_EQ(row->code, part.accts[0].rows[0].code);
			EXPECT_EQ(row->count, part.accts[0].rows[0].count);
			EXPECT_EQ(row->total, part.accts[0].rows[0].total);
			EXPECT_EQ(row->hist_low, part.accts[0].rows[0].hist_low);
			snap_free(&part);
		}
		/* All rows, without histograms, in one message */
		ASSERT_EQ(0, snap_do(&h->wire, FILTER(.vm = a->vm, .vcpu = a->vcpu), &part));
		ASSERT_HOLDS(&part);
		EXPECT_EQ(a->nr_rows, part.accts[0].nr_rows);
		snap_free(&part);
	}
	ASSERT_EQ(0, vmm_end(&h->vmm));
}

/* What the kernel has not yet put into a message when only the request was sent is dumped later */
struct change {
	struct wire wire;
	struct vmm vmm;
};

static int reset_all(void *arg)
{
	struct change *c = arg;

	return wire_reset(&c->wire, FILTER());
}

static int vm_comes(void *arg)
{
	struct change *c = arg;

	return vmm_start(&c->vmm, "--do cpuid=5");
}

static int vm_goes(void *arg)
{
	struct change *c = arg;
	uint32_t pid = c->vmm.pid;

	vmm_kill(&c->vmm);
	return wait_until(GONE_MS, vms_are_gone,
			  &(struct gone_wait){ .wire = &c->wire, .pid = pid, .vms = 1 }) ?
		0 : ETIMEDOUT;
}

static int nothing(void *arg)
{
	return 0;
}

TEST_F_TIMEOUT(dump, flagged_when_changed, TEST_S)
{
	static const struct {
		int (*change)(void *arg);
		bool flagged;
	} cases[] = {
		{ nothing, false }, { reset_all, true }, { nothing, false }, { vm_comes, true },
		{ nothing, false }, { vm_goes, true }, { nothing, false },
	};
	struct host *h = &self->host;
	struct change change = { .vmm.gate = -1 };

	ASSERT_EQ(0, wire_open(&change.wire));
	ASSERT_EQ(0, vmm_start(&h->vmm, "--vcpus 300 --threads 1 --do cpuid=10 --do mmio=5"));
	ASSERT_EQ(0, vmm_open_gate(&h->vmm));
	ASSERT_EQ(0, vmm_report(&h->vmm, &self->known));
	for (unsigned int i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		h->wire.between = cases[i].change;
		h->wire.between_arg = &change;
		ASSERT_EQ(0, snap_dump(&h->wire, FILTER(.hist = true), &self->snap));
		ASSERT_HOLDS(&self->snap);
		ASSERT_LE(300, self->snap.nr);
		EXPECT_EQ(cases[i].flagged, self->snap.intr)
			TH_LOG("case %u, %u vCPUs in %u messages", i, self->snap.nr,
			       self->snap.messages);
		snap_free(&self->snap);
	}
	wire_close(&change.wire);
	ASSERT_EQ(0, vmm_end(&h->vmm));
}

struct churn {
	pthread_t thread;
	bool stop;
	unsigned int vms;
	int err;
};

static void *churn_main(void *arg)
{
	struct churn *churn = arg;

	while (!churn->err && !__atomic_load_n(&churn->stop, __ATOMIC_RELAXED)) {
		struct vmm vmm;

		churn->err = vmm_start(&vmm, "--vcpus 6 --vms 2 --do cpuid=20 --do pio=5");
		if (churn->err)
			break;
		churn->err = vmm_open_gate(&vmm);
		if (churn->vms++ % 2)
			vmm_kill(&vmm);
		else if (vmm_end(&vmm))
			churn->err = ECHILD;
	}
	return NULL;
}

/*
 * VMs come and go (and, with so few kept, are forgotten) while dumps run. A dump that is not
 * flagged has every vCPU of the VM that was there all the time, and none twice.
 */
TEST_F_TIMEOUT(dump, during_churn, 540)
{
	struct host *h = &self->host;
	struct churn churn = { 0 };
	unsigned int flagged = 0;

	wire_close(&h->wire);
	ASSERT_EQ(0, kvmlat_reload("gone_max=4"));
	ASSERT_EQ(0, wire_open(&h->wire));
	ASSERT_EQ(0, vmm_start(&h->vmm,
			       "--vcpus 40 --threads 1 --do cpuid=10 --do mmio=5 --do msr=2"));
	ASSERT_EQ(0, vmm_open_gate(&h->vmm));
	ASSERT_EQ(0, vmm_report(&h->vmm, &self->known));
	ASSERT_EQ(0, pthread_create(&churn.thread, NULL, churn_main, &churn));
	/* At least so many dumps, and until VMs have come and gone */
	for (unsigned int i = 0; (i < CHURN_DUMPS || churn.vms < 12) && !churn.err; i++) {
		struct snap snap;

		ASSERT_EQ(0, snap_dump(&h->wire, FILTER(.hist = true), &snap));
		ASSERT_HOLDS(&snap);
		if (snap.intr)
			flagged++;
		else
			ASSERT_EXACT(&snap, &self->known, LIFE);
		snap_free(&snap);
	}
	__atomic_store_n(&churn.stop, true, __ATOMIC_RELAXED);
	pthread_join(churn.thread, NULL);
	EXPECT_EQ(0, churn.err);
	TH_LOG("%u VMMs came and went, %u dumps were flagged", churn.vms, flagged);
	ASSERT_EQ(0, snap_steady(&h->wire, FILTER(.hist = true), &self->snap));
	ASSERT_HOLDS(&self->snap);
	ASSERT_EXACT(&self->snap, &self->known, LIFE);
	ASSERT_EQ(0, vmm_end(&h->vmm));
}

TEST_HARNESS_MAIN
