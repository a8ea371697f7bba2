// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a switch between two tasks costs does not depend on how many vCPUs there are, nor on how
 * many threads run them. In the lab with --icount time is the number of instructions.
 */
#include <pthread.h>
#include <sched.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/host.h"
#include "lib/many.h"

#define MANY	4096
#define OF_A_VM	1024	/* KVM of 6.1 allows no more */
#define ROUNDS	20
#define WINDOWS	200
#define PERCENT	1

struct crowd {
	struct many vms[MANY / OF_A_VM];
	unsigned int nr;
};

FIXTURE(switching)
{
	struct host host;
	struct crowd crowd;
};

static void end_crowd(struct crowd *c)
{
	for (unsigned int i = 0; i * OF_A_VM < c->nr; i++)
		many_end(&c->vms[i]);
	c->nr = 0;
}

static int start_crowd(struct crowd *c, unsigned int nr)
{
	int err;

	for (c->nr = 0; c->nr < nr; ) {
		unsigned int part = nr - c->nr < OF_A_VM ? nr - c->nr : OF_A_VM;

		err = many_start(&c->vms[c->nr / OF_A_VM], part, 1);
		if (err)
			return err;
		c->nr += part;
	}
	return 0;
}

static int run_one(const struct crowd *c, unsigned int vcpu)
{
	return many_run(&c->vms[vcpu / OF_A_VM], vcpu % OF_A_VM);
}

FIXTURE_SETUP(switching)
{
	HOST_UP(&self->host, NULL);
	self->crowd.nr = 0;
}

FIXTURE_TEARDOWN(switching)
{
	end_crowd(&self->crowd);
	HOST_DOWN(&self->host);
}

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

static void echo(int in, int out)
{
	char c;

	while (read(in, &c, 1) == 1 && write(out, &c, 1) == 1)
		;
}

/*
 * Under SCHED_FIFO neither preempts the other when it wakes it. What EEVDF does depends on past run
 * times: on 7.x a round took 12545 ns or 15547, and 12580 or 15590 without the module.
 */
static bool take_turns(bool on)
{
	const struct sched_param param = { .sched_priority = on };

	return !sched_setscheduler(0, on ? SCHED_FIFO : SCHED_OTHER, &param);
}

/*
 * A child and this thread wake each other. The shortest of many windows, since what the kernel
 * does now and then (a tick, callbacks of RCU for what just ended) is longer with more of
 * everything, and is in few of them. 0 when it failed.
 */
static uint64_t with_child(void)
{
	uint64_t shortest = 0;
	int there[2], back[2], status;
	pid_t pid;
	char c = 0;

	if (pipe(there) || pipe(back) || !take_turns(true))
		return 0;
	pid = fork();
	if (!pid) {
		close(there[1]);
		echo(there[0], back[1]);
		_exit(0);
	}
	for (int w = 0; w < WINDOWS; w++) {
		uint64_t from = now_ns(), ns;

		for (int i = 0; i < ROUNDS; i++)
			if (write(there[1], &c, 1) != 1 || read(back[0], &c, 1) != 1)
				return 0;
		ns = now_ns() - from;
		if (!shortest || ns < shortest)
			shortest = ns;
	}
	for (int i = 0; i < 2; i++) {
		close(there[i]);
		close(back[i]);
	}
	if (!take_turns(false))
		return 0;
	return waitpid(pid, &status, 0) == pid && !status ? shortest : 0;
}

/* The same of two children, neither of which is a VMM */
static uint64_t of_strangers(void)
{
	uint64_t ns = 0;
	int result[2];
	pid_t pid;

	if (pipe(result))
		return 0;
	pid = fork();
	if (!pid) {
		ns = with_child();
		_exit(write(result[1], &ns, sizeof(ns)) != sizeof(ns));
	}
	if (read(result[0], &ns, sizeof(ns)) != sizeof(ns))
		ns = 0;
	waitpid(pid, NULL, 0);
	close(result[0]);
	close(result[1]);
	return ns;
}

#define ASSERT_NO_DEARER(whose, few, many) do { \
	unsigned long long few_ = (few), many_ = (many); \
	ASSERT_NE(0, few_); \
	ASSERT_NE(0, many_); \
	TH_LOG("%s: %llu ns with one vCPU, %llu with %u", whose, few_ / ROUNDS, many_ / ROUNDS, \
	       MANY); \
	EXPECT_LE(many_, few_ + few_ * PERCENT / 100); \
} while (0)

TEST_F_TIMEOUT(switching, of_a_thread_that_ran_many_vcpus, TEST_S)
{
	uint64_t few = 0, ns;

	for (unsigned int nr = 1; nr <= MANY; nr *= MANY) {
		ASSERT_EQ(0, start_crowd(&self->crowd, nr));
		for (unsigned int i = 0; i < nr; i++)
			ASSERT_EQ(0, run_one(&self->crowd, i));
		/* The latest is not the one that came last */
		ASSERT_EQ(0, run_one(&self->crowd, 0));
		ns = with_child();
		if (nr == 1)
			few = ns;
		else
			ASSERT_NO_DEARER("its thread", few, ns);
		end_crowd(&self->crowd);
	}
}

static pthread_barrier_t ran, over;

static void *run_mine(void *arg)
{
	const struct crowd *crowd = arg;
	static unsigned int next;

	run_one(crowd, __atomic_fetch_add(&next, 1, __ATOMIC_RELAXED) % crowd->nr);
	pthread_barrier_wait(&ran);
	pthread_barrier_wait(&over);
	return NULL;
}

/* Each vCPU has a thread of its own */
TEST_F_TIMEOUT(switching, beside_many_threads_of_vcpus, 2 * TEST_S)
{
	static pthread_t threads[MANY];
	uint64_t few = 0, ns;
	pthread_attr_t small;

	pthread_attr_init(&small);
	ASSERT_EQ(0, pthread_attr_setstacksize(&small, 65536));
	for (unsigned int nr = 1; nr <= MANY; nr *= MANY) {
		ASSERT_EQ(0, start_crowd(&self->crowd, nr));
		pthread_barrier_init(&ran, NULL, nr + 1);
		pthread_barrier_init(&over, NULL, nr + 1);
		for (unsigned int i = 0; i < nr; i++)
			ASSERT_EQ(0, pthread_create(&threads[i], &small, run_mine, &self->crowd));
		pthread_barrier_wait(&ran);
		ns = of_strangers();
		if (nr == 1)
			few = ns;
		else
			ASSERT_NO_DEARER("strangers", few, ns);
		pthread_barrier_wait(&over);
		for (unsigned int i = 0; i < nr; i++)
			pthread_join(threads[i], NULL);
		end_crowd(&self->crowd);
	}
}

TEST_HARNESS_MAIN
