// SPDX-License-Identifier: GPL-2.0-only
/*
 * What took longer than a threshold: planted causes are found with their lengths.
 */
#include <inttypes.h>
#include <linux/kvm.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/hog.h"
#include "lib/host.h"
#include "lib/outlier.h"

#define US 1000ULL
#define MS 1000000ULL

FIXTURE(outlier)
{
	struct host host;
	struct known_vm known;
	struct snap snap;
	struct outliers outliers;
	pid_t child;
};

FIXTURE_SETUP(outlier)
{
	HOST_UP(&self->host, NULL);
}

FIXTURE_TEARDOWN(outlier)
{
	hog_stop(&self->child);
	outliers_free(&self->outliers);
	known_free(&self->known);
	snap_free(&self->snap);
	HOST_DOWN(&self->host);
}

#define ASSERT_SOUND(outliers)	ASSERT_STREQ("", (outliers)->bad)

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

/*
 * Of class SCHED_FIFO, on CPU 0: computes for @ms and sleeps for three times that, and notes how
 * long each time was. Returns its pid.
 */
#define BURSTS		20
#define BURST_PRIO	42

static pid_t burst_start(uint64_t ms, volatile uint64_t *lengths)
{
	struct sched_param param = { .sched_priority = BURST_PRIO };
	cpu_set_t one;
	pid_t pid = fork();

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, "burst");
	CPU_ZERO(&one);
	CPU_SET(0, &one);
	if (sched_setaffinity(0, sizeof(one), &one) ||
	    sched_setscheduler(0, SCHED_FIFO, &param))
		_exit(1);
	for (int i = 0; i < BURSTS; i++) {
		uint64_t begin, now;

		sleep_ms(3 * ms);
		begin = now_ns();
		do {
			now = now_ns();
		} while (now - begin < ms * MS);
		lengths[i] = now - begin;
	}
	/* To exit takes hundreds of us, which are not of the last burst */
	sleep_ms(1);
	_exit(0);
}

/* Of its waits, how much is known to have been whose */
static uint64_t tasks_of(const struct outlier *o)
{
	uint64_t time = 0;

	for (unsigned int i = 0; i < o->nr_parts; i++)
		time += o->parts[i].kind == KVMLAT_PART_KIND_TASK ? o->parts[i].time : 0;
	return time;
}

/* Each burst is found once, as what it mostly was, and as long as it was within 2 %. */
TEST_F_TIMEOUT(outlier, fifo_hog, TEST_S)
{
	struct host *h = &self->host;
	volatile uint64_t *lengths;
	unsigned int found = 0;
	pid_t burst;
	int status;

	lengths = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, (void *)lengths);
	ASSERT_EQ(0, vmm_start(&h->vmm, "--cpu 0 --forever --do spin=1:1000"));
	ASSERT_EQ(0, outlier_watch(&h->wire, FILTER(), OF(GAP) | OF(RUNQ), 9 * MS));
	ASSERT_EQ(0, vmm_open_gate(&h->vmm));
	self->child = burst_start(10, lengths);
	ASSERT_LT(0, self->child);
	burst = self->child;
	self->child = 0;
	ASSERT_EQ(burst, waitpid(burst, &status, 0));
	ASSERT_EQ(0, status);
	sleep_ms(50);
	ASSERT_EQ(0, outlier_get(&h->wire, &self->outliers));
	ASSERT_SOUND(&self->outliers);
	EXPECT_EQ(0, self->outliers.dropped);
	for (unsigned int i = 0; i < self->outliers.nr; i++) {
		const struct outlier *o = &self->outliers.all[i];
		uint64_t part;

		if (o->culprit.tid != (uint32_t)burst) {
			TH_LOG("kind %u %" PRIu64 " us: %s", o->kind, o->total / US,
			       o->culprit.comm);
			continue;
		}
		EXPECT_STREQ("burst", o->culprit.comm);
		EXPECT_EQ(99 - BURST_PRIO, o->prio);
		EXPECT_TRUE(o->preempted);
		EXPECT_EQ(0, o->cpu);
		EXPECT_EQ(h->vmm.pid, o->pid);
		/* It is most of it, whatever else was */
		EXPECT_LT(o->total * 9 / 10, o->culprit.time);
		/* ... and to be told how long it was itself, whoever came before it and after */
		part = outlier_part(o, KVMLAT_PART_KIND_TASK, burst);
		EXPECT_LT(o->total * 9 / 10, part);
		if (o->kind != KVMLAT_OUTLIER_KIND_GAP)
			continue;
		EXPECT_GT(BURSTS, found);
		/* Less those that came between, as threads of interrupts do on real-time kernels */
		EXPECT_LE(lengths[found], tasks_of(o));
		EXPECT_GE(lengths[found] * 102 / 100 + 20 * US, part)
			TH_LOG("burst %u of %" PRIu64 " us is %" PRIu64, found,
			       lengths[found] / US, part / US);
		found++;
	}
	EXPECT_EQ(BURSTS, found);
	munmap((void *)lengths, 4096);
	vmm_stop(&h->vmm);
	ASSERT_EQ(0, vmm_report(&h->vmm, &self->known));
	ASSERT_EQ(0, vmm_end(&h->vmm));
}

/* A hog like all others takes turns with the vCPU: it is what most of the lateness is. */
TEST_F_TIMEOUT(outlier, fair_hog, TEST_S)
{
	struct host *h = &self->host;
	uint64_t total = 0, by_hog = 0, known = 0, waits = 0;

	ASSERT_EQ(0, vmm_start(&h->vmm, "--cpu 0 --forever --do spin=1:1000"));
	ASSERT_EQ(0, outlier_watch(&h->wire, FILTER(), OF(GAP), MS / 2));
	self->child = hog_start(false);
	ASSERT_LT(0, self->child);
	ASSERT_EQ(0, vmm_open_gate(&h->vmm));
	for (int i = 0; i < 10; i++) {
		sleep_ms(50);
		ASSERT_EQ(0, outlier_get(&h->wire, &self->outliers));
	}
	ASSERT_SOUND(&self->outliers);
	EXPECT_LT(10, self->outliers.nr);
	for (unsigned int i = 0; i < self->outliers.nr; i++) {
		const struct outlier *o = &self->outliers.all[i];

		total += o->total;
		waits += o->times[KVMLAT_STATE_RUNQ];
		by_hog += outlier_part(o, KVMLAT_PART_KIND_TASK, self->child);
		known += tasks_of(o);
		if (o->culprit.tid != (uint32_t)self->child)
			continue;
		EXPECT_STREQ(HOG_NAME, o->culprit.comm);
		EXPECT_EQ(120, o->prio);
	}
	EXPECT_LT(total / 2, by_hog)
		TH_LOG("%" PRIu64 " of %" PRIu64 " us", by_hog / US, total / US);
	/* Of a wait that began before the probes came, and of many tasks, not all is known */
	EXPECT_LT(waits * 95 / 100, known)
		TH_LOG("%" PRIu64 " of %" PRIu64 " us", known / US, waits / US);
	hog_stop(&self->child);
	vmm_stop(&h->vmm);
	ASSERT_EQ(0, vmm_report(&h->vmm, &self->known));
	ASSERT_EQ(0, vmm_end(&h->vmm));
}

#define NAPS 12

/* A VMM that sleeps while it serves a port */
TEST_F_TIMEOUT(outlier, vmm_that_sleeps, TEST_S)
{
	struct host *h = &self->host;
	uint64_t off = 0, slept;

	ASSERT_EQ(0, vmm_start(&h->vmm, "--do cpuid=100 --do usleep=12:20000 --do pio=100"));
	ASSERT_EQ(0, outlier_watch(&h->wire, FILTER(), OF(USER) | OF(GAP), 15 * MS));
	ASSERT_EQ(0, vmm_open_gate(&h->vmm));
	ASSERT_EQ(0, vmm_report(&h->vmm, &self->known));
	ASSERT_EQ(0, outlier_get(&h->wire, &self->outliers));
	ASSERT_SOUND(&self->outliers);
	slept = self->known.vcpus[0].slept_ns;
	for (unsigned int i = 0; i < self->outliers.nr; i++) {
		const struct outlier *o = &self->outliers.all[i];

		/* The gate's own visit is as long as the test took to open it */
		if (o->times[KVMLAT_STATE_OFF] < 20 * MS)
			continue;
		EXPECT_TRUE(o->visited);
		EXPECT_EQ(KVM_EXIT_IO, o->visit);
		EXPECT_TRUE(o->detail);
		EXPECT_EQ(KVMLAT_DETAIL_KIND_PIO_OUT, o->detail_kind);
		if (o->kind != KVMLAT_OUTLIER_KIND_USER)
			continue;
		EXPECT_EQ(KVMLAT_REASON_CLASS_USER, o->class);
		EXPECT_EQ(KVM_EXIT_IO, o->code);
		off += o->times[KVMLAT_STATE_OFF];
	}
	EXPECT_LE(NAPS, outliers_count(&self->outliers, KVMLAT_OUTLIER_KIND_USER));
	EXPECT_EQ(outliers_count(&self->outliers, KVMLAT_OUTLIER_KIND_USER),
		  outliers_count(&self->outliers, KVMLAT_OUTLIER_KIND_GAP));
	EXPECT_LE(NAPS * 20 * MS, off);
	EXPECT_GE(slept, off)
		TH_LOG("off for %" PRIu64 " us, the VMM says %" PRIu64, off / US, slept / US);
	EXPECT_LE(slept, off * 102 / 100 + NAPS * 20 * US);
	ASSERT_EQ(0, vmm_end(&h->vmm));
}

TEST_F_TIMEOUT(outlier, sigstop, TEST_S)
{
	struct host *h = &self->host;
	unsigned int found = 0;

	/* Between two rounds it is with the VMM */
	ASSERT_EQ(0, vmm_start(&h->vmm, "--forever --do spin=1:20000000"));
	ASSERT_EQ(0, outlier_watch(&h->wire, FILTER(), OF(GAP), 40 * MS));
	ASSERT_EQ(0, vmm_open_gate(&h->vmm));
	for (int i = 0; i < 5; i++) {
		sleep_ms(20);
		ASSERT_EQ(0, kill(h->vmm.pid, SIGSTOP));
		sleep_ms(50);
		ASSERT_EQ(0, kill(h->vmm.pid, SIGCONT));
	}
	sleep_ms(20);
	ASSERT_EQ(0, outlier_get(&h->wire, &self->outliers));
	ASSERT_SOUND(&self->outliers);
	for (unsigned int i = 0; i < self->outliers.nr; i++) {
		const struct outlier *o = &self->outliers.all[i];

		if (o->times[KVMLAT_STATE_OFF] < 45 * MS)
			continue;
		EXPECT_TRUE(o->visited);
		/* The signal makes KVM_RUN return, unless it finds the thread with the VMM */
		EXPECT_TRUE(o->visit == KVMLAT_USER_INTERRUPTED || o->visit == KVM_EXIT_IO);
		found++;
	}
	EXPECT_EQ(5, found);
	vmm_stop(&h->vmm);
	ASSERT_EQ(0, vmm_report(&h->vmm, &self->known));
	ASSERT_EQ(0, vmm_end(&h->vmm));
}

TEST_HARNESS_MAIN
