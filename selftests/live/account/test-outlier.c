// SPDX-License-Identifier: GPL-2.0-only
/*
 * What took longer than a threshold: planted causes are found with their lengths, nothing else is,
 * each outlier adds up, the longest is that of its row, and none is lost without being counted.
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
#define ALL (OF(EXIT) | OF(USER) | OF(RUNQ) | OF(WAKE) | OF(GAP))

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
		if (o->kind != KVMLAT_OUTLIER_KIND_GAP)
			continue;
		EXPECT_GT(BURSTS, found);
		EXPECT_LE(lengths[found], o->culprit.time);
		EXPECT_GE(lengths[found] * 102 / 100 + 20 * US, o->culprit.time)
			TH_LOG("burst %u of %" PRIu64 " us is %" PRIu64, found,
			       lengths[found] / US, o->culprit.time / US);
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
	uint64_t total = 0, by_hog = 0;

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
		if (o->culprit.tid != (uint32_t)self->child)
			continue;
		EXPECT_STREQ(HOG_NAME, o->culprit.comm);
		EXPECT_EQ(120, o->prio);
		by_hog += o->culprit.time;
	}
	/* A record names one task for a whole wait, and threads of interrupts (rt) come between */
	EXPECT_LT(total / 2, by_hog)
		TH_LOG("%" PRIu64 " of %" PRIu64 " us", by_hog / US, total / US);
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

#define BUSY "--repeat 20 --do cpuid=100 --do pio=20 --do mmio=20 --do hlt=5:500 --do spin=5:10000"

/* Whatever it does, nothing is told that is not longer than the threshold */
TEST_F_TIMEOUT(outlier, none_below_the_threshold, TEST_S)
{
	struct host *h = &self->host;

	ASSERT_EQ(0, vmm_start(&h->vmm, BUSY));
	ASSERT_EQ(0, outlier_watch(&h->wire, FILTER(), ALL, 1000000 * MS));
	ASSERT_EQ(0, vmm_open_gate(&h->vmm));
	ASSERT_EQ(0, vmm_report(&h->vmm, &self->known));
	ASSERT_EQ(0, outlier_get(&h->wire, &self->outliers));
	EXPECT_EQ(0, self->outliers.nr);
	EXPECT_EQ(0, self->outliers.dropped);
	/* ... and the account is as it is without a watcher */
	ASSERT_EQ(0, snap_steady(&h->wire, FILTER(.hist = true), &self->snap));
	ASSERT_HOLDS(&self->snap);
	ASSERT_EXACT(&self->snap, &self->known, LIFE);
	ASSERT_EQ(0, vmm_end(&h->vmm));
}

static uint64_t longest_told(const struct outliers *all, uint32_t kind, uint32_t class,
			     uint32_t code)
{
	uint64_t longest = 0;

	for (unsigned int i = 0; i < all->nr; i++) {
		const struct outlier *o = &all->all[i];

		if (o->kind == kind && o->class == class && o->code == code && o->total > longest)
			longest = o->total;
	}
	return longest;
}

static bool is_halt(uint32_t code)
{
	return code == 0x78 || code == 12;	/* SVM_EXIT_HLT, EXIT_REASON_HLT */
}

/* To the ns, with everything told of: of each row, and that the account stays exact */
TEST_F_TIMEOUT(outlier, longest_is_that_of_the_row, TEST_S)
{
	struct sleep_wait wait = { &self->host.wire, &self->snap };
	struct host *h = &self->host;
	unsigned int compared = 0;
	const struct acct *a;

	ASSERT_EQ(0, vmm_start(&h->vmm, "--do cpuid=4 --do pio=3 --do mmio=2 --do hlt=2:500 "
					"--do usleep=1:2000"));
	ASSERT_EQ(0, wire_reset(&h->wire, FILTER()));
	ASSERT_EQ(0, outlier_watch(&h->wire, FILTER(), ALL & ~OF(EXIT), 0));
	ASSERT_EQ(0, vmm_open_gate(&h->vmm));
	ASSERT_EQ(0, vmm_report(&h->vmm, &self->known));
	ASSERT_TRUE(wait_until(5000, thread_sleeps, &wait));
	ASSERT_EQ(0, outlier_get(&h->wire, &self->outliers));
	ASSERT_SOUND(&self->outliers);
	ASSERT_EQ(0, self->outliers.dropped);
	ASSERT_EQ(1, self->snap.nr);
	a = &self->snap.accts[0];
	for (unsigned int i = 0; i < a->nr_rows; i++) {
		const struct row *r = &a->rows[i];
		uint32_t kind;

		if (r->class == KVMLAT_REASON_CLASS_USER)
			kind = KVMLAT_OUTLIER_KIND_USER;
		else if (r->class == KVMLAT_REASON_CLASS_RUNQ)
			kind = KVMLAT_OUTLIER_KIND_RUNQ;
		else if (r->class == KVMLAT_REASON_CLASS_WAKE)
			kind = KVMLAT_OUTLIER_KIND_WAKE;
		else if (is_exit_class(r->class) && !is_halt(r->code))
			kind = KVMLAT_OUTLIER_KIND_GAP;
		else
			continue;
		EXPECT_EQ(r->longest, longest_told(&self->outliers, kind, r->class, r->code))
			TH_LOG("class %u code 0x%x", r->class, r->code);
		compared++;
	}
	EXPECT_LE(6, compared);
	ASSERT_EQ(0, vmm_end(&h->vmm));
}

/* What finds no place is counted: with what was told it is every exit */
TEST_F_TIMEOUT(outlier, drops_are_counted, TEST_S)
{
	struct sleep_wait wait = { &self->host.wire, &self->snap };
	struct host *h = &self->host;
	uint64_t exits = 0;

	ASSERT_EQ(0, vmm_start(&h->vmm, "--repeat 50 --do cpuid=100 --do pio=2"));
	ASSERT_EQ(0, wire_reset(&h->wire, FILTER()));
	ASSERT_EQ(0, outlier_watch(&h->wire, FILTER(), OF(GAP), 0));
	ASSERT_EQ(0, vmm_open_gate(&h->vmm));
	for (int i = 0; i < 3; i++)
		ASSERT_EQ(0, outlier_get(&h->wire, &self->outliers));
	ASSERT_EQ(0, vmm_report(&h->vmm, &self->known));
	ASSERT_TRUE(wait_until(5000, thread_sleeps, &wait));
	ASSERT_EQ(0, outlier_get(&h->wire, &self->outliers));
	ASSERT_SOUND(&self->outliers);
	ASSERT_EQ(1, self->snap.nr);
	for (unsigned int i = 0; i < self->snap.accts[0].nr_rows; i++)
		if (is_exit_class(self->snap.accts[0].rows[i].class))
			exits += self->snap.accts[0].rows[i].count;
	TH_LOG("%u told, %" PRIu64 " dropped", self->outliers.nr, self->outliers.dropped);
	EXPECT_LT(5000, exits);
	EXPECT_LT(0, self->outliers.dropped);
	EXPECT_EQ(exits, self->outliers.nr + self->outliers.dropped);
	EXPECT_EQ(self->outliers.told, self->outliers.dropped);
	/* There is no more, and nothing is told twice */
	exits = self->outliers.nr;
	ASSERT_EQ(0, outlier_get(&h->wire, &self->outliers));
	EXPECT_EQ(exits, self->outliers.nr);
	ASSERT_EQ(0, vmm_end(&h->vmm));
}

/* A VM that starts while somebody watches is watched, too, and one that is not meant is not */
TEST_F_TIMEOUT(outlier, vm_that_joins, TEST_S)
{
	struct host *h = &self->host;
	struct wire other;

	ASSERT_EQ(0, wire_open(&other));
	ASSERT_EQ(0, outlier_watch(&other, FILTER(.vm = 77), ALL, 0));
	ASSERT_EQ(0, outlier_watch(&h->wire, FILTER(.vcpu = 1), OF(GAP), 15 * MS));
	ASSERT_EQ(0, vmm_start(&h->vmm, "--vcpus 2 --do usleep=3:20000"));
	ASSERT_EQ(0, vmm_open_gate(&h->vmm));
	ASSERT_EQ(0, vmm_report(&h->vmm, &self->known));
	ASSERT_EQ(0, outlier_get(&h->wire, &self->outliers));
	ASSERT_SOUND(&self->outliers);
	EXPECT_LE(3, self->outliers.nr);
	for (unsigned int i = 0; i < self->outliers.nr; i++)
		EXPECT_EQ(1, self->outliers.all[i].vcpu);
	outliers_free(&self->outliers);
	ASSERT_EQ(0, outlier_get(&other, &self->outliers));
	EXPECT_EQ(0, self->outliers.nr);
	wire_close(&other);
	ASSERT_EQ(0, vmm_end(&h->vmm));
}

/* A process that watches until it is killed */
static pid_t watcher_start(void)
{
	int ready[2];
	char one;
	pid_t pid;

	if (pipe(ready))
		return -1;
	pid = fork();
	if (!pid) {
		struct wire w;

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (wire_open(&w) || outlier_watch(&w, FILTER(), ALL, 0) ||
		    write(ready[1], "1", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(ready[1]);
	if (read(ready[0], &one, 1) != 1)
		hog_stop(&pid);
	close(ready[0]);
	return pid;
}

/* There is room for some, and whoever goes, also killed, leaves his */
TEST_F_TIMEOUT(outlier, goes_with_its_socket, TEST_S)
{
	struct host *h = &self->host;
	struct wire w[KVMLAT_WATCHERS_MAX] = {};

	ASSERT_EQ(0, vmm_start(&h->vmm, "--do cpuid=100 --do usleep=3:20000"));
	EXPECT_EQ(ENOENT, outlier_get(&h->wire, &self->outliers));
	EXPECT_LT(8, strlen(h->wire.text));
	for (unsigned int i = 0; i < KVMLAT_WATCHERS_MAX - 1; i++) {
		ASSERT_EQ(0, wire_open(&w[i]));
		ASSERT_EQ(0, outlier_watch(&w[i], FILTER(), ALL, i * MS));
	}
	self->child = watcher_start();
	ASSERT_LT(0, self->child);
	EXPECT_EQ(EBUSY, outlier_watch(&h->wire, FILTER(), OF(GAP), 15 * MS));
	EXPECT_LT(8, strlen(h->wire.text));
	/* In place of what it watched for before */
	EXPECT_EQ(0, outlier_watch(&w[0], FILTER(), OF(RUNQ), 0));
	hog_stop(&self->child);
	ASSERT_EQ(0, outlier_watch(&h->wire, FILTER(), OF(GAP), 15 * MS));
	/* One that wants no more */
	ASSERT_EQ(0, outlier_watch(&w[1], FILTER(), 0, 0));
	EXPECT_EQ(ENOENT, outlier_get(&w[1], &self->outliers));
	ASSERT_EQ(0, vmm_open_gate(&h->vmm));
	ASSERT_EQ(0, vmm_report(&h->vmm, &self->known));
	for (unsigned int i = 0; i < KVMLAT_WATCHERS_MAX - 1; i++)
		wire_close(&w[i]);
	ASSERT_EQ(0, outlier_get(&h->wire, &self->outliers));
	ASSERT_SOUND(&self->outliers);
	EXPECT_LE(3, self->outliers.nr);
	EXPECT_EQ(self->outliers.nr, outliers_count(&self->outliers, KVMLAT_OUTLIER_KIND_GAP));
	ASSERT_EQ(0, vmm_end(&h->vmm));
}

/* What is no threshold is refused, with a sentence */
TEST_F_TIMEOUT(outlier, refusals, TEST_S)
{
	struct wire *w = &self->host.wire;
	struct nl_msg *msg;
	struct nlattr *nest;

	EXPECT_EQ(ERANGE, outlier_watch(w, FILTER(), OF(GAP), UINT64_MAX));
	EXPECT_LT(8, strlen(w->text));
	EXPECT_EQ(ENOENT, outlier_get(w, &self->outliers));
	msg = wire_request(w, KVMLAT_CMD_OUTLIER_WATCH, 0);
	nest = nla_nest_start(msg, KVMLAT_A_THRESHOLD);
	nla_put_u32(msg, KVMLAT_A_THRESHOLD_KIND, KVMLAT_OUTLIER_KIND_GAP);
	nla_nest_end(msg, nest);
	EXPECT_EQ(EINVAL, wire_talk(w, msg));
	EXPECT_LT(8, strlen(w->text));
	msg = wire_request(w, KVMLAT_CMD_OUTLIER_WATCH, 0);
	for (int i = 0; i < 2; i++) {
		nest = nla_nest_start(msg, KVMLAT_A_THRESHOLD);
		nla_put_u32(msg, KVMLAT_A_THRESHOLD_KIND, KVMLAT_OUTLIER_KIND_GAP);
		nla_put_u64(msg, KVMLAT_A_THRESHOLD_NS, i);
		nla_nest_end(msg, nest);
	}
	EXPECT_EQ(EINVAL, wire_talk(w, msg));
	EXPECT_LT(8, strlen(w->text));
	msg = wire_request(w, KVMLAT_CMD_OUTLIER_WATCH, 0);
	nest = nla_nest_start(msg, KVMLAT_A_THRESHOLD);
	nla_put_u32(msg, KVMLAT_A_THRESHOLD_KIND, KVMLAT_OUTLIER_KIND_MAX + 1);
	nla_put_u64(msg, KVMLAT_A_THRESHOLD_NS, 1);
	nla_nest_end(msg, nest);
	EXPECT_EQ(ERANGE, wire_talk(w, msg));
	EXPECT_EQ(0, outlier_watch(w, FILTER(.pid = 1, .vcpu = 5), ALL, 0));
	ASSERT_EQ(0, outlier_get(w, &self->outliers));
	EXPECT_EQ(0, self->outliers.nr);
}

TEST_HARNESS_MAIN
