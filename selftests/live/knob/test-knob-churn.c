// SPDX-License-Identifier: GPL-2.0-only
/*
 * 10,000 random operations from four processes: sets, undos and resets, VMs that come and go, and
 * the module that is unloaded and loaded again under all of them. A kernel that complains
 * stops the lab. At the end every parameter is what it was.
 */
#include <linux/kvm.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "lib/host.h"
#include "lib/knobs.h"
#include "lib/many.h"
#include "lib/slack.h"
#include "lib/sysfs.h"
#include "lib/tiny.h"

#define WORKERS	4
#define OPS	(2500 / slack())
#define TINIES	3
#define CHURN_S	600

static const char *const names[] = {
	"halt_poll_ns", "halt_poll_ns_grow", "halt_poll_ns_grow_start", "halt_poll_ns_shrink",
};

struct worker {
	struct wire wire;
	bool connected;
	unsigned int seed;
	pid_t vmm;
	struct tiny tiny[TINIES];
	unsigned int done;
	unsigned int applied;
	uint32_t change[16];
};

static uint32_t pick(struct worker *w, uint32_t below)
{
	return rand_r(&w->seed) % below;
}

static pid_t any_pid(struct worker *w)
{
	return pick(w, 2) ? w->vmm : getpid();
}

static struct knob any_knob(struct worker *w)
{
	struct knob k = { .vcpu = -1, .id = pick(w, KVMLAT_KNOB_MAX + 1) };

	if (pick(w, 12))
		k.id = pick(w, 2) ? KVMLAT_KNOB_HALT_POLL_NS : pick(w, 4);
	k.value = pick(w, 8) ? pick(w, 400000) : (uint64_t)pick(w, 1000) << 24;
	if (k.id == KVMLAT_KNOB_HALT_POLL_NS && pick(w, 3)) {
		k.pid = any_pid(w);
		if (pick(w, 2))
			k.vcpu = pick(w, 3);
		k.inherit = !pick(w, 3);
	}
	k.has_expect = !pick(w, 24);
	k.expect = 200000;
	k.expect_inherit = !pick(w, 24);
	return k;
}

static int set_some(struct worker *w)
{
	struct knob ask[4];
	unsigned int nr = pick(w, 3) ? 1 : 1 + pick(w, 4);
	struct knobs reply;
	int err;

	for (unsigned int i = 0; i < nr; i++)
		ask[i] = any_knob(w);
	err = knob_change(&w->wire, ask, nr, !pick(w, 6), &reply);
	if (reply.change) {
		w->applied++;
		w->change[pick(w, 16)] = reply.change;
	}
	knobs_free(&reply);
	return err;
}

static int undo_some(struct worker *w)
{
	struct knobs reply;
	int err;

	err = knob_undo(&w->wire, pick(w, 20) ? w->change[pick(w, 16)] : 0, !pick(w, 8), &reply);
	knobs_free(&reply);
	return err;
}

static int look(struct worker *w)
{
	struct knobs all;
	int err = knob_dump(&w->wire, FILTER(), -1, -1, &all);

	knobs_free(&all);
	return err;
}

static int vm_comes_or_goes(struct worker *w)
{
	struct tiny *t = &w->tiny[pick(w, TINIES)];
	int err;

	if (t->vm < 0)
		return tiny_start(t);
	err = tiny_run(t);
	if (!err && pick(w, 2))
		err = tiny_halt_poll(t, pick(w, 300000));
	if (pick(w, 2))
		tiny_end(t);
	return err;
}

/* Others may be at it, too: then it is busy, there already, or gone */
static int reload(struct worker *w)
{
	int err = kvmlat_unload();

	if (err && err != EAGAIN && err != ENOENT && err != EBUSY)
		return err;
	err = kvmlat_load(NULL);
	return err == EEXIST || err == EBUSY ? 0 : err;
}

static int operate(struct worker *w)
{
	uint32_t what = pick(w, 1000);
	int err;

	if (what < 60)
		return vm_comes_or_goes(w);
	if (what < 64)
		return reload(w);
	if (!w->connected) {
		err = wire_open(&w->wire);
		w->connected = !err;
		return err;
	}
	err = what < 500 ? set_some(w) : what < 850 ? undo_some(w) : what < 900 ? look(w) :
	      wire_reset(&w->wire, FILTER(.pid = pick(w, 2) ? any_pid(w) : 0));
	/* The family got another number, or is away */
	if (err == ENOENT && !strlen(w->wire.text)) {
		wire_close(&w->wire);
		w->connected = false;
	}
	return err;
}

static void work(struct worker *w)
{
	for (int i = 0; i < TINIES; i++)
		w->tiny[i] = (struct tiny){ .vm = -1, .vcpu = -1 };
	while (w->done < OPS) {
		int err = operate(w);

		switch (err) {
		case 0:
		case ENOENT:		/* no such VM, change, or module */
		case EINVAL:		/* two VMs of a process, a knob twice */
		case ERANGE:
		case ECANCELED:
		case EOPNOTSUPP:
		case ENODEV:		/* the module is being unloaded */
		case EPROTONOSUPPORT:	/* the same, of a dump */
			break;
		default:
			fprintf(stderr, "# operation %u: errno %d, \"%s\"\n", w->done, err,
				w->wire.text);
			_exit(1);
		}
		w->done++;
	}
	for (int i = 0; i < TINIES; i++)
		if (w->tiny[i].vm >= 0)
			tiny_end(&w->tiny[i]);
	fprintf(stderr, "# %u operations, %u sets applied\n", w->done, w->applied);
	/* A worker that never got to tune anything has tested nothing */
	_exit(w->applied > OPS / 50 ? 0 : 2);
}

FIXTURE(churn)
{
	struct host host;
	uint64_t start[4];
};

FIXTURE_SETUP(churn)
{
	HOST_UP(&self->host, NULL);
	for (int i = 0; i < 4; i++)
		ASSERT_EQ(0, sysfs_param("kvm", names[i], &self->start[i]));
}

FIXTURE_TEARDOWN(churn)
{
	HOST_DOWN(&self->host);
}

TEST_F_TIMEOUT(churn, random_operations, CHURN_S)
{
	pid_t pid[WORKERS];
	uint64_t now;
	int status;

	/* Two vCPUs that halt all the time: windows are fixed and freed under them */
	ASSERT_EQ(0, vmm_start(&self->host.vmm, "--vcpus 2 --do hlt=100:300 --forever"));
	ASSERT_EQ(0, vmm_open_gate(&self->host.vmm));
	wire_close(&self->host.wire);
	self->host.wire.sock = NULL;
	for (int i = 0; i < WORKERS; i++) {
		struct worker w = { .seed = 1 + i, .vmm = self->host.vmm.pid };

		pid[i] = fork();
		ASSERT_LE(0, pid[i]);
		if (!pid[i])
			work(&w);
	}
	for (int i = 0; i < WORKERS; i++) {
		ASSERT_EQ(pid[i], waitpid(pid[i], &status, 0));
		ASSERT_TRUE(WIFEXITED(status));
		ASSERT_EQ(0, WEXITSTATUS(status));
	}
	vmm_kill(&self->host.vmm);
	if (mod_is_loaded("kvmlat"))
		ASSERT_EQ(0, kvmlat_unload());
	for (int i = 0; i < 4; i++) {
		ASSERT_EQ(0, sysfs_param("kvm", names[i], &now));
		EXPECT_EQ(self->start[i], now)
			TH_LOG("%s", names[i]);
	}
}

/* All of them polling for longer than the VM may, which takes a while to arrange */
#define WINDOWS		(KVMLAT_KNOBS_MAX - 1)
#define VCPUS		256
#define RACES		150

struct rival {
	int vm;
	uint32_t max;
	unsigned int after_us;
};

/* A VMM that sets its VM's maximum, at a time of its own */
static void *set_max(void *arg)
{
	struct rival *r = arg;
	struct kvm_enable_cap cap = { .cap = KVM_CAP_HALT_POLL, .args = { r->max } };
	struct timespec after = { .tv_nsec = 1000L * r->after_us };

	nanosleep(&after, NULL);
	return ioctl(r->vm, KVM_ENABLE_CAP, &cap) ? r : NULL;
}

static unsigned int us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000u + now.tv_nsec / 1000;
}

/*
 * The last knob of a request is written a while after it was read. Only what the reply says was
 * there may have been replaced.
 */
TEST_F_TIMEOUT(churn, a_vm_s_maximum_is_still_as_it_was, CHURN_S)
{
	struct wire *w = &self->host.wire;
	struct knob ask[KVMLAT_KNOBS_MAX], now;
	unsigned int begin, length = 1000, seed = 1, won = 0, canceled = 0;
	struct many many;
	struct rival r;
	struct knobs reply;
	pthread_t vmm;
	void *bad;

	ASSERT_EQ(0, many_start(&many, VCPUS, 1));
	for (int i = 0; i < VCPUS; i++)
		ASSERT_EQ(0, many_run(&many, i));
	for (int i = 0; i < WINDOWS; i++)
		ask[i] = (struct knob)KNOB(HALT_POLL_NS, .pid = getpid(), .vcpu = i);
	ask[WINDOWS] = (struct knob)KNOB(HALT_POLL_NS, .pid = getpid());
	for (uint32_t i = 0; i < RACES; i++) {
		r = (struct rival){ .vm = many.vm, .max = 10000 + i,
				    .after_us = rand_r(&seed) % length };
		for (int j = 0; j < WINDOWS; j++)
			ask[j].value = 400000 + i;
		ask[WINDOWS].value = 50000 + i;
		ASSERT_EQ(0, pthread_create(&vmm, NULL, set_max, &r));
		begin = us();
		switch (knob_change(w, ask, KVMLAT_KNOBS_MAX, false, &reply)) {
		case 0:
			break;
		case ECANCELED:
			canceled++;
			break;
		default:
			ASSERT_STREQ("", w->text);
		}
		length = us() - begin + 1;
		ASSERT_EQ(0, pthread_join(vmm, &bad));
		ASSERT_EQ(NULL, bad);
		ASSERT_EQ(0, knob_get(w, &ask[WINDOWS], &now));
		ASSERT_EQ(KVMLAT_SCOPE_VM, now.source);
		if (now.value != r.max) {
			won++;
			ASSERT_EQ(ask[WINDOWS].value, now.value);
			ASSERT_EQ(KVMLAT_KNOBS_MAX, reply.nr);
			ASSERT_EQ(r.max, reply.knob[WINDOWS].old)
				TH_LOG("race %u: the VMM's maximum was written over unseen", i);
		}
		knobs_free(&reply);
	}
	TH_LOG("of %u races with a VMM %u were won, %u canceled; the last took %u us", RACES, won,
	       canceled, length);
	EXPECT_LT(0, canceled);
	many_end(&many);
}

TEST_HARNESS_MAIN
