// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a switch between two tasks costs does not depend on how many vCPUs there are, nor on how
 * many threads run them. In the lab with --icount CPU time is the number of instructions.
 */
#include <pthread.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/host.h"
#include "lib/many.h"

#define ROUNDS	1000
#define MANY	512
#define PERCENT	1

FIXTURE(switching)
{
	struct host host;
	struct many many;
};

FIXTURE_SETUP(switching)
{
	HOST_UP(&self->host, NULL);
	self->many.vm = -1;
}

FIXTURE_TEARDOWN(switching)
{
	if (self->many.vm >= 0)
		many_end(&self->many);
	HOST_DOWN(&self->host);
}

static uint64_t cpu_ns(const struct rusage *r)
{
	return (r->ru_utime.tv_sec + r->ru_stime.tv_sec) * 1000000000ull +
	       (r->ru_utime.tv_usec + r->ru_stime.tv_usec) * 1000ull;
}

static bool pass(unsigned int rounds, int in, int out, bool first)
{
	char c = 0;

	for (unsigned int i = 0; i < rounds; i++)
		if ((first && write(out, &c, 1) != 1) || read(in, &c, 1) != 1 ||
		    (!first && write(out, &c, 1) != 1))
			return false;
	return true;
}

/* A child and this thread wake each other; CPU time of both, 0 when it failed */
static uint64_t once(unsigned int rounds)
{
	struct rusage before, after, child;
	int there[2], back[2], status;
	bool ok;
	pid_t pid;

	if (pipe(there) || pipe(back))
		return 0;
	pid = fork();
	if (!pid)
		_exit(!pass(rounds, there[0], back[1], false));
	getrusage(RUSAGE_THREAD, &before);
	ok = pass(rounds, back[0], there[1], true);
	getrusage(RUSAGE_THREAD, &after);
	if (wait4(pid, &status, 0, &child) != pid || status || !ok)
		return 0;
	for (int i = 0; i < 2; i++) {
		close(there[i]);
		close(back[i]);
	}
	return cpu_ns(&after) - cpu_ns(&before) + cpu_ns(&child);
}

/* Of one round. What making the child costs once, more with more to copy, cancels */
static uint64_t with_child(void)
{
	uint64_t few = once(ROUNDS), many = once(5 * ROUNDS);

	return few && many > few ? (many - few) / (4 * ROUNDS) : 0;
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

#define ASSERT_NO_DEARER(few, many) do { \
	unsigned long long few_ = (few), many_ = (many); \
	ASSERT_NE(0, few_); \
	ASSERT_NE(0, many_); \
	TH_LOG("%llu ns with one vCPU, %llu with %u", few_, many_, MANY); \
	EXPECT_LE(many_, few_ + few_ * PERCENT / 100); \
} while (0)

TEST_F_TIMEOUT(switching, of_a_thread_that_ran_many_vcpus, TEST_S)
{
	uint64_t few = 0, ns;

	for (unsigned int nr = 1; nr <= MANY; nr *= MANY) {
		ASSERT_EQ(0, many_start(&self->many, nr, 1));
		for (unsigned int i = 0; i < nr; i++)
			ASSERT_EQ(0, many_run(&self->many, i));
		/* The latest is not the one that came last */
		ASSERT_EQ(0, many_run(&self->many, 0));
		ns = with_child();
		if (nr == 1)
			few = ns;
		else
			ASSERT_NO_DEARER(few, ns);
		many_end(&self->many);
	}
}

static pthread_barrier_t ran, over;

static void *run_one(void *arg)
{
	const struct many *many = arg;
	static unsigned int next;
	unsigned int mine = __atomic_fetch_add(&next, 1, __ATOMIC_RELAXED) % many->nr;

	many_run(many, mine);
	pthread_barrier_wait(&ran);
	pthread_barrier_wait(&over);
	return NULL;
}

TEST_F_TIMEOUT(switching, of_tasks_beside_many_vcpus, TEST_S)
{
	static pthread_t threads[MANY];
	uint64_t few = 0, ns;

	for (unsigned int nr = 1; nr <= MANY; nr *= MANY) {
		ASSERT_EQ(0, many_start(&self->many, nr, 1));
		pthread_barrier_init(&ran, NULL, nr + 1);
		pthread_barrier_init(&over, NULL, nr + 1);
		for (unsigned int i = 0; i < nr; i++)
			ASSERT_EQ(0, pthread_create(&threads[i], NULL, run_one, &self->many));
		pthread_barrier_wait(&ran);
		ns = of_strangers();
		if (nr == 1)
			few = ns;
		else
			ASSERT_NO_DEARER(few, ns);
		pthread_barrier_wait(&over);
		for (unsigned int i = 0; i < nr; i++)
			pthread_join(threads[i], NULL);
		many_end(&self->many);
	}
}

TEST_HARNESS_MAIN
