// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory for rows while the vCPUs are of a real-time class and leave their CPU to nobody. What is
 * kept ready is a third of what is needed: the rest has to be made on another CPU meanwhile, and
 * where there is none, exits without a row are counted as others and no guest is held up.
 */
#include <dirent.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/host.h"

#define RT_RUNTIME "/proc/sys/kernel/sched_rt_runtime_us"
#define UNLIMITED -1
#define PRIORITY 50
/*
 * What one vCPU does wants about 80 rows and segments, and of each kind a third is kept ready: so
 * up to 55 of a vCPU find none. Seen on one CPU: 29 of a vCPU, 29,526 of all.
 */
#define SPILLS_MAX (55 * VMM_MANY)

FIXTURE(reserve)
{
	struct host host;
	struct known_vm known;
	struct snap snap;
	int runtime;
};

/* How much of a second real-time tasks may have, in us; returns what it was, or 0 */
static int rt_runtime(int us)
{
	FILE *f = fopen(RT_RUNTIME, "r+");
	int before = 0;

	if (!f)
		return 0;
	if (fscanf(f, "%d", &before) != 1 || fseek(f, 0, SEEK_SET) || fprintf(f, "%d", us) < 0)
		before = 0;
	return fclose(f) ? 0 : before;
}

FIXTURE_VARIANT(reserve)
{
	const char *args;
	int cpus;
};

FIXTURE_VARIANT_ADD(reserve, another_cpu) {
	.args = "--cpu 1 " VMM_MANY_ARGS, .cpus = 2,
};

FIXTURE_VARIANT_ADD(reserve, one_cpu) {
	.args = "--cpu 0 " VMM_MANY_ARGS, .cpus = 1,
};

FIXTURE_SETUP(reserve)
{
	if (sysconf(_SC_NPROCESSORS_ONLN) != variant->cpus)
		SKIP(return, "it is for another number of CPUs");
	HOST_UP(&self->host, NULL);
	self->runtime = rt_runtime(UNLIMITED);
	ASSERT_NE(0, self->runtime);
}

FIXTURE_TEARDOWN(reserve)
{
	known_free(&self->known);
	snap_free(&self->snap);
	HOST_DOWN(&self->host);
	EXPECT_EQ(UNLIMITED, rt_runtime(self->runtime));
}

/* Returns how many threads of @pid now are of the real-time class */
static int make_real_time(pid_t pid)
{
	struct sched_param param = { .sched_priority = PRIORITY };
	struct dirent *entry;
	char path[64];
	int nr = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	dir = opendir(path);
	if (!dir)
		return 0;
	while ((entry = readdir(dir)))
		if (atoi(entry->d_name) > 0 &&
		    !sched_setscheduler(atoi(entry->d_name), SCHED_FIFO, &param))
			nr++;
	closedir(dir);
	return nr;
}

TEST_F_TIMEOUT(reserve, of_real_time_vcpus, 720)
{
	struct host *h = &self->host;
	struct info info;

	ASSERT_EQ(0, vmm_start(&h->vmm, variant->args));
	ASSERT_LE(4, make_real_time(h->vmm.pid));
	ASSERT_EQ(0, vmm_open_gate(&h->vmm));
	ASSERT_EQ(0, vmm_report(&h->vmm, &self->known));
	ASSERT_EQ(0, snap_steady(&h->wire, FILTER(.hist = true), &self->snap));
	ASSERT_EQ(0, info_get(&h->wire, &info));
	TH_LOG("%llu without memory for a row", (unsigned long long)info.spilled);
	ASSERT_EQ(0, info.missed);
	/* More are exits that asking for memory has made */
	ASSERT_GE(SPILLS_MAX, info.spilled);
	if (variant->cpus > 1) {
		ASSERT_EQ(0, info.spilled);
		ASSERT_HOLDS(&self->snap);
		ASSERT_EXACT(&self->snap, &self->known, LIFE);
	}
	for (unsigned int i = 0; i < self->known.nr_vcpus; i++) {
		const struct known_vcpu *k = &self->known.vcpus[i];
		const struct acct *a = snap_find(&self->snap, self->known.pid, k->tid, k->vcpu);

		ASSERT_NE(NULL, a);
		ASSERT_EQ(k->exits, acct_total(a) + a->reentries);
	}
	ASSERT_EQ(0, vmm_end(&h->vmm));
}

TEST_HARNESS_MAIN
