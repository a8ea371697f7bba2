// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pause-loop exits, where the CPU has them: two vCPUs spin on one CPU. Each exit is counted, each
 * made KVM widen that vCPU's window, and a host-wide window that is smaller makes more of them.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <unistd.h>

#include "host.h"

#define TRACING "/sys/kernel/tracing/events/kvm/"
#define EXITS TRACING "kvm_exit"
#define UPDATES TRACING "kvm_ple_window_update"
#define EXITS_HIST "hist:keys=exit_reason"
#define UPDATES_HIST "hist:keys=vcpu_id,new,old:size=4096"
#define PARAMETERS "/sys/module/kvm_intel/parameters/"

#define EXIT_REASON_PAUSE 40
#define PAUSES 500000
#define ARGS "--vcpus 2 --do pause=1:500000"

static const unsigned int windows[] = { 1024, 4096, 65536 };

struct count {
	uint64_t exits;		/* as the module counts them */
	uint64_t traced;	/* as the kvm_exit event does */
	uint64_t grown;
	uint64_t shrunk;
};

FIXTURE(ple)
{
	struct host host;
	struct known_vm known;
	struct snap snap;
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

static unsigned int parameter(const char *path)
{
	unsigned int value = 0;
	FILE *f = fopen(path, "r");

	if (f) {
		if (fscanf(f, "%u", &value) != 1)
			value = 0;
		fclose(f);
	}
	return value;
}

/* One line for each key that has occurred: { names: values } hitcount: N */
static int read_hists(struct count *count)
{
	uint64_t hits, dropped = 0;
	unsigned int reason;
	char line[512];
	FILE *f;

	f = fopen(EXITS "/hist", "r");
	if (!f)
		return errno;
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "{ exit_reason: %u } hitcount: %" SCNu64, &reason, &hits) == 2 &&
		    reason == EXIT_REASON_PAUSE)
			count->traced = hits;
		sscanf(line, " Dropped: %" SCNu64, &dropped);
	}
	fclose(f);

	f = fopen(UPDATES "/hist", "r");
	if (!f)
		return errno;
	while (fgets(line, sizeof(line), f)) {
		unsigned int vcpu, new, old;

		if (sscanf(line, "{ vcpu_id: %u, new: %u, old: %u } hitcount: %" SCNu64, &vcpu,
			   &new, &old, &hits) == 4)
			*(new > old ? &count->grown : &count->shrunk) += hits;
		sscanf(line, " Dropped: %" SCNu64, &dropped);
	}
	fclose(f);
	return dropped ? EOVERFLOW : 0;
}

FIXTURE_SETUP(ple)
{
	HOST_UP(&self->host, NULL);
}

FIXTURE_TEARDOWN(ple)
{
	/* Before KVM is unloaded: the kernel warns of a trace event that has a trigger then */
	write_file(EXITS "/trigger", "!" EXITS_HIST);
	write_file(UPDATES "/trigger", "!" UPDATES_HIST);
	known_free(&self->known);
	snap_free(&self->snap);
	HOST_DOWN(&self->host);
	/* The next one is to find KVM with its own parameters */
	kvm_unload();
}

TEST_F_TIMEOUT(ple, exits_follow_window, 3 * TEST_S)
{
	struct host *h = &self->host;
	struct count last = { 0 };
	cpu_set_t one;

	if (strcmp(kvm_vendor(), "kvm_intel") || !parameter(PARAMETERS "ple_gap"))
		SKIP(return, "this CPU has no pause-loop exits");
	CPU_ZERO(&one);
	CPU_SET(0, &one);
	ASSERT_EQ(0, sched_setaffinity(0, sizeof(one), &one));

	for (unsigned int i = 0; i < sizeof(windows) / sizeof(*windows); i++) {
		struct count now = { 0 };
		char setting[32];

		snprintf(setting, sizeof(setting), "ple_window=%u", windows[i]);
		ASSERT_EQ(0, mod_remove("kvm_intel"));
		ASSERT_EQ(0, kvm_load_set(setting));
		ASSERT_EQ(windows[i], parameter(PARAMETERS "ple_window"));

		ASSERT_EQ(0, vmm_start(&h->vmm, ARGS));
		ASSERT_EQ(0, write_file(EXITS "/trigger", EXITS_HIST));
		ASSERT_EQ(0, write_file(UPDATES "/trigger", UPDATES_HIST));
		ASSERT_EQ(0, wire_reset(&h->wire, FILTER()));
		ASSERT_EQ(0, vmm_open_gate(&h->vmm));
		ASSERT_EQ(0, vmm_report(&h->vmm, &self->known));
		ASSERT_EQ(0, read_hists(&now));
		ASSERT_EQ(0, snap_steady(&h->wire, FILTER(.hist = true), &self->snap));
		ASSERT_HOLDS(&self->snap);
		ASSERT_EXACT(&self->snap, &self->known, RUN);
		for (unsigned int j = 0; j < self->known.nr_vcpus; j++) {
			const struct known_vcpu *v = &self->known.vcpus[j];
			const struct acct *acct = snap_find(&self->snap, self->known.pid, v->tid,
							    v->vcpu);

			now.exits += acct_count(acct, EXIT_REASON_PAUSE);
		}
		TH_LOG("window %u: %" PRIu64 " PAUSE exits of 2 x %u PAUSEs, %" PRIu64
		       " times wider, %" PRIu64 " times narrower", windows[i], now.exits, PAUSES,
		       now.grown, now.shrunk);
		EXPECT_LT(0, now.exits);
		EXPECT_EQ(now.traced, now.exits);
		EXPECT_EQ(now.exits, now.grown);
		EXPECT_LT(0, now.shrunk);
		/* Far more than what differs from run to run */
		if (i)
			EXPECT_LT(2 * now.exits, last.exits);
		last = now;

		ASSERT_EQ(0, write_file(EXITS "/trigger", "!" EXITS_HIST));
		ASSERT_EQ(0, write_file(UPDATES "/trigger", "!" UPDATES_HIST));
		ASSERT_EQ(0, vmm_end(&h->vmm));
		known_free(&self->known);
		snap_free(&self->snap);
	}
}

TEST_HARNESS_MAIN
