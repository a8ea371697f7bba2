// SPDX-License-Identifier: GPL-2.0-only
/* Dumps of what changed: a model that is kept by cursors is what a whole dump shows. */
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "lib/follow.h"
#include "lib/host.h"

#define STEPS 24
#define RUN_MS 20
#define CHURN_DUMPS 60
#define CROWD "--forever --vcpus 40 --threads 2 --do cpuid=50 --do pio=5 --do usleep=1:500"
#define BUSY "--forever --vms 2 --vcpus 3 --do cpuid=50 --do pio=20 --do msr=20 --do mmio=5"

FIXTURE(cursor)
{
	struct host host;
	struct vmm second;
	struct follow a;
	struct follow b;
	struct snap snap;
};

FIXTURE_SETUP(cursor)
{
	self->second.gate = -1;
	HOST_UP(&self->host, "gone_max=4");
}

FIXTURE_TEARDOWN(cursor)
{
	follow_free(&self->a);
	follow_free(&self->b);
	snap_free(&self->snap);
	if (self->second.pid)
		vmm_kill(&self->second);
	HOST_DOWN(&self->host);
}

struct quiet_wait {
	struct wire *wire;
	struct follow *follow;
	const struct filter *filter;
	struct snap *whole;
	int err;
};

/*
 * Whether nothing changed while the whole dump was taken: a thread that is stopped may still have
 * to get a CPU before it sees that.
 */
static bool is_quiet(void *arg)
{
	struct quiet_wait *wait = arg;

	wait->err = follow_dump(wait->wire, wait->filter, wait->follow);
	if (wait->err)
		return true;
	snap_free(wait->whole);
	wait->err = snap_steady(wait->wire, wait->filter, wait->whole) ?:
		    follow_dump(wait->wire, wait->filter, wait->follow);
	return wait->err || (wait->follow->changes && !wait->follow->vcpus);
}

/* Both have what a whole dump has; nobody runs */
#define ASSERT_SAME(self, follow_, filter_) do { \
	struct quiet_wait wait_ = { &(self)->host.wire, follow_, filter_, &(self)->snap, 0 }; \
	const char *differs_; \
	ASSERT_TRUE(wait_until(5000, is_quiet, &wait_)); \
	ASSERT_EQ(0, wait_.err); \
	differs_ = follow_differs(follow_, &(self)->snap); \
	ASSERT_EQ(NULL, differs_) \
		TH_LOG("%s", differs_); \
	ASSERT_HOLDS(&(follow_)->model); \
	snap_free(&(self)->snap); \
} while (0)

#define RUN_A_WHILE(vmm) do { \
	kill((vmm)->pid, SIGCONT); \
	usleep(RUN_MS * 1000); \
	kill((vmm)->pid, SIGSTOP); \
} while (0)

/* Two readers at different paces, over resets, VMs that come and VMs that go and are forgotten */
TEST_F_TIMEOUT(cursor, equals_a_whole_dump, TEST_S)
{
	struct filter *all = FILTER(.hist = true);
	struct host *h = &self->host;

	ASSERT_EQ(0, vmm_start(&h->vmm, BUSY));
	ASSERT_EQ(0, vmm_open_gate(&h->vmm));
	for (unsigned int i = 0; i < STEPS; i++) {
		RUN_A_WHILE(&h->vmm);
		if (i % 8 == 3)
			ASSERT_EQ(0, wire_reset(&h->wire, FILTER(.pid = h->vmm.pid)));
		if (i % 3 == 0)
			ASSERT_EQ(0, vmm_start(&self->second, "--vcpus 2 --do cpuid=10"));
		/* It is told, too, while they run and in the midst of what comes and goes */
		kill(h->vmm.pid, SIGCONT);
		ASSERT_EQ(0, follow_dump(&h->wire, all, &self->a));
		ASSERT_EQ(i > 0, self->a.changes);
		ASSERT_HOLDS(&self->a.model);
		kill(h->vmm.pid, SIGSTOP);
		if (self->second.pid) {
			vmm_kill(&self->second);
			self->second = (struct vmm){ .gate = -1 };
			usleep(RUN_MS * 1000);
		}
		ASSERT_SAME(self, &self->a, all);
		if (i % 3 == 2)
			ASSERT_SAME(self, &self->b, all);
	}
	kill(h->vmm.pid, SIGCONT);
}

/* Of two VMs one runs: nothing of the other is sent, and no row that did not change */
TEST_F_TIMEOUT(cursor, sends_what_changed, TEST_S)
{
	struct filter *all = FILTER(.hist = true);
	struct host *h = &self->host;
	unsigned int whole;
	uint32_t vm;

	ASSERT_EQ(0, vmm_start(&self->second, "--vcpus 20 --threads 1 --do cpuid=10 --do pio=3"));
	ASSERT_EQ(0, vmm_open_gate(&self->second));
	ASSERT_EQ(0, vmm_start(&h->vmm, "--forever --do pio=20"));
	ASSERT_EQ(0, vmm_open_gate(&h->vmm));
	RUN_A_WHILE(&h->vmm);
	ASSERT_SAME(self, &self->a, all);
	ASSERT_EQ(0, snap_steady(&h->wire, all, &self->snap));
	for (unsigned int i = whole = 0; i < self->snap.nr; i++)
		whole += self->snap.accts[i].nr_rows;
	vm = snap_find(&self->snap, h->vmm.pid, 0, 0)->vm;
	snap_free(&self->snap);
	RUN_A_WHILE(&h->vmm);
	usleep(RUN_MS * 1000);
	ASSERT_EQ(0, follow_dump(&h->wire, all, &self->a));
	TH_LOG("%u rows of %u vCPUs of %u rows", self->a.rows, self->a.vcpus, whole);
	EXPECT_TRUE(self->a.changes);
	EXPECT_EQ(1, self->a.vcpus);
	EXPECT_LE(1, self->a.rows);
	EXPECT_GE(10, self->a.rows);
	ASSERT_SAME(self, &self->a, all);
	/* A reset of one VM is of that VM */
	ASSERT_EQ(0, wire_reset(&h->wire, FILTER(.vm = vm)));
	ASSERT_EQ(0, follow_dump(&h->wire, all, &self->a));
	EXPECT_TRUE(self->a.changes);
	EXPECT_EQ(1, self->a.vcpus);
	ASSERT_SAME(self, &self->a, all);
	kill(h->vmm.pid, SIGCONT);
}

/* What no dump of this load ended with is no cursor: the answer is whole, and says so */
TEST_F_TIMEOUT(cursor, of_another_load, TEST_S)
{
	struct filter *all = FILTER();
	struct host *h = &self->host;
	uint64_t cursor;

	ASSERT_EQ(0, vmm_start(&h->vmm, BUSY));
	ASSERT_EQ(0, vmm_open_gate(&h->vmm));
	RUN_A_WHILE(&h->vmm);
	ASSERT_SAME(self, &self->a, all);
	ASSERT_EQ(0, follow_dump(&h->wire, all, &self->a));
	EXPECT_TRUE(self->a.changes);
	cursor = self->a.cursor;
	wire_close(&h->wire);
	ASSERT_EQ(0, kvmlat_reload(NULL));
	ASSERT_EQ(0, wire_open(&h->wire));
	RUN_A_WHILE(&h->vmm);
	ASSERT_EQ(0, follow_dump(&h->wire, all, &self->a));
	EXPECT_FALSE(self->a.changes);
	EXPECT_NE(cursor, self->a.cursor);
	ASSERT_SAME(self, &self->a, all);
	self->a.cursor += 1000;
	ASSERT_EQ(0, follow_dump(&h->wire, all, &self->a));
	EXPECT_FALSE(self->a.changes);
	ASSERT_SAME(self, &self->a, all);
	kill(h->vmm.pid, SIGCONT);
}

/* By the same filters a cursor is good for a part as well, and for details */
TEST_F_TIMEOUT(cursor, with_filters, TEST_S)
{
	struct host *h = &self->host;
	struct filter *part, *one = FILTER();

	ASSERT_EQ(0, vmm_start(&h->vmm, BUSY));
	ASSERT_EQ(0, vmm_open_gate(&h->vmm));
	part = FILTER(.pid = h->vmm.pid, .vcpu = 1, .hist = true, .details = true);
	for (unsigned int i = 0; i < 8; i++) {
		RUN_A_WHILE(&h->vmm);
		if (i == 2 || i == 5)
			ASSERT_EQ(0, wire_details(&h->wire, FILTER(.pid = h->vmm.pid), i == 2));
		ASSERT_SAME(self, &self->a, part);
		ASSERT_EQ(2, self->a.model.nr);
		ASSERT_SAME(self, &self->b, one);
	}
	kill(h->vmm.pid, SIGCONT);
}

/* A "do" is of one vCPU, and reads it whole */
TEST_F(cursor, is_for_dumps)
{
	struct host *h = &self->host;

	ASSERT_EQ(0, vmm_start(&h->vmm, "--do cpuid=10"));
	ASSERT_EQ(0, vmm_open_gate(&h->vmm));
	EXPECT_EQ(EINVAL, snap_do(&h->wire, FILTER(.pid = h->vmm.pid, .follow = true),
				  &self->snap));
	EXPECT_NE(0, h->wire.text[0]);
}

struct churn {
	pthread_t thread;
	bool stop;
	int err;
	struct wire wire;
	struct follow follow;
};

/* Another reader, whose dumps come between ours, and VMs that come and go */
static void *churn_main(void *arg)
{
	struct churn *churn = arg;

	for (unsigned int i = 0; !churn->err && !__atomic_load_n(&churn->stop, __ATOMIC_RELAXED);
	     i++) {
		struct vmm vmm;

		churn->err = vmm_start(&vmm, "--vcpus 6 --vms 2 --do cpuid=20 --do pio=5");
		if (churn->err)
			break;
		churn->err = vmm_open_gate(&vmm) ?:
			     follow_dump(&churn->wire, FILTER(.hist = true), &churn->follow);
		vmm_kill(&vmm);
	}
	return NULL;
}

TEST_F_TIMEOUT(cursor, during_churn, 540)
{
	struct filter *all = FILTER(.hist = true);
	struct host *h = &self->host;
	struct churn churn = { 0 };

	ASSERT_EQ(0, wire_open(&churn.wire));
	ASSERT_EQ(0, vmm_start(&h->vmm, CROWD));
	ASSERT_EQ(0, vmm_open_gate(&h->vmm));
	ASSERT_EQ(0, pthread_create(&churn.thread, NULL, churn_main, &churn));
	for (unsigned int i = 0; i < CHURN_DUMPS && !churn.err; i++) {
		ASSERT_EQ(0, follow_dump(&h->wire, all, &self->a));
		ASSERT_HOLDS(&self->a.model);
		if (i % 20 == 10)
			ASSERT_EQ(0, wire_reset(&h->wire, FILTER(.pid = h->vmm.pid)));
	}
	__atomic_store_n(&churn.stop, true, __ATOMIC_RELAXED);
	pthread_join(churn.thread, NULL);
	EXPECT_EQ(0, churn.err);
	kill(h->vmm.pid, SIGSTOP);
	usleep(100 * 1000);
	ASSERT_SAME(self, &self->a, all);
	ASSERT_SAME(self, &churn.follow, all);
	follow_free(&churn.follow);
	wire_close(&churn.wire);
	kill(h->vmm.pid, SIGCONT);
}

TEST_HARNESS_MAIN
