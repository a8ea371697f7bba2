// SPDX-License-Identifier: GPL-2.0-only
/*
 * A third witness: a hist trigger on the kvm_exit trace event counts, by thread and reason, the
 * same exits in the same run. It also sees what the VMM cannot foretell, host interrupts for one.
 */
#include <inttypes.h>

#include "lib/host.h"
#include "lib/tracefs.h"

#define EVENT "kvm/kvm_exit"
#define SPEC "keys=common_pid,exit_reason:size=4096"

FIXTURE(trace)
{
	struct host host;
	struct known_vm known;
	struct snap snap;
	struct hist hist;
};

FIXTURE_VARIANT(trace)
{
	const char *args;
};

FIXTURE_VARIANT_ADD(trace, mixture) {
	.args = "--vcpus 3 --threads 3 --repeat 10 --do cpuid=100 --do pio=30 --do mmio=20 --do msr=40 "
		"--do rdmsr=20 --do irqwin=5 --do hypercall=20 --do cr=10",
};

/* Long enough for host interrupts to come in between */
FIXTURE_VARIANT_ADD(trace, interrupts) {
	.args = "--vcpus 2 --do spin=30000000 --do cpuid=1000",
};

FIXTURE_VARIANT_ADD(trace, halts) {
	.args = "--repeat 10 --do hlt=60 --do cpuid=20 --do kpio=20",
};

FIXTURE_SETUP(trace)
{
	HOST_UP(&self->host, NULL);
	ASSERT_EQ(0, tracefs_mount());
}

FIXTURE_TEARDOWN(trace)
{
	hist_stop(EVENT, SPEC);
	known_free(&self->known);
	snap_free(&self->snap);
	HOST_DOWN(&self->host);
}

TEST_F_TIMEOUT(trace, same_counts, TEST_S)
{
	struct host *h = &self->host;
	uint64_t ours = 0;

	ASSERT_EQ(0, vmm_start(&h->vmm, variant->args));
	ASSERT_EQ(0, hist_start(EVENT, SPEC));
	ASSERT_EQ(0, wire_reset(&h->wire, FILTER()));
	ASSERT_EQ(0, vmm_open_gate(&h->vmm));
	ASSERT_EQ(0, vmm_report(&h->vmm, &self->known));
	ASSERT_EQ(0, hist_read(EVENT, &self->hist));
	ASSERT_EQ(0, snap_steady(&h->wire, FILTER(.hist = true), &self->snap));
	ASSERT_HOLDS(&self->snap);
	ASSERT_EXACT(&self->snap, &self->known, RUN);
	ASSERT_LT(0, self->hist.nr);

	for (unsigned int i = 0; i < self->hist.nr; i++) {
		const struct hist_key *k = &self->hist.keys[i];
		uint64_t count = 0;

		for (unsigned int j = 0; j < self->snap.nr; j++)
			if (self->snap.accts[j].tid == k->key[0])
				count += acct_count(&self->snap.accts[j], k->key[1]);
		EXPECT_EQ(k->hits, count)
			TH_LOG("thread %" PRIu64 ", code %#" PRIx64, k->key[0], k->key[1]);
		ours += count;
	}
	EXPECT_EQ(self->hist.hits, ours);
	for (unsigned int j = 0; j < self->snap.nr; j++)
		ours -= acct_total(&self->snap.accts[j]);
	EXPECT_EQ(0, ours);
	TH_LOG("%" PRIu64 " exits under %u keys", self->hist.hits, self->hist.nr);
	ASSERT_EQ(0, vmm_end(&h->vmm));
}

TEST_HARNESS_MAIN
