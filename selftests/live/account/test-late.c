// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lateness: waits for a CPU as the scheduler itself counts them and who caused them, time in the
 * VMM by reason, and where and when the worst case was.
 */
#include <inttypes.h>
#include <linux/kvm.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/hog.h"
#include "lib/host.h"

#define MS 1000000ULL

FIXTURE(late)
{
	struct host host;
	struct known_vm known;
	struct snap snap;
	pid_t hog;
};

FIXTURE_SETUP(late)
{
	HOST_UP(&self->host, NULL);
}

FIXTURE_TEARDOWN(late)
{
	hog_stop(&self->hog);
	known_free(&self->known);
	snap_free(&self->snap);
	HOST_DOWN(&self->host);
}

/* The scheduler's own account of a thread */
struct sched {
	uint64_t run_ns;
	uint64_t delay_ns;
	uint64_t voluntary;
	uint64_t involuntary;
};

static int sched_read(uint32_t pid, uint32_t tid, struct sched *sched)
{
	char path[80], line[256];
	int fields = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%u/task/%u/schedstat", pid, tid);
	f = fopen(path, "r");
	if (!f)
		return errno;
	fields += fscanf(f, "%" SCNu64 " %" SCNu64, &sched->run_ns, &sched->delay_ns);
	fclose(f);
	snprintf(path, sizeof(path), "/proc/%u/task/%u/status", pid, tid);
	f = fopen(path, "r");
	if (!f)
		return errno;
	while (fgets(line, sizeof(line), f)) {
		fields += sscanf(line, "voluntary_ctxt_switches: %" SCNu64, &sched->voluntary);
		fields += sscanf(line, "nonvoluntary_ctxt_switches: %" SCNu64,
				 &sched->involuntary);
	}
	fclose(f);
	return fields == 4 ? 0 : EBADMSG;
}

#define NEAR(want, got, permille, slack_ns) do { \
	uint64_t want_ = (want), got_ = (got), most_ = want_ * (permille) / 1000 + (slack_ns); \
	EXPECT_LE(want_, got_ + most_); \
	EXPECT_GE(want_ + most_, got_); \
} while (0)

static const struct preemptor *find_preemptor(const struct acct *a, pid_t tid)
{
	for (unsigned int i = 0; i < a->nr_preemptors; i++)
		if (a->preemptors[i].tid == (uint32_t)tid)
			return &a->preemptors[i];
	return NULL;
}

/*
 * Only where a machine's time is its own: with QEMU's CPUs on a busy host the scheduler's clock,
 * which it reads now and then, and the TSC differ by what the host took away.
 */
TEST_F_TIMEOUT(late, hog_beside_a_vcpu, TEST_S)
{
	struct host *h = &self->host;
	struct sleep_wait wait = { &h->wire, &self->snap };
	const struct preemptor *p;
	struct sched first, last;
	const struct acct *a;
	uint32_t tid;
	pid_t hog;

	ASSERT_EQ(0, vmm_start(&h->vmm, "--cpu 0 --repeat 10 --do spin=20:500000 --do cpuid=100 "
					"--do pio=20 --do hlt=3:500 --do usleep=2:500"));
	ASSERT_EQ(0, snap_steady(&h->wire, FILTER(), &self->snap));
	ASSERT_EQ(1, self->snap.nr);
	tid = self->snap.accts[0].tid;
	snap_free(&self->snap);
	/* The thread sleeps at the gate, so both begin at the same count */
	ASSERT_EQ(0, wire_reset(&h->wire, FILTER()));
	ASSERT_EQ(0, sched_read(h->vmm.pid, tid, &first));
	self->hog = hog_start(false);
	ASSERT_LT(0, self->hog);
	ASSERT_EQ(0, vmm_open_gate(&h->vmm));
	ASSERT_EQ(0, vmm_report(&h->vmm, &self->known));
	hog = self->hog;
	ASSERT_TRUE(wait_until(5000, thread_sleeps, &wait));
	hog_stop(&self->hog);
	ASSERT_EQ(0, sched_read(h->vmm.pid, tid, &last));
	ASSERT_HOLDS(&self->snap);
	ASSERT_EXACT(&self->snap, &self->known, RUN);
	a = &self->snap.accts[0];
	last.run_ns -= first.run_ns;
	last.delay_ns -= first.delay_ns;
	last.voluntary -= first.voluntary;
	last.involuntary -= first.involuntary;
	TH_LOG("scheduler: run %" PRIu64 " delay %" PRIu64 " us, switches %" PRIu64 " + %" PRIu64,
	       last.run_ns / 1000, last.delay_ns / 1000, last.voluntary, last.involuntary);
	TH_LOG("module: guest %" PRIu64 " exit %" PRIu64 " user %" PRIu64 " wait %" PRIu64 " off %"
	       PRIu64 " runq %" PRIu64 " us, %" PRIu64 " of it preempted",
	       a->times[KVMLAT_STATE_GUEST] / 1000, a->times[KVMLAT_STATE_EXIT] / 1000,
	       a->times[KVMLAT_STATE_USER] / 1000, a->times[KVMLAT_STATE_WAIT] / 1000,
	       a->times[KVMLAT_STATE_OFF] / 1000, a->times[KVMLAT_STATE_RUNQ] / 1000,
	       a->preempted / 1000);

	EXPECT_LT(100 * MS, last.delay_ns);
	NEAR(last.delay_ns, a->times[KVMLAT_STATE_RUNQ], 20, 0);
	NEAR(last.run_ns, a->times[KVMLAT_STATE_GUEST] + a->times[KVMLAT_STATE_EXIT] +
			  a->times[KVMLAT_STATE_USER] + a->times[KVMLAT_STATE_POLL], 20, 0);
	EXPECT_EQ(last.involuntary, acct_row_count(a, KVMLAT_REASON_CLASS_PREEMPT, 0));
	EXPECT_EQ(last.voluntary + last.involuntary,
		  acct_row_count(a, KVMLAT_REASON_CLASS_RUNQ, 0));
	EXPECT_EQ(a->times[KVMLAT_STATE_RUNQ], acct_row_total(a, KVMLAT_REASON_CLASS_RUNQ, 0));
	EXPECT_EQ(a->preempted, acct_row_total(a, KVMLAT_REASON_CLASS_PREEMPT, 0));
	/* Most of a hog's damage is that it takes the CPU away */
	EXPECT_LT(last.delay_ns / 2, a->preempted);

	p = find_preemptor(a, hog);
	ASSERT_NE(NULL, p)
		TH_LOG("the hog is not among %u preemptors", a->nr_preemptors);
	EXPECT_STREQ(HOG_NAME, p->comm);
	EXPECT_EQ(0, p->cpu);
	EXPECT_LT(0, p->time);
	ASSERT_EQ(0, vmm_end(&h->vmm));
}

#define USER_ARGS "--do pio=60 --do pioin=20 --do mmio=40 --do mmiord=30 --do uspin=5:500 " \
		  "--do usleep=5:500 --do cpuid=100 --do hlt=5:500 --do kpio=20"

/* The VMM knows how often KVM_RUN came back to it; its last visit is not over */
TEST_F_TIMEOUT(late, visits_to_the_vmm, TEST_S)
{
	struct host *h = &self->host;

	ASSERT_EQ(0, vmm_start(&h->vmm, "--vcpus 2 --repeat 3 " USER_ARGS));
	ASSERT_EQ(0, vmm_open_gate(&h->vmm));
	ASSERT_EQ(0, vmm_report(&h->vmm, &self->known));
	ASSERT_EQ(0, snap_steady(&h->wire, FILTER(.hist = true), &self->snap));
	ASSERT_HOLDS(&self->snap);
	ASSERT_EXACT(&self->snap, &self->known, LIFE);
	for (unsigned int i = 0; i < self->known.nr_vcpus; i++) {
		const struct known_vcpu *k = &self->known.vcpus[i];
		const struct acct *a = snap_find(&self->snap, self->known.pid, k->tid, k->vcpu);
		const struct row *io = acct_row(a, KVMLAT_REASON_CLASS_USER, KVM_EXIT_IO);
		uint64_t visits = 0, total = 0;

		ASSERT_NE(NULL, io);
		EXPECT_EQ(known_returns(k, LIFE, KVM_EXIT_IO), io->count + 1);
		EXPECT_EQ(known_returns(k, LIFE, KVM_EXIT_MMIO),
			  acct_row_count(a, KVMLAT_REASON_CLASS_USER, KVM_EXIT_MMIO));
		/* Sleeps and computing of the VMM are within its visits */
		EXPECT_LT(k->spun_ns + k->slept_ns, io->total);
		/* What the VMM measures goes on until it has the CPU again */
		EXPECT_LT(k->slept_ns * 9 / 10,
			  a->times[KVMLAT_STATE_OFF] + a->times[KVMLAT_STATE_RUNQ]);
		/* 3 times 5 sleeps of 500 us */
		EXPECT_LE(7500000, a->times[KVMLAT_STATE_OFF]);
		for (unsigned int j = 0; j < a->nr_rows; j++)
			if (a->rows[j].class == KVMLAT_REASON_CLASS_USER) {
				visits += a->rows[j].count;
				total += a->rows[j].total;
			}
		EXPECT_EQ(known_returns(k, LIFE, KVM_EXIT_IO) +
			  known_returns(k, LIFE, KVM_EXIT_MMIO) - 1, visits);
		/* ... and so is all time in the state, but for the visit that is not over */
		EXPECT_LE(a->times[KVMLAT_STATE_USER],
			  total + (a->now - a->open_since));
	}
	ASSERT_EQ(0, vmm_end(&h->vmm));
}

/* A signal that comes before KVM_RUN has entered the guest makes no visit of its own */
TEST_F_TIMEOUT(late, visits_for_signals, TEST_S)
{
	struct host *h = &self->host;

	ASSERT_EQ(0, vmm_start(&h->vmm, "--kick 1500 --repeat 5 --do spin=20:100000 " USER_ARGS));
	ASSERT_EQ(0, vmm_open_gate(&h->vmm));
	ASSERT_EQ(0, vmm_report(&h->vmm, &self->known));
	ASSERT_EQ(0, snap_steady(&h->wire, FILTER(.hist = true), &self->snap));
	ASSERT_HOLDS(&self->snap);
	for (unsigned int i = 0; i < self->known.nr_vcpus; i++) {
		const struct known_vcpu *k = &self->known.vcpus[i];
		const struct acct *a = snap_find(&self->snap, self->known.pid, k->tid, k->vcpu);
		uint64_t signals = acct_row_count(a, KVMLAT_REASON_CLASS_USER,
						  KVMLAT_USER_INTERRUPTED);
		uint64_t eintr = known_returns(k, LIFE, KVMLAT_USER_INTERRUPTED);

		TH_LOG("%" PRIu64 " signals, %" PRIu64 " visits", eintr, signals);
		EXPECT_LT(0, signals);
		EXPECT_LE(signals, eintr);
		EXPECT_EQ(known_returns(k, LIFE, KVM_EXIT_IO),
			  acct_row_count(a, KVMLAT_REASON_CLASS_USER, KVM_EXIT_IO) + 1);
		EXPECT_EQ(known_returns(k, LIFE, KVM_EXIT_MMIO),
			  acct_row_count(a, KVMLAT_REASON_CLASS_USER, KVM_EXIT_MMIO));
	}
	ASSERT_EQ(0, vmm_end(&h->vmm));
}

static bool guest_sleeps(void *arg)
{
	struct wire *w = arg;
	struct snap snap;
	bool yes;

	if (snap_steady(w, FILTER(), &snap))
		return false;
	yes = snap.nr == 1 && snap.accts[0].state == KVMLAT_STATE_WAIT;
	snap_free(&snap);
	return yes;
}

TEST_F_TIMEOUT(late, when_and_where_the_worst_was, TEST_S)
{
	struct host *h = &self->host;
	unsigned int cpu = sysconf(_SC_NPROCESSORS_ONLN) - 1;
	struct info before, after;
	const struct row *row;
	char args[120];

	snprintf(args, sizeof(args), "--cpu %u --do pio=50 --do usleep=1:60000 --do hlt=1:400000 "
				     "--do pio=50", cpu);
	ASSERT_EQ(0, vmm_start(&h->vmm, args));
	ASSERT_EQ(0, wire_reset(&h->wire, FILTER()));
	ASSERT_EQ(0, info_get(&h->wire, &before));
	ASSERT_EQ(0, vmm_open_gate(&h->vmm));
	/* Its long visit to the VMM is over, its long halt has begun */
	sleep_ms(60);
	ASSERT_TRUE(wait_until(5000, guest_sleeps, &h->wire));
	ASSERT_EQ(0, info_get(&h->wire, &after));
	ASSERT_EQ(0, vmm_report(&h->vmm, &self->known));
	ASSERT_EQ(0, snap_steady(&h->wire, FILTER(.hist = true), &self->snap));
	ASSERT_HOLDS(&self->snap);
	ASSERT_EQ(1, self->snap.nr);

	row = acct_row(&self->snap.accts[0], KVMLAT_REASON_CLASS_USER, KVM_EXIT_IO);
	ASSERT_NE(NULL, row);
	EXPECT_LE(60 * MS, row->longest);
	EXPECT_LE(before.now + row->longest, row->longest_at);
	EXPECT_GE(after.now, row->longest_at);
	EXPECT_EQ(cpu, row->longest_cpu);
	row = acct_row(&self->snap.accts[0], KVMLAT_REASON_CLASS_SLEEP, 0);
	ASSERT_NE(NULL, row);
	EXPECT_LT(after.now, row->longest_at);
	EXPECT_EQ(cpu, row->longest_cpu);
	ASSERT_EQ(0, vmm_end(&h->vmm));
}

TEST_HARNESS_MAIN
