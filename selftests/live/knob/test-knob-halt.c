// SPDX-License-Identifier: GPL-2.0-only
/*
 * Halt polling of VMs and vCPUs by its effect: guests that halt for 40 us and are woken by a
 * timer. KVM's own counters are the witness. Times are only those of a real machine when the
 * virtual CPU takes a nanosecond for an instruction: run with the lab's --icount.
 */
#include "lib/host.h"
#include "lib/knobs.h"
#include "lib/slack.h"
#include "lib/sysfs.h"

#define HALTS	500
/* Of 40 us a sanitizer kernel leaves less than the 10 us with which KVM's window begins to grow */
#define HALT_US	(slack() > 1 ? 120U : 40U)
#define US	1000ULL
/*
 * A maximum with which KVM adapts its window to these halts even where the CPU idles: idle time
 * passes at the pace of the real machine, so that a halt without a poll takes up to milliseconds.
 */
#define ROOMY	(20000 * US)

FIXTURE(halt)
{
	struct host host;
	struct vmm other;
	uint64_t max;
};

FIXTURE_SETUP(halt)
{
	HOST_UP(&self->host, NULL);
	ASSERT_EQ(0, sysfs_param("kvm", "halt_poll_ns", &self->max));
}

FIXTURE_TEARDOWN(halt)
{
	vmm_kill(&self->other);
	HOST_DOWN(&self->host);
	EXPECT_EQ(0, sysfs_set_param("kvm", "halt_poll_ns", self->max));
}

struct polls {
	uint64_t halts;
	uint64_t tried;
	uint64_t hit;
	uint64_t missed_ns;
};

static struct polls polls_of(const struct known_vcpu *v)
{
	struct polls p = {
		.halts = known_stat(v, RUN, "halt_exits"),
		.tried = known_stat(v, RUN, "halt_attempted_poll"),
		.hit = known_stat(v, RUN, "halt_successful_poll"),
		.missed_ns = known_stat(v, RUN, "halt_poll_fail_ns"),
	};

	return p;
}

/* Lets the guest run to its end */
#define RUN_VMM(vmm_, known) do { \
	ASSERT_EQ(0, vmm_open_gate(vmm_)); \
	ASSERT_EQ(0, vmm_report(vmm_, known)); \
} while (0)

#define START(vmm_, args) do { \
	char args_[64]; \
	snprintf(args_, sizeof(args_), "--do hlt=%u:%u %s", HALTS, HALT_US, args); \
	ASSERT_EQ(0, vmm_start(vmm_, args_)); \
} while (0)

#define SET(...) ASSERT_NE(0, knob_set(&self->host.wire, ASK(__VA_ARGS__))) \
	TH_LOG("%s", self->host.wire.text)

/*
 * Before the first halt there was nothing to adapt, so the very first must poll. A poll ends
 * without a hit when another task wants the CPU, as one may at each tick: 500 halts take 7 ticks
 * of 4 ms. It has then lasted shorter than the halt, not as long as the window, which is longer.
 */
#define ASSERT_ALL_HIT(p) do { \
	TH_LOG("%lu halts, %lu polls, %lu hits, %lu ns without a hit", (p).halts, (p).tried, \
	       (p).hit, (p).missed_ns); \
	ASSERT_LE(HALTS, (p).halts); \
	ASSERT_LE((p).halts * (101 - slack()) / 100, (p).tried); \
	ASSERT_GE((p).halts, (p).tried); \
	ASSERT_LE((p).halts * (99 - slack()) / 100, (p).hit); \
	ASSERT_GE(((p).tried - (p).hit) * HALT_US * US, (p).missed_ns); \
} while (0)

#define ASSERT_NONE_TRIED(p) do { \
	ASSERT_LE(HALTS, (p).halts); \
	ASSERT_EQ(0, (p).tried); \
} while (0)

/* KVM grows the window from 0 in a few halts, so those do not count */
#define ASSERT_ADAPTED(p) do { \
	TH_LOG("%lu halts, %lu polls, %lu hits", (p).halts, (p).tried, (p).hit); \
	ASSERT_LE(HALTS, (p).halts); \
	ASSERT_LE((p).halts * 98 / 100, (p).tried); \
	ASSERT_LE((p).halts * 97 / 100, (p).hit); \
} while (0)

TEST_F_TIMEOUT(halt, fixed_window_polls_from_the_first_halt, TEST_S)
{
	struct known_vm known;

	/* One thread runs both, the first to its end and then the second */
	START(&self->host.vmm, "--vcpus 2 --threads 1");
	SET(HALT_POLL_NS, .value = 0);
	SET(HALT_POLL_NS, .pid = self->host.vmm.pid, .vcpu = 0, .value = 200 * US);
	RUN_VMM(&self->host.vmm, &known);
	ASSERT_EQ(2, known.nr_vcpus);
	ASSERT_ALL_HIT(polls_of(&known.vcpus[0]));
	ASSERT_NONE_TRIED(polls_of(&known.vcpus[1]));
	known_free(&known);
}

TEST_F_TIMEOUT(halt, fixed_window_of_zero_never_polls, TEST_S)
{
	struct known_vm known;

	START(&self->host.vmm, "--vcpus 2 --threads 1");
	SET(HALT_POLL_NS, .value = ROOMY);
	SET(HALT_POLL_NS, .pid = self->host.vmm.pid, .vcpu = 0, .value = 0);
	RUN_VMM(&self->host.vmm, &known);
	ASSERT_NONE_TRIED(polls_of(&known.vcpus[0]));
	ASSERT_ADAPTED(polls_of(&known.vcpus[1]));
	known_free(&known);
}

/* The VM's maximum is raised for one vCPU's sake; the other must do as it does in any VM */
TEST_F_TIMEOUT(halt, fixed_window_above_the_maximum, TEST_S)
{
	struct known_vm known, plain;
	struct polls p, expected;

	START(&self->host.vmm, "--vcpus 2 --threads 1");
	START(&self->other, "--vcpus 2 --threads 1");
	SET(HALT_POLL_NS, .pid = self->host.vmm.pid, .value = 20 * US);
	SET(HALT_POLL_NS, .pid = self->other.pid, .value = 20 * US);
	SET(HALT_POLL_NS, .pid = self->host.vmm.pid, .vcpu = 0, .value = 200 * US);
	RUN_VMM(&self->host.vmm, &known);
	RUN_VMM(&self->other, &plain);
	ASSERT_ALL_HIT(polls_of(&known.vcpus[0]));
	p = polls_of(&known.vcpus[1]);
	expected = polls_of(&plain.vcpus[1]);
	TH_LOG("sibling: %lu polls, %lu hits, %lu ns missed; in another VM: %lu, %lu, %lu",
	       p.tried, p.hit, p.missed_ns, expected.tried, expected.hit, expected.missed_ns);
	/* A halt now and then is shorter than the rest */
	ASSERT_LE(p.tried, expected.tried + 20);
	ASSERT_LE(p.hit, expected.hit + 20);
	known_free(&known);
	known_free(&plain);
}

TEST_F_TIMEOUT(halt, siblings_window_ends_at_the_maximum, TEST_S)
{
	struct wire *w = &self->host.wire;
	struct known_vm known;
	struct snap snap;
	pid_t pid;

	START(&self->host.vmm, "--vcpus 2 --threads 1");
	pid = self->host.vmm.pid;
	SET(HALT_POLL_NS_GROW, .value = 100000);
	SET(HALT_POLL_NS, .pid = pid, .value = ROOMY);
	SET(HALT_POLL_NS, .pid = pid, .vcpu = 0, .value = 2 * ROOMY);
	RUN_VMM(&self->host.vmm, &known);
	ASSERT_ALL_HIT(polls_of(&known.vcpus[0]));
	ASSERT_ADAPTED(polls_of(&known.vcpus[1]));
	known_free(&known);
	ASSERT_EQ(0, snap_do(w, FILTER(.pid = pid, .vcpu = 0), &snap));
	ASSERT_EQ(2 * ROOMY, snap.accts[0].poll_window);
	snap_free(&snap);
	/* From 10 us it would grow to a second */
	ASSERT_EQ(0, snap_do(w, FILTER(.pid = pid, .vcpu = 1), &snap));
	ASSERT_EQ(ROOMY, snap.accts[0].poll_window);
	snap_free(&snap);
}

TEST_F_TIMEOUT(halt, maximum_of_a_vm_is_no_others, TEST_S)
{
	static const uint64_t host[] = { 0, ROOMY };
	struct known_vm mine, other;

	for (int i = 0; i < 2; i++) {
		START(&self->host.vmm, "");
		START(&self->other, "");
		SET(HALT_POLL_NS, .value = host[i]);
		SET(HALT_POLL_NS, .pid = self->host.vmm.pid, .value = host[!i]);
		RUN_VMM(&self->host.vmm, &mine);
		RUN_VMM(&self->other, &other);
		ASSERT_NONE_TRIED(polls_of(host[i] ? &mine.vcpus[0] : &other.vcpus[0]));
		ASSERT_ADAPTED(polls_of(host[i] ? &other.vcpus[0] : &mine.vcpus[0]));
		known_free(&mine);
		known_free(&other);
		vmm_kill(&self->host.vmm);
		vmm_kill(&self->other);
	}
}

/* What a running VM does in the next 100 ms */
static int watch(pid_t pid, struct polls *p)
{
	struct polls a, b;
	int err;

	err = debugfs_kvm(pid, "halt_attempted_poll", &a.tried) ?:
	      debugfs_kvm(pid, "halt_successful_poll", &a.hit) ?:
	      debugfs_kvm(pid, "halt_exits", &a.halts);
	sleep_ms(100);
	err = err ?: debugfs_kvm(pid, "halt_exits", &b.halts) ?:
	      debugfs_kvm(pid, "halt_attempted_poll", &b.tried) ?:
	      debugfs_kvm(pid, "halt_successful_poll", &b.hit);
	*p = (struct polls){
		.halts = b.halts - a.halts, .tried = b.tried - a.tried, .hit = b.hit - a.hit,
	};
	return err;
}

/* At most one halt, the one that was under way, is still as before; reading takes one more */
#define ASSERT_POLLS(yes) do { \
	struct polls p_; \
	ASSERT_EQ(0, watch(self->host.vmm.pid, &p_)); \
	TH_LOG("%lu halts, %lu polls, %lu hits", p_.halts, p_.tried, p_.hit); \
	ASSERT_LE(20, p_.halts); \
	ASSERT_TRUE((yes) ? p_.halts <= p_.tried + 2 : p_.tried <= 1); \
} while (0)

/* KVM's own window may have to grow from 0, see ROOMY */
#define ADAPT()	sleep_ms(30)

#define UNDO(change) do { \
	struct knobs reply_; \
	ASSERT_EQ(0, knob_undo(&self->host.wire, change, false, &reply_)); \
	ASSERT_EQ(1, reply_.nr); \
	ASSERT_EQ(KVMLAT_RESULT_RESTORED, reply_.knob[0].result); \
	knobs_free(&reply_); \
} while (0)

#define ASSERT_KNOB(value_, source_, ...) do { \
	struct knob k_; \
	ASSERT_EQ(0, knob_get(&self->host.wire, ASK(HALT_POLL_NS, __VA_ARGS__), &k_)); \
	ASSERT_EQ(value_, k_.value); \
	ASSERT_EQ(KVMLAT_SCOPE_##source_, k_.source); \
} while (0)

TEST_F_TIMEOUT(halt, running_vm_follows_within_a_halt, TEST_S)
{
	struct wire *w = &self->host.wire;
	pid_t pid;
	uint32_t host, vm, vcpu;

	START(&self->host.vmm, "--forever");
	pid = self->host.vmm.pid;
	ASSERT_EQ(0, vmm_open_gate(&self->host.vmm));
	SET(HALT_POLL_NS, .value = 0);
	ASSERT_POLLS(false);

	vcpu = knob_set(w, ASK(HALT_POLL_NS, .pid = pid, .vcpu = 0, .value = 300 * US));
	ASSERT_KNOB(300 * US, VCPU, .pid = pid, .vcpu = 0);
	ASSERT_KNOB(0, HOST, .pid = pid);
	ASSERT_POLLS(true);
	UNDO(vcpu);
	ASSERT_KNOB(0, HOST, .pid = pid, .vcpu = 0);
	ASSERT_POLLS(false);

	/* With a fixed window the host's maximum counts for nothing, without it does again */
	host = knob_set(w, ASK(HALT_POLL_NS, .value = ROOMY));
	ADAPT();
	ASSERT_POLLS(true);
	vcpu = knob_set(w, ASK(HALT_POLL_NS, .pid = pid, .vcpu = 0, .value = 0));
	ASSERT_POLLS(false);
	SET(HALT_POLL_NS, .pid = pid, .vcpu = 0, .inherit = true);
	ADAPT();
	ASSERT_POLLS(true);

	vm = knob_set(w, ASK(HALT_POLL_NS, .pid = pid, .value = 0));
	ASSERT_KNOB(0, VM, .pid = pid);
	ASSERT_KNOB(0, VM, .pid = pid, .vcpu = 0);
	ASSERT_POLLS(false);
	UNDO(vm);
	ASSERT_KNOB(ROOMY, HOST, .pid = pid, .vcpu = 0);
	ADAPT();
	ASSERT_POLLS(true);
	UNDO(host);
	ASSERT_POLLS(false);
}

/* Sysfs and a VM's maximum are moved under a vCPU whose window is wider than they are */
TEST_F_TIMEOUT(halt, fixed_window_stands_whatever_moves, TEST_S)
{
	pid_t pid;

	START(&self->host.vmm, "--forever");
	pid = self->host.vmm.pid;
	ASSERT_EQ(0, vmm_open_gate(&self->host.vmm));
	SET(HALT_POLL_NS, .pid = pid, .vcpu = 0, .value = 250 * US);
	ASSERT_POLLS(true);
	ASSERT_EQ(0, sysfs_set_param("kvm", "halt_poll_ns", 0));
	sleep_ms(10);
	ASSERT_KNOB(0, HOST, .pid = pid);
	ASSERT_KNOB(250 * US, VCPU, .pid = pid, .vcpu = 0);
	ASSERT_POLLS(true);
	ASSERT_EQ(0, sysfs_set_param("kvm", "halt_poll_ns", 400 * US));
	ASSERT_KNOB(400 * US, HOST, .pid = pid);
	ASSERT_POLLS(true);
	SET(HALT_POLL_NS, .pid = pid, .value = 30 * US);
	ASSERT_KNOB(30 * US, VM, .pid = pid);
	ASSERT_POLLS(true);
	SET(HALT_POLL_NS, .pid = pid, .inherit = true);
	ASSERT_KNOB(400 * US, HOST, .pid = pid);
	ASSERT_POLLS(true);
}

TEST_F_TIMEOUT(halt, unloading_restores, TEST_S)
{
	pid_t pid;

	START(&self->host.vmm, "--forever");
	pid = self->host.vmm.pid;
	ASSERT_EQ(0, vmm_open_gate(&self->host.vmm));
	ASSERT_EQ(0, sysfs_set_param("kvm", "halt_poll_ns", 0));
	SET(HALT_POLL_NS, .pid = pid, .value = 100 * US);
	SET(HALT_POLL_NS, .pid = pid, .vcpu = 0, .value = 200 * US);
	ASSERT_POLLS(true);
	ASSERT_EQ(0, kvmlat_unload());
	ASSERT_POLLS(false);
	ASSERT_EQ(0, kvmlat_load(NULL));
	wire_close(&self->host.wire);
	ASSERT_EQ(0, wire_open(&self->host.wire));
	sleep_ms(10);
	ASSERT_KNOB(0, HOST, .pid = pid, .vcpu = 0);
}

TEST_F_TIMEOUT(halt, ends_with_the_vm, TEST_S)
{
	struct wire *w = &self->host.wire;
	struct knobs reply;
	uint32_t change;
	pid_t pid;

	START(&self->host.vmm, "");
	pid = self->host.vmm.pid;
	change = knob_set(w, ASK(HALT_POLL_NS, .pid = pid, .vcpu = 0, .value = 7));
	ASSERT_NE(0, change);
	vmm_kill(&self->host.vmm);
	ASSERT_GONE(w, pid, 1);
	ASSERT_EQ(0, knob_dump(w, FILTER(), -1, KVMLAT_SCOPE_VCPU, &reply));
	ASSERT_EQ(0, reply.nr);
	ASSERT_EQ(ENOENT, knob_change(w, ASK(HALT_POLL_NS, .pid = pid, .value = 1), 1, false,
				      &reply));
	ASSERT_EQ(0, knob_undo(w, change, false, &reply));
	ASSERT_EQ(1, reply.nr);
	ASSERT_EQ(KVMLAT_RESULT_GONE, reply.knob[0].result);
	knobs_free(&reply);
	ASSERT_EQ(ENOENT, knob_undo(w, change, false, &reply));
}

TEST_HARNESS_MAIN
