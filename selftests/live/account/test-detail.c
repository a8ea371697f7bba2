// SPDX-License-Identifier: GPL-2.0-only
/*
 * Details of exits: which ports, pages, MSRs, hypercalls and leaves, each as often as the guest
 * says; and when there are more than the module keeps, bounds that hold.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <linux/kvm.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lib/host.h"
#include "lib/tracefs.h"

#define PORT_END 0xf1
#define PORT_SPIN 0xf5
#define PORT_SLEEP 0xf6
#define PORT_KERNEL 0x21
#define MSR_TIMER 0x838
#define MSR_EOI 0x80b
#define LEAF_MIX 0x50000000

FIXTURE(detail)
{
	struct host host;
	struct known_vm known;
	struct snap snap;
};

FIXTURE_SETUP(detail)
{
	HOST_UP(&self->host, NULL);
}

FIXTURE_TEARDOWN(detail)
{
	known_free(&self->known);
	snap_free(&self->snap);
	HOST_DOWN(&self->host);
}

static const struct {
	const char *kind;
	uint32_t detail;
	int64_t key;		/* or -1: the order's argument */
} kinds[] = {
	{ "pio", KVMLAT_DETAIL_KIND_PIO_OUT, -1 },
	{ "pioin", KVMLAT_DETAIL_KIND_PIO_IN, -1 },
	{ "kpio", KVMLAT_DETAIL_KIND_PIO_OUT, PORT_KERNEL },
	{ "uspin", KVMLAT_DETAIL_KIND_PIO_OUT, PORT_SPIN },
	{ "usleep", KVMLAT_DETAIL_KIND_PIO_OUT, PORT_SLEEP },
	{ "mmio", KVMLAT_DETAIL_KIND_MMIO_WRITE, -1 },
	{ "mmiord", KVMLAT_DETAIL_KIND_MMIO_READ, -1 },
	{ "msr", KVMLAT_DETAIL_KIND_MSR_WRITE, -1 },
	{ "rdmsr", KVMLAT_DETAIL_KIND_MSR_READ, -1 },
	{ "hypercall", KVMLAT_DETAIL_KIND_HYPERCALL, -1 },
	{ "cpuid", KVMLAT_DETAIL_KIND_CPUID, -1 },
};

/* How often the guest's orders make an exit with this key */
static uint64_t ordered(const struct known_vcpu *k, uint32_t detail, uint64_t key)
{
	uint64_t n = 0;

	for (unsigned int i = 0; i < k->nr_works; i++)
		for (unsigned int j = 0; j < sizeof(kinds) / sizeof(*kinds); j++) {
			const struct known_work *w = &k->works[i];

			if (!strcmp(w->kind, kinds[j].kind) && kinds[j].detail == detail &&
			    (kinds[j].key < 0 ? w->arg : (uint64_t)kinds[j].key) == key)
				n += w->done;
		}
	return n;
}

static bool has_detail(const struct acct *a, const struct known_work *w)
{
	for (unsigned int i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (!strcmp(w->kind, kinds[i].kind))
			return acct_detail(a, kinds[i].detail,
					   kinds[i].key < 0 ? w->arg : (uint64_t)kinds[i].key);
	return false;
}

#define ARGS "--vcpus 2 --repeat 3 --do pio=50:0x100 --do pio=7:0x3f8 --do pio=3 --do pioin=40:0x100 " \
	     "--do kpio=11 --do uspin=2:10 --do usleep=2:10 " \
	     "--do mmio=30:0 --do mmio=20:7 --do mmiord=10:7 --do mmiord=5:9 " \
	     "--do msr=60 --do msr=9:0xc0010015 --do rdmsr=25:0x1b --do rdmsr=12:0x12345 " \
	     "--do hypercall=14:100 --do hypercall=6:0xffffffff --do cpuid=70:0 --do cpuid=31:0x80000008"

/* Keys that no order names: the end of a round, whose last one is still open */
static uint64_t implied(const struct known_vcpu *k, uint32_t detail, uint64_t key)
{
	return detail == KVMLAT_DETAIL_KIND_PIO_OUT && key == PORT_END ? 3 - 1 : 0;
}

static bool is_host_interrupt(uint32_t code)
{
	return code == (strcmp(kvm_vendor(), "kvm_amd") ? 1 : 0x60);
}

TEST_F_TIMEOUT(detail, every_key, TEST_S)
{
	struct host *h = &self->host;
	struct vm_list list;

	ASSERT_EQ(0, vmm_start(&h->vmm, ARGS));
	ASSERT_EQ(0, wire_details(&h->wire, FILTER(.pid = h->vmm.pid), true));
	ASSERT_EQ(0, vms_get(&h->wire, FILTER(.pid = h->vmm.pid), &list));
	ASSERT_EQ(1, list.nr);
	EXPECT_TRUE(list.vms[0].details);
	vms_free(&list);
	ASSERT_EQ(0, wire_reset(&h->wire, FILTER()));
	ASSERT_EQ(0, vmm_open_gate(&h->vmm));
	ASSERT_EQ(0, vmm_report(&h->vmm, &self->known));
	ASSERT_EQ(0, snap_steady(&h->wire, FILTER(.hist = true, .details = true), &self->snap));
	ASSERT_HOLDS(&self->snap);
	ASSERT_EXACT(&self->snap, &self->known, RUN);

	for (unsigned int i = 0; i < self->known.nr_vcpus; i++) {
		const struct known_vcpu *k = &self->known.vcpus[i];
		const struct acct *a = snap_find(&self->snap, self->known.pid, k->tid, k->vcpu);
		uint64_t detail_ns = 0, exit_ns = 0;

		EXPECT_TRUE(a->has_details);
		EXPECT_EQ(0, a->evicted);
		/* Every key that was ordered is there ... */
		for (unsigned int w = 0; w < k->nr_works; w++) {
			EXPECT_TRUE(has_detail(a, &k->works[w]))
				TH_LOG("%s:%#x is missing", k->works[w].kind, k->works[w].arg);
		}
		/* ... as often as it was, and no other */
		for (unsigned int j = 0; j < a->nr_details; j++) {
			const struct detail *d = &a->details[j];

			EXPECT_EQ(ordered(k, d->kind, d->key) + implied(k, d->kind, d->key),
				  d->count)
				TH_LOG("kind %u key %#" PRIx64, d->kind, d->key);
			EXPECT_EQ(0, d->error);
			detail_ns += d->total;
		}
		/* All exits of these kinds have a detail, so their times are the rows' times */
		for (unsigned int j = 0; j < a->nr_rows; j++)
			if (a->rows[j].class == KVMLAT_REASON_CLASS_EXIT &&
			    !is_host_interrupt(a->rows[j].code))
				exit_ns += a->rows[j].total;
		EXPECT_EQ(exit_ns, detail_ns);
		TH_LOG("vCPU %u: %u keys", k->vcpu, a->nr_details);
	}
	ASSERT_EQ(0, vmm_end(&h->vmm));
}

static bool kvm_plays_xen(void)
{
	int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC), can;

	can = ioctl(kvm, KVM_CHECK_EXTENSION, KVM_CAP_XEN_HVM);
	close(kvm);
	return can > 0 && can & KVM_XEN_HVM_CONFIG_INTERCEPT_HCALL;
}

/* The same numbers are KVM's in one VM and Xen's in another */
TEST_F_TIMEOUT(detail, xen_s_hypercalls, TEST_S)
{
	struct host *h = &self->host;
	const struct known_vcpu *k;
	const struct detail *d;
	const struct acct *a;

	if (!kvm_plays_xen())
		SKIP(return, "this kernel's KVM is built without CONFIG_KVM_XEN");
	ASSERT_EQ(0, vmm_start(&h->vmm, "--xen --do hypercall=30:64 --do hypercall=7:0x70000020"));
	ASSERT_EQ(0, wire_details(&h->wire, FILTER(.pid = h->vmm.pid), true));
	ASSERT_EQ(0, wire_reset(&h->wire, FILTER()));
	ASSERT_EQ(0, vmm_open_gate(&h->vmm));
	ASSERT_EQ(0, vmm_report(&h->vmm, &self->known));
	ASSERT_EQ(0, snap_steady(&h->wire, FILTER(.hist = true, .details = true), &self->snap));
	ASSERT_HOLDS(&self->snap);
	k = &self->known.vcpus[0];
	a = snap_find(&self->snap, self->known.pid, k->tid, k->vcpu);
	d = acct_detail(a, KVMLAT_DETAIL_KIND_XEN_CALL, 64);
	ASSERT_NE(NULL, d);
	EXPECT_EQ(30, d->count);
	d = acct_detail(a, KVMLAT_DETAIL_KIND_XEN_CALL, 0x70000020);
	ASSERT_NE(NULL, d);
	EXPECT_EQ(7, d->count);
	for (unsigned int i = 0; i < a->nr_details; i++)
		EXPECT_NE(KVMLAT_DETAIL_KIND_HYPERCALL, a->details[i].kind);
	ASSERT_EQ(0, vmm_end(&h->vmm));
}

/* What is off costs nothing, says nothing, and what was on is gone when it is switched off */
TEST_F_TIMEOUT(detail, on_and_off, TEST_S)
{
	struct host *h = &self->host;
	uint32_t memory;

	ASSERT_EQ(0, vmm_start(&h->vmm, "--forever --do cpuid=100 --do pio=10"));
	ASSERT_EQ(0, vmm_open_gate(&h->vmm));
	sleep_ms(200);
	ASSERT_EQ(0, snap_steady(&h->wire, FILTER(.details = true), &self->snap));
	ASSERT_HOLDS(&self->snap);
	EXPECT_FALSE(self->snap.accts[0].has_details);
	EXPECT_EQ(0, self->snap.accts[0].nr_details);
	memory = self->snap.accts[0].memory;
	snap_free(&self->snap);

	for (int i = 0; i < 20; i++) {
		ASSERT_EQ(0, wire_details(&h->wire, FILTER(.pid = h->vmm.pid), true));
		sleep_ms(50);
		ASSERT_EQ(0, snap_steady(&h->wire, FILTER(.details = true), &self->snap));
		ASSERT_HOLDS(&self->snap);
		EXPECT_TRUE(self->snap.accts[0].has_details);
		EXPECT_LT(memory, self->snap.accts[0].memory);
		if (i == 19)
			EXPECT_LT(0, self->snap.accts[0].nr_details);
		snap_free(&self->snap);
		/* Not asked for */
		ASSERT_EQ(0, snap_steady(&h->wire, FILTER(), &self->snap));
		EXPECT_EQ(0, self->snap.accts[0].nr_details);
		snap_free(&self->snap);
		ASSERT_EQ(0, wire_details(&h->wire, FILTER(.pid = h->vmm.pid), false));
		ASSERT_EQ(0, snap_steady(&h->wire, FILTER(.details = true), &self->snap));
		ASSERT_HOLDS(&self->snap);
		EXPECT_FALSE(self->snap.accts[0].has_details);
		EXPECT_EQ(0, self->snap.accts[0].nr_details);
		snap_free(&self->snap);
	}
	EXPECT_EQ(ENOENT, wire_details(&h->wire, FILTER(.vm = 12345), true));
	EXPECT_LT(10, strlen(h->wire.text));
	vmm_stop(&h->vmm);
	ASSERT_EQ(0, vmm_report(&h->vmm, &self->known));
	ASSERT_EQ(0, snap_steady(&h->wire, FILTER(), &self->snap));
	ASSERT_EXACT(&self->snap, &self->known, LIFE);
	ASSERT_EQ(0, vmm_end(&h->vmm));
}

static const struct acct *vcpu_1(const struct snap *snap)
{
	for (unsigned int i = 0; i < snap->nr; i++)
		if (snap->accts[i].vcpu == 1)
			return &snap->accts[i];
	return NULL;
}

/* Who comes to a VM that has details gets them from the worker, so not from its first exit on */
TEST_F_TIMEOUT(detail, of_vcpus_that_come_later, TEST_S)
{
	struct host *h = &self->host;
	const struct detail *d = NULL;

	ASSERT_EQ(0, vmm_start(&h->vmm, "--forever --vcpus 2 --late 1 --do cpuid=20:0x80000008"));
	ASSERT_EQ(0, wire_details(&h->wire, FILTER(.pid = h->vmm.pid), true));
	ASSERT_EQ(0, snap_steady(&h->wire, FILTER(.details = true), &self->snap));
	EXPECT_EQ(1, self->snap.nr);
	EXPECT_EQ(NULL, vcpu_1(&self->snap));
	ASSERT_EQ(0, vmm_open_gate(&h->vmm));
	for (int i = 0; i < 100 && !d; i++) {
		const struct acct *a;

		snap_free(&self->snap);
		sleep_ms(50);
		ASSERT_EQ(0, snap_steady(&h->wire, FILTER(.details = true), &self->snap));
		ASSERT_HOLDS(&self->snap);
		a = vcpu_1(&self->snap);
		if (a && a->has_details)
			d = acct_detail(a, KVMLAT_DETAIL_KIND_CPUID, 0x80000008);
	}
	EXPECT_NE(NULL, d);
	snap_free(&self->snap);
	vmm_stop(&h->vmm);
	ASSERT_EQ(0, vmm_report(&h->vmm, &self->known));
	ASSERT_EQ(0, snap_steady(&h->wire, FILTER(), &self->snap));
	ASSERT_EXACT(&self->snap, &self->known, LIFE);
	ASSERT_EQ(0, vmm_end(&h->vmm));
}

/* 256 leaves, each 20 times, and one that is frequent: more keys than the module keeps */
TEST_F_TIMEOUT(detail, overflow, TEST_S)
{
	struct host *h = &self->host;
	const struct detail *often;
	const struct acct *a;
	uint64_t sum = 0, wrong = 0;

	ASSERT_EQ(0, vmm_start(&h->vmm, "--repeat 20 --do leaves=256:0xff --do cpuid=200:1"));
	ASSERT_EQ(0, wire_details(&h->wire, FILTER(), true));
	ASSERT_EQ(0, wire_reset(&h->wire, FILTER()));
	ASSERT_EQ(0, vmm_open_gate(&h->vmm));
	ASSERT_EQ(0, vmm_report(&h->vmm, &self->known));
	ASSERT_EQ(0, snap_steady(&h->wire, FILTER(.hist = true, .details = true), &self->snap));
	ASSERT_HOLDS(&self->snap);
	ASSERT_EXACT(&self->snap, &self->known, RUN);
	a = &self->snap.accts[0];
	EXPECT_LT(0, a->evicted);
	EXPECT_GT(256, a->nr_details);
	for (unsigned int i = 0; i < a->nr_details; i++) {
		const struct detail *d = &a->details[i];
		uint64_t true_count = 20;

		sum += d->count;
		if (d->kind != KVMLAT_DETAIL_KIND_CPUID)
			continue;
		if (d->key == 1)
			true_count = 200 * 20;
		else if (d->key < LEAF_MIX || d->key > LEAF_MIX + 255)
			wrong++;
		EXPECT_LE(d->count - d->error, true_count)
			TH_LOG("leaf %#" PRIx64, d->key);
		EXPECT_GE(d->count, true_count)
			TH_LOG("leaf %#" PRIx64, d->key);
	}
	EXPECT_EQ(0, wrong);
	/* A count is taken over with its place, so none is lost: all rounds and their ends */
	EXPECT_EQ(20 * 256 + 200 * 20 + 20 - 1, sum);
	often = acct_detail(a, KVMLAT_DETAIL_KIND_CPUID, 1);
	ASSERT_NE(NULL, often);
	TH_LOG("%u keys kept, %" PRIu64 " evicted, the frequent one: %" PRIu64 ", error %" PRIu64,
	       a->nr_details, a->evicted, often->count, often->error);
	ASSERT_EQ(0, vmm_end(&h->vmm));
}

/* Others' exits pay for the probe of kvm_mmio only while somebody looks at details */
TEST_F_TIMEOUT(detail, probe_goes_with_the_last_vm, TEST_S)
{
	struct host *h = &self->host;
	struct vmm other = { .gate = -1 };
	uint32_t pid;

	ASSERT_EQ(0, vmm_start(&other, "--do mmio=50"));
	ASSERT_EQ(0, vmm_start(&h->vmm, "--do mmio=30"));
	pid = h->vmm.pid;
	ASSERT_EQ(0, wire_details(&h->wire, FILTER(.pid = pid), true));
	ASSERT_EQ(0, calls_watch("kvmlat:probe_mmio"));
	EXPECT_EQ(0, vmm_open_gate(&h->vmm));
	EXPECT_EQ(0, vmm_report(&h->vmm, &self->known));
	EXPECT_LE(30, calls_seen());
	EXPECT_EQ(0, vmm_end(&h->vmm));
	ASSERT_GONE(&h->wire, pid, 1);
	/* The worker does it */
	sleep_ms(500);
	EXPECT_EQ(0, calls_unwatch());

	ASSERT_EQ(0, calls_watch("kvmlat:probe_mmio"));
	known_free(&self->known);
	EXPECT_EQ(0, vmm_open_gate(&other));
	EXPECT_EQ(0, vmm_report(&other, &self->known));
	EXPECT_EQ(0, calls_seen());
	EXPECT_EQ(0, calls_unwatch());
	ASSERT_EQ(0, vmm_end(&other));
}

TEST_HARNESS_MAIN
