// SPDX-License-Identifier: GPL-2.0-only
/*
 * A third witness: a hist trigger on the kvm_exit trace event counts, by thread and reason, the
 * same exits in the same run. It also sees what the VMM cannot foretell, host interrupts for one.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <unistd.h>

#include "host.h"

#define TRACING "/sys/kernel/tracing"
#define EVENT TRACING "/events/kvm/kvm_exit"
#define MAX_KEYS 512
#define HIST "hist:keys=common_pid,exit_reason:size=4096"

struct key {
	uint32_t tid;
	uint32_t code;
	uint64_t count;
};

struct hist {
	struct key keys[MAX_KEYS];
	unsigned int nr;
	uint64_t hits;
	uint64_t dropped;
};

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

static int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC), err = 0;

	if (fd < 0)
		return errno;
	if (write(fd, text, strlen(text)) < 0)
		err = errno;
	close(fd);
	return err;
}

FIXTURE_SETUP(trace)
{
	HOST_UP(&self->host, NULL);
	if (access(TRACING "/events", F_OK))
		ASSERT_EQ(0, mount("tracefs", TRACING, "tracefs", 0, NULL));
	ASSERT_EQ(0, access(EVENT "/hist", F_OK))
		TH_LOG("this kernel has no hist triggers");
}

FIXTURE_TEARDOWN(trace)
{
	write_file(EVENT "/trigger", "!" HIST);
	known_free(&self->known);
	snap_free(&self->snap);
	HOST_DOWN(&self->host);
}

/* { common_pid:        123, exit_reason:        114 } hitcount:       5000 */
static int read_hist(struct hist *hist)
{
	FILE *f = fopen(EVENT "/hist", "r");
	char line[512];

	memset(hist, 0, sizeof(*hist));
	if (!f)
		return errno;
	while (fgets(line, sizeof(line), f) && hist->nr < MAX_KEYS) {
		struct key *k = &hist->keys[hist->nr];

		if (sscanf(line, "{ common_pid: %u, exit_reason: %u } hitcount: %" SCNu64, &k->tid,
			   &k->code, &k->count) == 3)
			hist->nr++;
		sscanf(line, " Hits: %" SCNu64, &hist->hits);
		sscanf(line, " Dropped: %" SCNu64, &hist->dropped);
	}
	fclose(f);
	return 0;
}

TEST_F_TIMEOUT(trace, same_counts, TEST_S)
{
	struct host *h = &self->host;
	uint64_t ours = 0;

	ASSERT_EQ(0, vmm_start(&h->vmm, variant->args));
	ASSERT_EQ(0, write_file(EVENT "/trigger", HIST));
	ASSERT_EQ(0, wire_reset(&h->wire, FILTER()));
	ASSERT_EQ(0, vmm_open_gate(&h->vmm));
	ASSERT_EQ(0, vmm_report(&h->vmm, &self->known));
	ASSERT_EQ(0, read_hist(&self->hist));
	ASSERT_EQ(0, snap_steady(&h->wire, FILTER(.hist = true), &self->snap));
	ASSERT_HOLDS(&self->snap);
	ASSERT_EXACT(&self->snap, &self->known, RUN);
	ASSERT_EQ(0, self->hist.dropped);
	ASSERT_LT(0, self->hist.nr);

	for (unsigned int i = 0; i < self->hist.nr; i++) {
		const struct key *k = &self->hist.keys[i];
		uint64_t count = 0;

		for (unsigned int j = 0; j < self->snap.nr; j++)
			if (self->snap.accts[j].tid == k->tid)
				count += acct_count(&self->snap.accts[j], k->code);
		EXPECT_EQ(k->count, count)
			TH_LOG("thread %u, code %#x", k->tid, k->code);
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
