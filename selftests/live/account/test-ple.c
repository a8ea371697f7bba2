// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pause-loop exits, where the CPU has them: two vCPUs spin on one CPU. Each exit is counted, each
 * made KVM widen that vCPU's window, and a host-wide window that is smaller makes more of them.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <unistd.h>

#include "lib/host.h"
#include "lib/sysfs.h"

#define TRACING "/sys/kernel/tracing/events/kvm/"
#define EXITS TRACING "kvm_exit"
#define UPDATES TRACING "kvm_ple_window_update"
#define EXITS_HIST "hist:keys=exit_reason"
#define UPDATES_HIST "hist:keys=vcpu_id,new,old:size=4096"

#define PAUSES 500000
#define ARGS "--vcpus 2 --do pause=1:500000"
#define NR_WINDOWS 3

/* How long a guest may spin: Intel counts time, AMD the PAUSEs */
struct vendor {
	const char *module;
	const char *window;
	const char *gap;	/* its parameter that is 0 where the CPU cannot do it */
	unsigned int windows[NR_WINDOWS];
	uint32_t code;
};

static const struct vendor vendors[] = {
	{ "kvm_intel", "ple_window", "ple_gap", { 1024, 4096, 65536 }, 40 },
	{ "kvm_amd", "pause_filter_count", "pause_filter_thresh", { 500, 3000, 20000 }, 0x77 },
};

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

static const struct vendor *this_vendor(void)
{
	return &vendors[!!strcmp(kvm_vendor(), vendors[0].module)];
}

static uint64_t parameter(const struct vendor *vendor, const char *name)
{
	uint64_t value;

	return sysfs_param(vendor->module, name, &value) ? 0 : value;
}

/* One line for each key that has occurred: { names: values } hitcount: N */
static int read_hists(const struct vendor *vendor, struct count *count)
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
		    reason == vendor->code)
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
	const struct vendor *vendor = this_vendor();
	struct count last = { 0 };
	cpu_set_t one;

	if (!parameter(vendor, vendor->gap))
		SKIP(return, "this CPU has no pause-loop exits");
	CPU_ZERO(&one);
	CPU_SET(0, &one);
	ASSERT_EQ(0, sched_setaffinity(0, sizeof(one), &one));

	for (unsigned int i = 0; i < NR_WINDOWS; i++) {
		unsigned int window = vendor->windows[i];
		struct count now = { 0 };
		char setting[64];

		snprintf(setting, sizeof(setting), "%s=%u", vendor->window, window);
		ASSERT_EQ(0, mod_remove(vendor->module));
		ASSERT_EQ(0, kvm_load_set(setting));
		ASSERT_EQ(window, parameter(vendor, vendor->window));

		ASSERT_EQ(0, vmm_start(&h->vmm, ARGS));
		ASSERT_EQ(0, write_file(EXITS "/trigger", EXITS_HIST));
		ASSERT_EQ(0, write_file(UPDATES "/trigger", UPDATES_HIST));
		ASSERT_EQ(0, wire_reset(&h->wire, FILTER()));
		ASSERT_EQ(0, vmm_open_gate(&h->vmm));
		ASSERT_EQ(0, vmm_report(&h->vmm, &self->known));
		ASSERT_EQ(0, read_hists(vendor, &now));
		ASSERT_EQ(0, snap_steady(&h->wire, FILTER(.hist = true), &self->snap));
		ASSERT_HOLDS(&self->snap);
		ASSERT_EXACT(&self->snap, &self->known, RUN);
		for (unsigned int j = 0; j < self->known.nr_vcpus; j++) {
			const struct known_vcpu *v = &self->known.vcpus[j];
			const struct acct *acct = snap_find(&self->snap, self->known.pid, v->tid,
							    v->vcpu);

			now.exits += acct_count(acct, vendor->code);
		}
		TH_LOG("window %u: %" PRIu64 " PAUSE exits of 2 x %u PAUSEs, %" PRIu64
		       " times wider, %" PRIu64 " times narrower", window, now.exits, PAUSES,
		       now.grown, now.shrunk);
		EXPECT_LT(0, now.exits);
		EXPECT_EQ(now.traced, now.exits);
		/* KVM says nothing of a window that has its most already, AMD's 65535 is near */
		if (vendor == &vendors[0])
			EXPECT_EQ(now.exits, now.grown);
		EXPECT_LE(now.grown, now.exits);
		EXPECT_LT(0, now.grown);
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
