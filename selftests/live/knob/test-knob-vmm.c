// SPDX-License-Identifier: GPL-2.0-only
/* Knobs of a VM beside what its own VMM does with KVM_CAP_HALT_POLL and with its files. */
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
