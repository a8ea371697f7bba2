// SPDX-License-Identifier: GPL-2.0-only
/*
 * What took longer than a threshold, and nothing else, is told of: each outlier adds up, the
 * longest is that of its row, none is lost without being counted, and a watch ends with its socket.
 */
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "lib/hog.h"
#include "lib/host.h"
#include "lib/outlier.h"

#define MS 1000000ULL
#define ALL (OF(EXIT) | OF(USER) | OF(RUNQ) | OF(WAKE) | OF(GAP))

FIXTURE(outlier_bounds)
{
	struct host host;
	struct known_vm known;
	struct snap snap;
	struct outliers outliers;
	pid_t child;
};

FIXTURE_SETUP(outlier_bounds)
{
	HOST_UP(&self->host, NULL);
}

FIXTURE_TEARDOWN(outlier_bounds)
{
	hog_stop(&self->child);
	outliers_free(&self->outliers);
	known_free(&self->known);
	snap_free(&self->snap);
	HOST_DOWN(&self->host);
}

#define ASSERT_SOUND(outliers)	ASSERT_STREQ("", (outliers)->bad)

#define BUSY "--repeat 20 --do cpuid=100 --do pio=20 --do mmio=20 --do hlt=5:500 --do spin=5:10000"

/* Whatever it does, nothing is told that is not longer than the threshold */
TEST_F_TIMEOUT(outlier_bounds, none_below_the_threshold, TEST_S)
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
TEST_F_TIMEOUT(outlier_bounds, longest_is_that_of_the_row, TEST_S)
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
TEST_F_TIMEOUT(outlier_bounds, drops_are_counted, TEST_S)
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
TEST_F_TIMEOUT(outlier_bounds, vm_that_joins, TEST_S)
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
TEST_F_TIMEOUT(outlier_bounds, goes_with_its_socket, TEST_S)
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
TEST_F_TIMEOUT(outlier_bounds, refusals, TEST_S)
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
