// SPDX-License-Identifier: GPL-2.0-only
/*
 * The probes, one short function per tracepoint, and how they come and go with kvm.ko.
 *
 * Tracepoints are found by name, so nothing pins kvm.ko: it may be loaded later, unloaded
 * and loaded again. The tracepoint notifier replays modules that are there already, and
 * calls us once more for each when we leave.
 *
 * Context of the probes: kvm_entry and kvm_exit run with IRQs off, except that Linux 6.1
 * calls kvm_exit with IRQs on for AMD, where the tracepoint turns preemption off, as it
 * does for all before Linux 7.0. From 7.0 on it does not, so kvm_userspace_exit, which
 * comes with IRQs on, does so itself. A probe may not sleep, allocate or touch user memory.
 */
#include <linux/kprobes.h>
#include <linux/kvm_host.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/tracepoint.h>

#include "clock.h"
#include "probe.h"
#include "reason.h"
#include "vcpu.h"

static __always_inline void count_exit(struct kvmlat_vcpu *vcpu, struct kvm_vcpu *kvm_vcpu,
				       u64 now)
{
	kvmlat_ledger_exit(&vcpu->ledger, now, kvmlat_reason(kvm_vcpu));
}

/*
 * The slow halves: the CPU had another vCPU last, another thread runs the vCPU, or it was
 * reset. Apart, so that the fast halves need few registers and no stack frame.
 */
static noinline void probe_exit_slow(struct kvm_vcpu *kvm_vcpu, u64 now)
{
	struct kvmlat_vcpu *vcpu = kvmlat_vcpu_find(kvm_vcpu, now, KVMLAT_STATE_GUEST);

	if (!vcpu)
		return;
	if (READ_ONCE(vcpu->ledger.owner) != current)
		now = kvmlat_vcpu_switch(vcpu, now);
	count_exit(vcpu, kvm_vcpu, now);
}

static noinline void probe_entry_slow(struct kvm_vcpu *kvm_vcpu, u64 now)
{
	struct kvmlat_vcpu *vcpu = kvmlat_vcpu_find(kvm_vcpu, now, KVMLAT_STATE_EXIT);

	if (!vcpu)
		return;
	if (!READ_ONCE(vcpu->ledger.owner))
		now = kvmlat_vcpu_switch(vcpu, now);
	kvmlat_ledger_entry(&vcpu->ledger, now);
}

static __always_inline void exit_at(struct kvm_vcpu *kvm_vcpu, u64 now)
{
	if (kvmlat_vcpu_is_last(kvm_vcpu)) {
		struct kvmlat_vcpu *vcpu = this_cpu_read(kvmlat_last.vcpu);

		if (likely(READ_ONCE(vcpu->ledger.owner) == current)) {
			count_exit(vcpu, kvm_vcpu, now);
			return;
		}
	}
	probe_exit_slow(kvm_vcpu, now);
}

static __always_inline void entry_at(struct kvm_vcpu *kvm_vcpu, u64 now)
{
	if (kvmlat_vcpu_is_last(kvm_vcpu)) {
		struct kvmlat_vcpu *vcpu = this_cpu_read(kvmlat_last.vcpu);

		if (likely(READ_ONCE(vcpu->ledger.owner))) {
			kvmlat_ledger_entry(&vcpu->ledger, now);
			return;
		}
	}
	probe_entry_slow(kvm_vcpu, now);
}

static notrace void probe_exit(void *data, struct kvm_vcpu *kvm_vcpu, u32 isa)
{
	exit_at(kvm_vcpu, kvmlat_clock_tsc());
}

static notrace void probe_exit_mono(void *data, struct kvm_vcpu *kvm_vcpu, u32 isa)
{
	exit_at(kvm_vcpu, kvmlat_clock_mono());
}

/* The event has one more argument from 6.9 on; nobody reads it, so we leave it out. */
static notrace void probe_entry(void *data, struct kvm_vcpu *kvm_vcpu)
{
	entry_at(kvm_vcpu, kvmlat_clock_tsc());
}

static notrace void probe_entry_mono(void *data, struct kvm_vcpu *kvm_vcpu)
{
	entry_at(kvm_vcpu, kvmlat_clock_mono());
}

static void probe_user(void *data, u32 reason, int error)
{
	struct kvmlat_vcpu *vcpu;
	u64 now;

	preempt_disable_notrace();
	now = kvmlat_clock();
	vcpu = kvmlat_vcpu_of_current();
	if (vcpu)
		kvmlat_ledger_user(&vcpu->ledger, now);
	preempt_enable_notrace();
}

static struct probe {
	const char *name;
	void *func;
	void *func_mono;	/* where the TSC is no clock, NULL: the same */
	struct tracepoint *tp;
	int err;
} probes[] = {
	{ "kvm_exit", probe_exit, probe_exit_mono },
	{ "kvm_userspace_exit", probe_user },
	{ "kvm_entry", probe_entry, probe_entry_mono },
};

/* Runs in the thread that drops the VM's last reference, preemption off. */
static int vm_ends(struct kprobe *kp, struct pt_regs *regs)
{
	kvmlat_vcpu_vm_ends((const struct kvm *)regs_get_kernel_argument(regs, 0));
	return 0;
}

/* Loading and unloading of kvm against our own. */
static DEFINE_MUTEX(vm_mutex);
static struct kprobe vm_kprobe;
static bool vm_attached;
static int vm_err;

/*
 * No notice of a VM's end is bearable: its vCPUs stay in the table as if they slept until
 * their addresses are used again.
 */
static void attach_vm_end(void)
{
	mutex_lock(&vm_mutex);
	if (vm_attached)
		goto out;
	vm_kprobe = (struct kprobe) {
		.symbol_name = "kvm_arch_destroy_vm",
		.pre_handler = vm_ends,
	};
	vm_err = register_kprobe(&vm_kprobe);
	vm_attached = !vm_err;
out:
	mutex_unlock(&vm_mutex);
}

static void detach_vm_end(void)
{
	mutex_lock(&vm_mutex);
	if (vm_attached)
		unregister_kprobe(&vm_kprobe);
	vm_attached = false;
	vm_err = 0;
	mutex_unlock(&vm_mutex);
	kvmlat_vcpu_all_end();
}

static void *func_of(const struct probe *p)
{
	return kvmlat_clock_is_tsc || !p->func_mono ? p->func : p->func_mono;
}

static void attach(struct tracepoint *tp, void *unused)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(probes); i++) {
		struct probe *p = &probes[i];

		if (p->tp || strcmp(tp->name, p->name))
			continue;
		p->err = tracepoint_probe_register(tp, func_of(p), NULL);
		if (!p->err)
			p->tp = tp;
	}
}

static void detach(struct tracepoint *tp)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(probes); i++) {
		struct probe *p = &probes[i];

		if (p->tp != tp)
			continue;
		tracepoint_probe_unregister(tp, func_of(p), NULL);
		p->tp = NULL;
	}
}

static int tracepoint_module(struct notifier_block *nb, unsigned long state, void *data)
{
	struct tp_module *tpm = data;
	struct module *mod = tpm->mod;
	unsigned int i;

	if (strcmp(mod->name, "kvm"))
		return NOTIFY_OK;
	for (i = 0; i < mod->num_tracepoints; i++) {
		struct tracepoint *tp = tracepoint_ptr_deref(&mod->tracepoints_ptrs[i]);

		if (state == MODULE_STATE_COMING)
			attach(tp, NULL);
		else if (state == MODULE_STATE_GOING)
			detach(tp);
	}
	return NOTIFY_OK;
}

static struct notifier_block tracepoint_nb = { .notifier_call = tracepoint_module };

static int any_module(struct notifier_block *nb, unsigned long state, void *data)
{
	struct module *mod = data;

	if (state != MODULE_STATE_COMING && state != MODULE_STATE_GOING)
		return NOTIFY_OK;
	kvmlat_reason_module(mod, state);
	if (!strcmp(mod->name, "kvm")) {
		if (state == MODULE_STATE_COMING)
			attach_vm_end();
		else
			detach_vm_end();
	}
	return NOTIFY_OK;
}

static struct notifier_block module_nb = { .notifier_call = any_module };

bool kvmlat_probe_info(unsigned int n, struct kvmlat_probe_info *info)
{
	if (n < ARRAY_SIZE(probes)) {
		info->name = probes[n].name;
		info->attached = READ_ONCE(probes[n].tp);
		info->why = info->attached ? NULL : READ_ONCE(probes[n].err) ?
			"the kernel refused to attach to the tracepoint" : "kvm is not loaded";
		return true;
	}
	switch (n - ARRAY_SIZE(probes)) {
	case 0:
		info->name = "exit reason";
		info->why = kvmlat_reason_why();
		info->attached = !info->why;
		return true;
	case 1:
		info->name = "VM end";
		info->attached = READ_ONCE(vm_attached);
		info->why = info->attached ? NULL : READ_ONCE(vm_err) ?
			"no kprobe on kvm_arch_destroy_vm: VMs that ended seem to sleep" :
			"kvm is not loaded";
		return true;
	default:
		return false;
	}
}

int kvmlat_probe_init(void)
{
	int err;

	err = register_module_notifier(&module_nb);
	if (err)
		return err;
	/* What was loaded before the notifier. Both are in place before the first event. */
	kvmlat_reason_init();
	attach_vm_end();
	for_each_kernel_tracepoint(attach, NULL);
	err = register_tracepoint_module_notifier(&tracepoint_nb);
	if (err) {
		kvmlat_probe_exit();
		return err;
	}
	return 0;
}

void kvmlat_probe_exit(void)
{
	size_t i;

	unregister_tracepoint_module_notifier(&tracepoint_nb);
	for (i = 0; i < ARRAY_SIZE(probes); i++) {
		if (probes[i].tp)
			detach(probes[i].tp);
	}
	tracepoint_synchronize_unregister();
	unregister_module_notifier(&module_nb);
	detach_vm_end();
	kvmlat_reason_exit();
}
