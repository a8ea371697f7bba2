// SPDX-License-Identifier: GPL-2.0-only
/*
 * Threads that hand one vCPU round, as VMMs do that have more vCPUs than threads: in every order
 * of a few steps, and all at once. Whoever had it last may be on his CPU still, sleep, or be in
 * KVM_RUN of another one.
 */
#include <linux/kvm.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "lib/host.h"
#include "lib/many.h"

#define VCPUS		3	/* 0 goes round; each of two threads has one of its own */
#define STEPS		3
#define ORDERS_S	40
/* The first of all orders: the first player runs it, the other naps, the first runs it again */
#define FIRST		70
#define LEAP		263
#define NAP_US		1000
#define YIELDS		16
#define POLL_US		50
/* What is enough of a crowd, and for how long it is waited for */
#define CROWD		4
#define CROWD_RUNS	1200
#define CROWD_DUMPS	200
#define CROWD_S		15

enum action { SHARED, OWN, BOUNCE, NAP, LOOK, ACTIONS };

struct step {
	unsigned int player;
	enum action action;
};

struct order {
	struct many *many;
	struct step steps[2 + STEPS];
	unsigned int done;	/* steps, of this order */
	unsigned int last;	/* player who ran the one that goes round */
	bool over;
	pthread_barrier_t barrier;	/* two players and who checks */
};

struct player {
	pthread_t thread;
	struct many *many;
	struct order *order;
	unsigned int index;
	pid_t tid;
	uint64_t runs[VCPUS];
	int err;
	bool *stop;
};

FIXTURE(handover)
{
	struct host host;
	struct many many;
	struct snap snap;
	uint32_t cpuid;
	uint32_t hlt;
};

FIXTURE_SETUP(handover)
{
	bool intel = !strcmp(kvm_vendor(), "kvm_intel");

	HOST_UP(&self->host, NULL);
	self->cpuid = intel ? 0x0a : 0x72;
	self->hlt = intel ? 0x0c : 0x78;
	ASSERT_EQ(0, many_start(&self->many, VCPUS, 1));
}

FIXTURE_TEARDOWN(handover)
{
	snap_free(&self->snap);
	many_end(&self->many);
	HOST_DOWN(&self->host);
}

static void nap(unsigned int us)
{
	struct timespec ts = { .tv_nsec = us * 1000 };

	nanosleep(&ts, NULL);
}

static int act(struct player *p, enum action action)
{
	int err = 0;

	switch (action) {
	case SHARED:
	case OWN:
		err = many_run(p->many, action == SHARED ? 0 : 1 + p->index);
		p->runs[action == SHARED ? 0 : 1 + p->index] += !err;
		break;
	case BOUNCE:
		err = many_bounce(p->many, 1 + p->index);
		break;
	case NAP:
		nap(NAP_US);
		break;
	default:
		err = many_look(p->many, 0);
	}
	return err;
}

static void pin(unsigned int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu % sysconf(_SC_NPROCESSORS_ONLN), &set);
	sched_setaffinity(0, sizeof(set), &set);
}

static void spin(unsigned int us)
{
	struct timespec start, now;

	clock_gettime(CLOCK_MONOTONIC, &start);
	do
		clock_gettime(CLOCK_MONOTONIC, &now);
	while ((now.tv_sec - start.tv_sec) * 1000000 + (now.tv_nsec - start.tv_nsec) / 1000 < us);
}

/*
 * The step is not due yet. On the only CPU he makes way: for the other, and then for threads of no
 * priority, since a KVM_RUN may wait for a grace period. If both only yielded to each other, that
 * would end when the scheduler throttles them, a second later.
 */
static void make_way(unsigned int tries)
{
	if (tries < YIELDS)
		sched_yield();
	else
		nap(POLL_US);
}

/* His steps. In between he waits on his CPU, so that only a step takes him from there */
static void play(struct player *p, struct order *o)
{
	bool alone = sysconf(_SC_NPROCESSORS_ONLN) == 1;

	for (unsigned int i = 0; i < 2 + STEPS; i++) {
		const struct step *step = &o->steps[i];

		if (step->player != p->index)
			continue;
		for (unsigned int tries = 0; __atomic_load_n(&o->done, __ATOMIC_ACQUIRE) != i;
		     tries++)
			if (alone)
				make_way(tries);
		/* The other is on his way to sleep */
		if (i && step[-1].action == NAP && !alone)
			spin(NAP_US / 4);
		/* Who naps lets the other go on meanwhile */
		if (step->action == NAP)
			__atomic_store_n(&o->done, i + 1, __ATOMIC_RELEASE);
		p->err = p->err ?: act(p, step->action);
		if (step->action == SHARED)
			o->last = p->index;
		if (step->action != NAP)
			__atomic_store_n(&o->done, i + 1, __ATOMIC_RELEASE);
	}
}

static void *player_main(void *arg)
{
	struct sched_param param = { .sched_priority = 1 };
	struct player *p = arg;

	p->tid = syscall(SYS_gettid);
	pin(p->index);
	/* Nobody else shall take him from his CPU in the middle of an order */
	p->err = sched_setscheduler(0, SCHED_FIFO, &param) ? errno : 0;
	for (;;) {
		pthread_barrier_wait(&p->order->barrier);
		if (p->order->over)
			return NULL;
		play(p, p->order);
		pthread_barrier_wait(&p->order->barrier);
	}
}

/* NULL, or what of the vCPU is not as its runs are. What it came back for last is not over yet. */
static const char *differs(const struct acct *a, uint32_t cpuid, uint32_t hlt, uint64_t runs)
{
	static char text[160];
	uint64_t cpuids = acct_count(a, cpuid), hlts = acct_count(a, hlt);
	uint64_t visits = acct_row_count(a, KVMLAT_REASON_CLASS_USER, KVM_EXIT_HLT);

	if (cpuids == runs * MANY_CPUIDS && hlts == runs && visits + 1 == runs)
		return NULL;
	snprintf(text, sizeof(text),
		 "vCPU %u ran %llu times: %llu CPUID, %llu HLT, %llu visits to the VMM", a->vcpu,
		 (unsigned long long)runs, (unsigned long long)cpuids,
		 (unsigned long long)hlts, (unsigned long long)visits);
	return text;
}

#define ASSERT_COUNTED(runs_) do { \
	snap_free(&self->snap); \
	ASSERT_EQ(0, snap_steady(&self->host.wire, FILTER(.hist = true), &self->snap)) \
		TH_LOG("%s", self->host.wire.text); \
	ASSERT_HOLDS(&self->snap); \
	for (unsigned int i_ = 0; i_ < self->snap.nr; i_++) { \
		const struct acct *a_ = &self->snap.accts[i_]; \
		const char *differs_ = differs(a_, self->cpuid, self->hlt, (runs_)[a_->vcpu]); \
		ASSERT_EQ(NULL, differs_) \
			TH_LOG("%s", differs_); \
	} \
} while (0)

static void add_runs(uint64_t *runs, const struct player *players, unsigned int nr)
{
	memset(runs, 0, VCPUS * sizeof(*runs));
	for (unsigned int i = 0; i < nr; i++)
		for (unsigned int v = 0; v < VCPUS; v++)
			runs[v] += players[i].runs[v];
}

/* Both have run the vCPU, then each order of STEPS steps of either of them */
TEST_F_TIMEOUT(handover, in_every_order, TEST_S)
{
	struct order order = { .many = &self->many };
	struct player players[2] = { { .index = 0 }, { .index = 1 } };
	unsigned int orders = 1, n = 0;
	time_t end = time(NULL) + ORDERS_S;
	uint64_t runs[VCPUS];

	for (unsigned int i = 0; i < STEPS; i++)
		orders *= 2 * ACTIONS;
	ASSERT_EQ(0, pthread_barrier_init(&order.barrier, NULL, 3));
	for (unsigned int i = 0; i < 2; i++) {
		players[i].many = &self->many;
		players[i].order = &order;
		ASSERT_EQ(0, pthread_create(&players[i].thread, NULL, player_main, &players[i]));
	}
	for (; n < orders && time(NULL) < end; n++) {
		order.done = 0;
		order.steps[0] = (struct step){ 0, SHARED };
		order.steps[1] = (struct step){ 1, SHARED };
		/* By leaps, so that a slow machine has tried some of each kind */
		for (unsigned int i = 0, rest = (FIRST + n * LEAP) % orders; i < STEPS;
		     i++, rest /= 2 * ACTIONS)
			order.steps[2 + i] = (struct step){ rest % 2, rest / 2 % ACTIONS };
		pthread_barrier_wait(&order.barrier);
		pthread_barrier_wait(&order.barrier);
		ASSERT_EQ(0, players[0].err | players[1].err);
		add_runs(runs, players, 2);
		ASSERT_COUNTED(runs);
		/* It is whose it was last, however he came to it */
		ASSERT_NE(NULL, snap_find(&self->snap, getpid(), players[order.last].tid, 0))
			TH_LOG("order %u: the vCPU is another thread's than player %u's", n,
			       order.last);
	}
	order.over = true;
	pthread_barrier_wait(&order.barrier);
	for (unsigned int i = 0; i < 2; i++)
		pthread_join(players[i].thread, NULL);
	TH_LOG("%u of %u orders, %llu runs of the vCPU", n, orders, (unsigned long long)runs[0]);
	ASSERT_NONE_LOST(&self->host.wire);
}

static void *rush(void *arg)
{
	struct player *p = arg;
	unsigned int seed = p->index + 1;

	while (!p->err && !__atomic_load_n(p->stop, __ATOMIC_RELAXED)) {
		unsigned int dice = rand_r(&seed) >> 8;

		if (dice % 64 == 0)
			pin(rand_r(&seed) >> 8);
		else if (dice % 16 == 0)
			nap(dice / 16 % 128);
		else if (dice % 16 == 1)
			sched_yield();
		else
			/* Two share each of the others, and may not hold each other's run back */
			p->err = act(p, dice % 16 < 11 || p->index > 1 ? SHARED :
				     dice % 16 < 13 ? OWN : dice % 16 < 15 ? BOUNCE : LOOK);
	}
	return NULL;
}

/* So far, while they run on */
static uint64_t shared_runs(const struct player *players)
{
	uint64_t sum = 0;

	for (unsigned int i = 0; i < CROWD; i++)
		sum += __atomic_load_n(&players[i].runs[0], __ATOMIC_RELAXED);
	return sum;
}

TEST_F_TIMEOUT(handover, all_at_once, TEST_S)
{
	struct player players[CROWD];
	uint64_t runs[VCPUS];
	unsigned int dumps = 0;
	time_t end = time(NULL) + CROWD_S;
	bool stop = false;

	for (unsigned int i = 0; i < CROWD; i++) {
		players[i] = (struct player){ .many = &self->many, .index = i, .stop = &stop };
		ASSERT_EQ(0, pthread_create(&players[i].thread, NULL, rush, &players[i]));
	}
	while (time(NULL) < end && (dumps < CROWD_DUMPS || shared_runs(players) < CROWD_RUNS)) {
		sleep_ms(20);
		snap_free(&self->snap);
		ASSERT_EQ(0, snap_steady(&self->host.wire, FILTER(.hist = true), &self->snap))
			TH_LOG("%s", self->host.wire.text);
		ASSERT_HOLDS(&self->snap);
		/* With details every event goes another way */
		EXPECT_EQ(0, wire_details(&self->host.wire, FILTER(), dumps++ / 8 % 2));
	}
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	for (unsigned int i = 0; i < CROWD; i++) {
		pthread_join(players[i].thread, NULL);
		EXPECT_EQ(0, players[i].err);
	}
	add_runs(runs, players, CROWD);
	TH_LOG("%llu runs of the vCPU, %u dumps", (unsigned long long)runs[0], dumps);
	ASSERT_COUNTED(runs);
	ASSERT_NONE_LOST(&self->host.wire);
}

TEST_HARNESS_MAIN
