// SPDX-License-Identifier: GPL-2.0-only
/* Knobs of a VM beside what its own VMM does with KVM_CAP_HALT_POLL and with its files. */
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "lib/host.h"
#include "lib/knobs.h"
#include "lib/tiny.h"

FIXTURE(vmm)
{
	struct host host;
	struct tiny tiny;
	struct knob host_knob;
};

FIXTURE_SETUP(vmm)
{
	HOST_UP(&self->host, NULL);
	ASSERT_EQ(0, tiny_start(&self->tiny));
	ASSERT_EQ(0, knob_get(&self->host.wire, ASK(HALT_POLL_NS), &self->host_knob));
}

FIXTURE_TEARDOWN(vmm)
{
	tiny_end(&self->tiny);
	HOST_DOWN(&self->host);
}

#define VM	.pid = getpid()
#define VCPU	.pid = getpid(), .vcpu = 0

#define ASSERT_KNOB(value_, source_, ...) do { \
	struct knob k_; \
	ASSERT_EQ(0, knob_get(&self->host.wire, ASK(HALT_POLL_NS, __VA_ARGS__), &k_)); \
	ASSERT_EQ(value_, k_.value); \
	ASSERT_EQ(KVMLAT_SCOPE_##source_, k_.source); \
} while (0)

#define UNDO(change, result_) do { \
	struct knobs r_; \
	ASSERT_EQ(0, knob_undo(&self->host.wire, change, false, &r_)); \
	ASSERT_EQ(1, r_.nr); \
	ASSERT_EQ(KVMLAT_RESULT_##result_, r_.knob[0].result); \
	knobs_free(&r_); \
} while (0)

#define SET(...) ({ \
	uint32_t c_ = knob_set(&self->host.wire, ASK(HALT_POLL_NS, __VA_ARGS__)); \
	ASSERT_NE(0, c_) \
		TH_LOG("%s", self->host.wire.text); \
	c_; \
})

TEST_F_TIMEOUT(vmm, its_own_maximum_comes_back, TEST_S)
{
	struct knob now;
	uint32_t change;

	ASSERT_KNOB(self->host_knob.value, HOST, VM);
	ASSERT_KNOB(self->host_knob.value, HOST, VCPU);
	ASSERT_EQ(0, tiny_halt_poll(&self->tiny, 70000));
	ASSERT_KNOB(70000, VM, VM);
	ASSERT_KNOB(70000, VM, VCPU);
	change = SET(VM, .value = 50000);
	ASSERT_KNOB(50000, VM, VM);
	ASSERT_EQ(0, knob_get(&self->host.wire, ASK(HALT_POLL_NS, VM), &now));
	ASSERT_EQ(change, now.change);
	ASSERT_EQ(70000, now.original);
	UNDO(change, RESTORED);
	ASSERT_KNOB(70000, VM, VM);
	change = SET(VM, .inherit = true);
	ASSERT_KNOB(self->host_knob.value, HOST, VM);
	UNDO(change, RESTORED);
	ASSERT_KNOB(70000, VM, VM);
}

TEST_F_TIMEOUT(vmm, its_later_maximum_is_left, TEST_S)
{
	uint32_t change = SET(VM, .value = 50000);

	ASSERT_EQ(0, tiny_halt_poll(&self->tiny, 60000));
	ASSERT_KNOB(60000, VM, VM);
	UNDO(change, LEFT);
	ASSERT_KNOB(60000, VM, VM);
	SET(VM, .value = 50000);
	ASSERT_EQ(0, tiny_halt_poll(&self->tiny, 61000));
	ASSERT_EQ(0, kvmlat_reload(NULL));
	wire_close(&self->host.wire);
	ASSERT_EQ(0, wire_open(&self->host.wire));
	ASSERT_EQ(0, tiny_run(&self->tiny));
	ASSERT_KNOB(61000, VM, VM);
}

/* While a vCPU's window is wider than the maximum, KVM's field is not the VM's maximum */
TEST_F_TIMEOUT(vmm, its_maximum_below_a_fixed_window, TEST_S)
{
	uint32_t vm, vcpu;

	ASSERT_EQ(0, tiny_halt_poll(&self->tiny, 70000));
	vcpu = SET(VCPU, .value = 300000);
	ASSERT_KNOB(70000, VM, VM);
	ASSERT_KNOB(300000, VCPU, VCPU);
	ASSERT_EQ(0, tiny_halt_poll(&self->tiny, 80000));
	ASSERT_KNOB(80000, VM, VM);
	vm = SET(VM, .value = 90000);
	ASSERT_KNOB(90000, VM, VM);
	SET(VCPU, .value = 10);
	ASSERT_KNOB(90000, VM, VM);
	UNDO(vm, RESTORED);
	ASSERT_KNOB(80000, VM, VM);
	UNDO(vcpu, COVERED);
	SET(VCPU, .inherit = true);
	ASSERT_KNOB(80000, VM, VCPU);
}

TEST_F_TIMEOUT(vmm, expected_to_inherit, TEST_S)
{
	struct wire *w = &self->host.wire;
	struct knobs reply;

	SET(VM, .value = 50000, .expect_inherit = true);
	ASSERT_EQ(ECANCELED, knob_change(w, ASK(HALT_POLL_NS, VM, .value = 1,
						.expect_inherit = true), 1, false, &reply));
	ASSERT_EQ(ECANCELED, knob_change(w, ASK(HALT_POLL_NS, VCPU, .value = 1, .has_expect = true,
						.expect = 1), 1, false, &reply));
	SET(VCPU, .value = 1, .expect_inherit = true, .has_expect = true, .expect = 50000);
}

TEST_F_TIMEOUT(vmm, two_vms_of_a_process, TEST_S)
{
	struct wire *w = &self->host.wire;
	struct tiny second;
	struct vm_list vms;
	struct knobs reply;

	ASSERT_EQ(0, tiny_start(&second));
	ASSERT_EQ(EINVAL, knob_change(w, ASK(HALT_POLL_NS, VM, .value = 1), 1, false, &reply));
	ASSERT_EQ(0, vms_get(w, FILTER(VM), &vms));
	ASSERT_EQ(2, vms.nr);
	SET(.vm = vms.vms[1].vm, .value = 123);
	ASSERT_KNOB(123, VM, .vm = vms.vms[1].vm);
	ASSERT_KNOB(self->host_knob.value, HOST, .vm = vms.vms[0].vm);
	ASSERT_EQ(ENOENT, knob_change(w, ASK(HALT_POLL_NS, .vm = vms.vms[1].vm, .vcpu = 1,
					     .value = 1), 1, false, &reply));
	vms_free(&vms);
	tiny_end(&second);
}

/* A vCPU can outlive its VM's file, but then there is no way to the VM */
TEST_F_TIMEOUT(vmm, closed_file, TEST_S)
{
	struct wire *w = &self->host.wire;
	struct knobs reply;
	struct knob now;

	close(self->tiny.vm);
	self->tiny.vm = -1;
	ASSERT_EQ(0, tiny_run(&self->tiny));
	ASSERT_EQ(EOPNOTSUPP, knob_change(w, ASK(HALT_POLL_NS, VM, .value = 1), 1, false, &reply));
	ASSERT_LT(8, strlen(w->text));
	ASSERT_EQ(0, knob_get(w, ASK(HALT_POLL_NS, VM), &now));
	ASSERT_FALSE(now.has_value);
	ASSERT_LT(8, strlen(now.why));
}

#define FILES 100000
#define THREADS 100
#define TABLES 40
/* Once all descriptors on an emulated machine; once for each thread would be many seconds */
#define SEARCH_MS 200

static unsigned int now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

struct crowd {
	pthread_barrier_t here;
	pthread_barrier_t leave;
	int flags;
};

static void *stand(void *arg)
{
	struct crowd *crowd = arg;

	unshare(crowd->flags);
	pthread_barrier_wait(&crowd->here);
	pthread_barrier_wait(&crowd->leave);
	return NULL;
}

/* Threads that have their own tables of files, or share one */
static int crowd_come(struct crowd *crowd, pthread_t *threads, unsigned int nr, int flags)
{
	crowd->flags = flags;
	pthread_barrier_init(&crowd->here, NULL, nr + 1);
	pthread_barrier_init(&crowd->leave, NULL, nr + 1);
	for (unsigned int i = 0; i < nr; i++)
		if (pthread_create(&threads[i], NULL, stand, crowd))
			return EAGAIN;
	pthread_barrier_wait(&crowd->here);
	return 0;
}

static void crowd_go(struct crowd *crowd, pthread_t *threads, unsigned int nr)
{
	pthread_barrier_wait(&crowd->leave);
	for (unsigned int i = 0; i < nr; i++)
		pthread_join(threads[i], NULL);
}

/* Who runs a VM decides how many files and threads are searched, but not for how long */
TEST_F_TIMEOUT(vmm, many_files_and_threads, TEST_S)
{
	struct rlimit limit = { .rlim_cur = FILES + 100, .rlim_max = FILES + 100 };
	struct wire *w = &self->host.wire;
	pthread_t threads[THREADS];
	struct crowd crowd;
	struct knob now;
	unsigned int from, ms;
	int high;

	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &limit));
	high = fcntl(self->tiny.vm, F_DUPFD, FILES + 50);
	ASSERT_LT(FILES, high);
	close(self->tiny.vm);
	self->tiny.vm = high;
	while (dup(0) < FILES)
		;
	ASSERT_EQ(0, crowd_come(&crowd, threads, THREADS, 0));
	ASSERT_KNOB(self->host_knob.value, HOST, VM);
	close(self->tiny.vm);
	self->tiny.vm = -1;
	from = now_ms();
	ASSERT_EQ(0, knob_get(w, ASK(HALT_POLL_NS, VM), &now));
	ms = now_ms() - from;
	TH_LOG("%u files of %u threads were searched in %u ms", FILES, THREADS, ms);
	ASSERT_FALSE(now.has_value);
	ASSERT_GT(SEARCH_MS, ms);
	crowd_go(&crowd, threads, THREADS);
}

TEST_F_TIMEOUT(vmm, each_thread_with_files_of_its_own, TEST_S)
{
	struct wire *w = &self->host.wire;
	pthread_t threads[TABLES];
	struct crowd crowd;
	struct knob now;

	ASSERT_EQ(0, crowd_come(&crowd, threads, TABLES, CLONE_FILES));
	ASSERT_KNOB(self->host_knob.value, HOST, VM);
	crowd_go(&crowd, threads, TABLES);
	close(self->tiny.vm);
	self->tiny.vm = -1;
	ASSERT_EQ(0, crowd_come(&crowd, threads, TABLES, CLONE_FILES));
	ASSERT_EQ(0, knob_get(w, ASK(HALT_POLL_NS, VM), &now));
	ASSERT_FALSE(now.has_value);
	ASSERT_NE(NULL, strstr(now.why, "too many"))
		TH_LOG("%s", now.why);
	crowd_go(&crowd, threads, TABLES);
}

/* All or nothing, across scopes */
TEST_F_TIMEOUT(vmm, one_refusal_spares_all_scopes, TEST_S)
{
	struct wire *w = &self->host.wire;
	struct knob ask[] = {
		KNOB(HALT_POLL_NS, .value = 1), KNOB(HALT_POLL_NS, VM, .value = 2),
		KNOB(HALT_POLL_NS, VCPU, .value = 3), KNOB(HALT_POLL_NS_GROW, VM, .value = 4),
	};
	struct knobs reply;

	ASSERT_EQ(EINVAL, knob_change(w, ask, 4, false, &reply));
	ASSERT_KNOB(self->host_knob.value, HOST, VCPU);
	ASSERT_EQ(0, knob_change(w, ask, 3, false, &reply));
	ASSERT_EQ(3, reply.nr);
	ASSERT_KNOB(1, HOST, .vcpu = -1);
	ASSERT_KNOB(2, VM, VM);
	ASSERT_KNOB(3, VCPU, VCPU);
	ASSERT_EQ(0, knob_undo(w, reply.change, false, &reply));
	ASSERT_EQ(3, reply.nr);
	knobs_free(&reply);
	ASSERT_KNOB(self->host_knob.value, HOST, VCPU);
	ASSERT_KNOB(self->host_knob.value, HOST, VM);
}

TEST_HARNESS_MAIN
