// SPDX-License-Identifier: GPL-2.0-only
/*
 * A VMM that wants to hurt: many vCPUs on one thread and one vCPU on many, ids sparse and used
 * again, VMs made and ended as fast as they can be, a name that would clear the screen, exits of
 * many kinds; and those who read all that. $HOSTILE_S is for how many seconds, 20 by default, each
 * time.
 */
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <time.h>

#include "lib/host.h"
#include "lib/many.h"
#include "lib/reader.h"

#define MANY		256
#define CHURN_VCPUS	16
#define STRIDE		61	/* 16 ids of which the last is below the least that KVM allows */
#define REQUEST_MS	20000	/* emulated, with all of this beside it: for what hangs */
#define ACCOUNT_MAX	65536
#define RESERVES	(16 << 20)
#define NR_MAINS	6
#define GONE_MAX	8	/* few: emulated, fifty VMs end in twenty seconds */
#define TEXT(x)		#x
#define STRING(x)	TEXT(x)

/*
 * 1: cpuid; wbinvd; mov %cr0, %eax; mov %dr0, %eax; in $16, %al; out %al, $16; read of no
 * memory; hlt; jmp 1b
 */
static const uint8_t code[] = {
	0x0f, 0xa2, 0x0f, 0x09, 0x0f, 0x20, 0xc0, 0x0f, 0x21, 0xc0, 0xe4, 0x10, 0xe6, 0x10,
	0xa1, 0x00, 0xf0, 0xf4, 0xeb, 0xec,
};

struct hostile {
	struct many many;
	pthread_t threads[NR_MAINS];
	bool stop;
	unsigned int vms;
	unsigned int runs;
};

static bool stopped(const struct hostile *h)
{
	return __atomic_load_n(&h->stop, __ATOMIC_RELAXED);
}

/* What KVM makes of it is no matter */
static void *all_vcpus_in_turn(void *arg)
{
	struct hostile *h = arg;

	while (!stopped(h))
		for (unsigned int i = 0; i < MANY && !stopped(h); i++) {
			many_run(&h->many, i);
			__atomic_fetch_add(&h->runs, 1, __ATOMIC_RELAXED);
		}
	return NULL;
}

static void *one_vcpu_of_all(void *arg)
{
	struct hostile *h = arg;
	unsigned int n = 0;

	for (; !stopped(h); n++) {
		many_run(&h->many, 0);
		if (n % 16 == 0)
			many_look(&h->many, 0);
		if (n % 32 == 0)
			sched_yield();
	}
	return NULL;
}

static void *vms_come_and_go(void *arg)
{
	struct hostile *h = arg;
	struct many many;

	while (!stopped(h)) {
		unsigned int n = __atomic_fetch_add(&h->vms, 1, __ATOMIC_RELAXED);

		if (many_start(&many, CHURN_VCPUS, n % 2 ? STRIDE : 1))
			break;
		memcpy(many.memory, code, sizeof(code));
		for (unsigned int i = 0; i < CHURN_VCPUS; i++)
			many_run(&many, i);
		many_end(&many);
	}
	return NULL;
}

static void *(*const mains[NR_MAINS])(void *) = {
	all_vcpus_in_turn, vms_come_and_go, vms_come_and_go,
	one_vcpu_of_all, one_vcpu_of_all, one_vcpu_of_all,
};

/* With a name that is to be kept from terminals */
static int start(struct hostile *h)
{
	int err;

	memset(h, 0, sizeof(*h));
	if (prctl(PR_SET_NAME, "\033[2J\033]0;x\007\n"))
		return errno;
	err = many_start(&h->many, MANY, 1);
	if (err)
		return err;
	memcpy(h->many.memory, code, sizeof(code));
	for (unsigned int i = 0; i < NR_MAINS && !err; i++)
		err = pthread_create(&h->threads[i], NULL, mains[i], h);
	return err;
}

static void stop(struct hostile *h)
{
	__atomic_store_n(&h->stop, true, __ATOMIC_RELAXED);
	for (unsigned int i = 0; i < NR_MAINS; i++)
		pthread_join(h->threads[i], NULL);
}

static uint64_t seconds(void)
{
	const char *length = getenv("HOSTILE_S");

	return length ? atoi(length) : 20;
}

static uint64_t ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000ull + now.tv_nsec / 1000000;
}

FIXTURE(hostile)
{
	struct host host;
	struct hostile hostile;
	struct snap snap;
};

FIXTURE_SETUP(hostile)
{
	HOST_UP(&self->host, "gone_max=" STRING(GONE_MAX));
}

FIXTURE_TEARDOWN(hostile)
{
	snap_free(&self->snap);
	HOST_DOWN(&self->host);
}

TEST_F_TIMEOUT(hostile, vmm, 900)
{
	struct hostile *h = &self->hostile;
	uint64_t end, longest = 0, most = 0;
	struct readers readers;
	struct info info;

	ASSERT_EQ(0, readers_start(&readers));
	ASSERT_EQ(0, start(h));
	/* Making the threads takes its time among those that there are already */
	end = ms() + 1000 * seconds();
	while (ms() < end) {
		uint64_t begin = ms();

		ASSERT_EQ(0, info_get(&self->host.wire, &info));
		EXPECT_EQ(0, wire_details(&self->host.wire, FILTER(), begin / 1000 % 2));
		if (ms() - begin > longest)
			longest = ms() - begin;
		if (info.memory > most)
			most = info.memory;
		EXPECT_GE(ACCOUNT_MAX, info.vcpu_memory_max);
		EXPECT_GE((uint64_t)info.vcpus * ACCOUNT_MAX + RESERVES, info.memory);
		/* Those that ended while the worker waits for the readers */
		EXPECT_GE(GONE_MAX + 8, info.gone);
		sleep_ms(100);
	}
	stop(h);
	readers_stop(&readers);
	TH_LOG("%u VMs, %u runs in turn, %u dumps of %u accounts", h->vms, h->runs, readers.dumps,
	       readers.accts);
	TH_LOG("at most %llu bytes, %llu ms for two requests", (unsigned long long)most,
	       (unsigned long long)longest);
	EXPECT_STREQ("", readers.bad);
	EXPECT_LT(2 * GONE_MAX, h->vms);
	EXPECT_LT(0, h->runs);
	EXPECT_LT(0, most);
	EXPECT_LT(0, readers.dumps);
	EXPECT_GE(REQUEST_MS, longest);
	ASSERT_EQ(0, snap_steady(&self->host.wire, FILTER(.hist = true), &self->snap));
	ASSERT_HOLDS(&self->snap);

	many_end(&h->many);
	ASSERT_EQ(0, wire_reset(&self->host.wire, FILTER()));
	ASSERT_EQ(0, info_get(&self->host.wire, &info));
	EXPECT_EQ(0, info.vcpus);
	EXPECT_GE(RESERVES, info.memory);
}

FIXTURE(alone)
{
	struct hostile hostile;
};

FIXTURE_SETUP(alone)
{
	ASSERT_EQ(0, kvm_load());
	ASSERT_FALSE(mod_is_loaded("kvmlat"));
}

FIXTURE_TEARDOWN(alone)
{
}

/* A VM was ended, and each vCPU ran */
static bool has_done_all(const struct hostile *h)
{
	return __atomic_load_n(&h->vms, __ATOMIC_RELAXED) > NR_MAINS &&
	       __atomic_load_n(&h->runs, __ATOMIC_RELAXED) >= MANY;
}

/*
 * What such a VMM does to a host that has no kvmlat, to be compared. Unless somebody asks for how
 * many seconds, it is enough that it does something.
 */
TEST_F_TIMEOUT(alone, without_the_module, 900)
{
	struct hostile *h = &self->hostile;
	uint64_t end;

	ASSERT_EQ(0, start(h));
	end = ms() + 1000 * seconds();
	while (ms() < end && (getenv("HOSTILE_S") || !has_done_all(h)))
		sleep_ms(100);
	stop(h);
	TH_LOG("%u VMs, %u runs in turn", h->vms, h->runs);
	EXPECT_LT(0, h->vms);
	EXPECT_LT(0, h->runs);
	many_end(&h->many);
}

TEST_HARNESS_MAIN
