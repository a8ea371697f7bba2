// SPDX-License-Identifier: GPL-2.0-only
/* Exits of nested guests: those that KVM handles apart from those that it hands to the L1 guest. */
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/host.h"

FIXTURE(nested)
{
	struct host host;
	struct known_vm known;
	struct snap snap;
};

FIXTURE_VARIANT(nested)
{
	const char *args;
	const char *without;	/* of kvm_intel, as a parameter */
};

FIXTURE_VARIANT_ADD(nested, handled) {
	.args = "--do nested=100:20",
};

FIXTURE_VARIANT_ADD(nested, reflected) {
	.args = "--do nested=500:0",
};

/* The same reason from both guests: told apart */
FIXTURE_VARIANT_ADD(nested, both_levels) {
	.args = "--vcpus 2 --repeat 10 --do nested=20:5 --do cpuid=70 --do hypercall=30 --do pio=10 "
		"--do hlt=2:300 --do mmio=5 --do uspin=1:100",
};

/* With shadowing the fields that each run of a nested guest needs do not exit, without they do */
FIXTURE_VARIANT_ADD(nested, no_shadow_vmcs) {
	.args = "--do nested=100:20 --do cpuid=30", .without = "enable_shadow_vmcs=0",
};

FIXTURE_SETUP(nested)
{
	if (variant->without && strcmp(kvm_vendor(), "kvm_intel"))
		SKIP(return, "this processor has no VMCS");
	HOST_UP(&self->host, NULL);
	if (variant->without) {
		ASSERT_EQ(0, mod_remove(kvm_vendor()));
		ASSERT_EQ(0, kvm_load_set(variant->without));
	}
}

FIXTURE_TEARDOWN(nested)
{
	known_free(&self->known);
	snap_free(&self->snap);
	HOST_DOWN(&self->host);
	if (variant->without)
		kvm_unload();
}

TEST_F_TIMEOUT(nested, counted_apart, TEST_S)
{
	struct host *h = &self->host;

	ASSERT_EQ(0, vmm_start(&h->vmm, variant->args));
	ASSERT_EQ(0, vmm_open_gate(&h->vmm));
	ASSERT_EQ(0, vmm_report(&h->vmm, &self->known));
	ASSERT_EQ(0, snap_steady(&h->wire, FILTER(.hist = true), &self->snap));
	ASSERT_HOLDS(&self->snap);
	ASSERT_EXACT(&self->snap, &self->known, LIFE);
	for (unsigned int i = 0; i < self->known.nr_vcpus; i++) {
		const struct known_vcpu *k = &self->known.vcpus[i];
		const struct acct *a = snap_find(&self->snap, self->known.pid, k->tid, k->vcpu);
		uint64_t nested = 0, reflected = 0, runs = known_done(k, "nested");

		for (unsigned int j = 0; j < a->nr_rows; j++) {
			nested += a->rows[j].class == KVMLAT_REASON_CLASS_NESTED ?
				  a->rows[j].count : 0;
			reflected += a->rows[j].class == KVMLAT_REASON_CLASS_REFLECTED ?
				     a->rows[j].count : 0;
		}
		/* One run with one exit came before the gate */
		EXPECT_EQ(runs + 1, reflected);
		EXPECT_EQ(runs + 1, known_stat(k, LIFE, "nested_run"));
		EXPECT_LE(known_arg_sum(k, "nested") + 1, nested);
		TH_LOG("vCPU %u: %" PRIu64 " runs, %" PRIu64 " exits reflected, %" PRIu64
		       " handled", k->vcpu, runs + 1, reflected, nested);
	}
	ASSERT_NONE_LOST(&h->wire);
	ASSERT_EQ(0, vmm_end(&h->vmm));
}

TEST_HARNESS_MAIN
