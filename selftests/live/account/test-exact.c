// SPDX-License-Identifier: GPL-2.0-only
/* Every exit that a guest made is counted, once, under its reason; nothing else is. */
#include <unistd.h>

#include "lib/host.h"

#define MAX_VMS 8

FIXTURE(exact)
{
	struct host host;
	struct known_vm known[MAX_VMS];
};

FIXTURE_VARIANT(exact)
{
	const char *args;
	unsigned int vms;	/* 0: one */
	bool two_cpus;
	bool svm;
};

#define VARIANT(name, ...) \
	FIXTURE_VARIANT_ADD(exact, name) { __VA_ARGS__ }

VARIANT(cpuid, .args = "--do cpuid=5000");
VARIANT(pio, .args = "--do pio=2000");
VARIANT(kpio, .args = "--do kpio=3000");
VARIANT(mmio, .args = "--do mmio=2000");
VARIANT(msr, .args = "--do msr=5000");
VARIANT(rdmsr, .args = "--do rdmsr=5000");
VARIANT(hlt, .args = "--do hlt=1000");
VARIANT(irqwin, .args = "--do irqwin=1000");
VARIANT(hypercall, .args = "--do hypercall=3000");
VARIANT(fault, .args = "--do rdpmc=1000 --do ud=1000");
VARIANT(cache, .args = "--do wbinvd=1000");
VARIANT(registers, .args = "--do cr=1000 --do dr=300 --do drrd=300");
VARIANT(crrd, .args = "--do crrd=1000", .svm = true);
VARIANT(no_exit, .args = "--do spin=100000 --do pause=1000");
VARIANT(mixture, .args = "--repeat 20 --do cpuid=30 --do pio=10 --do mmio=10 --do msr=20 --do rdmsr=20 "
			 "--do hlt=5 --do irqwin=5 --do hypercall=20 --do wbinvd=5 --do cr=5");
VARIANT(vcpus, .args = "--vcpus 6 --repeat 5 --do cpuid=300 --do pio=50 --do irqwin=20");
VARIANT(shared_threads, .args = "--vcpus 7 --threads 2 --repeat 10 --do cpuid=100 --do pio=20");
VARIANT(vms, .args = "--vms 4 --vcpus 2 --do cpuid=800 --do pio=100 --do irqwin=20", .vms = 4);
VARIANT(processes, .args = "--vms 3 --fork --vcpus 2 --do cpuid=800 --do mmio=100", .vms = 3);
VARIANT(migration, .args = "--vcpus 3 --migrate 300 --repeat 20 --do cpuid=300 --do pio=50 --do irqwin=10",
	.two_cpus = true);
VARIANT(vms_migration, .args = "--vms 2 --vcpus 2 --threads 1 --migrate 300 --repeat 20 "
			       "--do cpuid=200 --do mmio=30 --do msr=50",
	.vms = 2, .two_cpus = true);

FIXTURE_SETUP(exact)
{
	HOST_UP(&self->host, NULL);
}

FIXTURE_TEARDOWN(exact)
{
	for (unsigned int i = 0; i < MAX_VMS; i++)
		known_free(&self->known[i]);
	HOST_DOWN(&self->host);
}

static unsigned int nr_vms(const FIXTURE_VARIANT(exact) *variant)
{
	return variant->vms ? variant->vms : 1;
}

#define SKIP_WHERE_IMPOSSIBLE() do { \
	if (variant->two_cpus && sysconf(_SC_NPROCESSORS_ONLN) < 2) \
		SKIP(return, "migration needs two CPUs, this machine has one"); \
	if (variant->svm && strcmp(kvm_vendor(), "kvm_amd")) \
		SKIP(return, "this kind exits on AMD only"); \
} while (0)

#define TAKE_REPORTS() do { \
	for (unsigned int i = 0; i < nr_vms(variant); i++) { \
		ASSERT_EQ(0, vmm_report(&self->host.vmm, &self->known[i])); \
		ASSERT_LT(0, self->known[i].nr_vcpus); \
		if (variant->two_cpus) \
			EXPECT_LT(2, self->known[i].moves); \
	} \
} while (0)

#define ASSERT_ALL_EXACT(phase) do { \
	struct snap snap; \
	ASSERT_EQ(0, snap_steady(&self->host.wire, FILTER(.hist = true), &snap)); \
	ASSERT_HOLDS(&snap); \
	for (unsigned int i = 0; i < nr_vms(variant); i++) \
		ASSERT_EXACT(&snap, &self->known[i], phase); \
	ASSERT_NONE_LOST(&self->host.wire); \
	snap_free(&snap); \
} while (0)

/* The module sees the whole life of the VM; counted while it is there, and when it has ended */
TEST_F_TIMEOUT(exact, module_first, TEST_S)
{
	struct host *h = &self->host;
	struct snap snap;

	SKIP_WHERE_IMPOSSIBLE();
	ASSERT_EQ(0, vmm_start(&h->vmm, variant->args));
	ASSERT_EQ(0, vmm_open_gate(&h->vmm));
	TAKE_REPORTS();
	ASSERT_ALL_EXACT(LIFE);

	ASSERT_EQ(0, vmm_end(&h->vmm));
	for (unsigned int i = 0; i < nr_vms(variant); i++) {
		unsigned int vms = 0;

		for (unsigned int j = 0; j < nr_vms(variant); j++)
			vms += self->known[i].pid == self->known[j].pid;
		ASSERT_GONE(&h->wire, self->known[i].pid, vms);
	}
	ASSERT_ALL_EXACT(LIFE);
	ASSERT_EQ(0, snap_steady(&h->wire, FILTER(), &snap));
	for (unsigned int i = 0; i < snap.nr; i++) {
		ASSERT_TRUE(snap.accts[i].gone);
		ASSERT_FALSE(snap.accts[i].open);
	}
	snap_free(&snap);
}

/* The VM exists, its vCPUs have run, then comes the module: counted from the next entry on */
TEST_F_TIMEOUT(exact, vm_first, TEST_S)
{
	struct host *h = &self->host;

	SKIP_WHERE_IMPOSSIBLE();
	wire_close(&h->wire);
	ASSERT_EQ(0, kvmlat_unload());
	ASSERT_EQ(0, vmm_start(&h->vmm, variant->args));
	ASSERT_EQ(0, kvmlat_load(NULL));
	ASSERT_EQ(0, wire_open(&h->wire));
	ASSERT_EQ(0, vmm_open_gate(&h->vmm));
	TAKE_REPORTS();
	ASSERT_ALL_EXACT(RUN);
	ASSERT_EQ(0, vmm_end(&h->vmm));
}

/* As if the module came at the time of the reset */
TEST_F_TIMEOUT(exact, reset_between, TEST_S)
{
	struct host *h = &self->host;

	SKIP_WHERE_IMPOSSIBLE();
	ASSERT_EQ(0, vmm_start(&h->vmm, variant->args));
	ASSERT_EQ(0, wire_reset(&h->wire, FILTER()));
	ASSERT_EQ(0, vmm_open_gate(&h->vmm));
	TAKE_REPORTS();
	ASSERT_ALL_EXACT(RUN);
	ASSERT_EQ(0, vmm_end(&h->vmm));
}

TEST_HARNESS_MAIN
