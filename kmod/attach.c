// SPDX-License-Identifier: GPL-2.0-only
/*
 * How the probes come and go with kvm.ko.
 *
 * Tracepoints are found by name, so nothing pins kvm.ko: it may be loaded later, unloaded
 * and loaded again. The tracepoint notifier replays modules that are there already, and
 * calls us once more for each when we leave. vCPUs are only learned while all of KVM's
 * probes are attached.
 */
#include <linux/kprobes.h>
#include <linux/kvm_host.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/tracepoint.h>

#include "attach.h"
#include "clock.h"
#include "knob/undo.h"
#include "probe.h"
#include "reason.h"
#include "vcpu.h"

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

static void *func_of(const struct kvmlat_probe *p)
{
	return kvmlat_clock_is_tsc || !p->func_mono ? p->func : p->func_mono;
}

static void attach(struct kvmlat_probe *p, struct tracepoint *tp)
{
	if (p->tp || strcmp(tp->name, p->name))
		return;
	p->err = tracepoint_probe_register(tp, func_of(p), NULL);
	if (!p->err)
		p->tp = tp;
}

static void detach(struct kvmlat_probe *p)
{
	if (p->tp)
		tracepoint_probe_unregister(p->tp, func_of(p), NULL);
	p->tp = NULL;
}

/* Tracepoints of the kernel itself, which are there for good. */
static void attach_builtin(struct tracepoint *tp, void *unused)
{
	size_t i;

	for (i = 0; i < kvmlat_nr_probes; i++) {
		if (kvmlat_probes[i].builtin)
			attach(&kvmlat_probes[i], tp);
	}
}

static bool all_attached(void)
{
	size_t i;

	for (i = 0; i < kvmlat_nr_probes; i++) {
		if (!kvmlat_probes[i].tp && !kvmlat_probes[i].optional)
			return false;
	}
	return true;
}

static int tracepoint_module(struct notifier_block *nb, unsigned long state, void *data)
{
	struct tp_module *tpm = data;
	struct module *mod = tpm->mod;
	unsigned int i;
	size_t n;

	if (strcmp(mod->name, "kvm"))
		return NOTIFY_OK;
	if (state != MODULE_STATE_COMING)
		kvmlat_vcpu_learning(false);
	for (n = 0; n < kvmlat_nr_probes; n++) {
		struct kvmlat_probe *p = &kvmlat_probes[n];

		for (i = 0; i < mod->num_tracepoints && state == MODULE_STATE_COMING; i++)
			attach(p, tracepoint_ptr_deref(&mod->tracepoints_ptrs[i]));
		if (state == MODULE_STATE_GOING && !p->builtin)
			detach(p);
	}
	if (state == MODULE_STATE_COMING)
		kvmlat_vcpu_learning(all_attached());
	return NOTIFY_OK;
}

static struct notifier_block tracepoint_nb = { .notifier_call = tracepoint_module };

static int any_module(struct notifier_block *nb, unsigned long state, void *data)
{
	struct module *mod = data;

	if (state != MODULE_STATE_COMING && state != MODULE_STATE_GOING)
		return NOTIFY_OK;
	kvmlat_reason_module(mod, state);
	kvmlat_undo_module(mod->name);
	if (!strcmp(mod->name, "kvm")) {
		if (state == MODULE_STATE_COMING)
			attach_vm_end();
		else
			detach_vm_end();
	}
	return NOTIFY_OK;
}

static struct notifier_block module_nb = { .notifier_call = any_module };

static const char *why_not(const struct kvmlat_probe *p)
{
	size_t i;

	if (READ_ONCE(p->err))
		return "the kernel refused to attach to the tracepoint";
	for (i = 0; i < kvmlat_nr_probes; i++) {
		if (READ_ONCE(kvmlat_probes[i].tp) && !kvmlat_probes[i].builtin)
			return p->optional ?: "kvm has no such tracepoint: no vCPU is observed";
	}
	return "kvm is not loaded";
}

bool kvmlat_attach_info(unsigned int n, struct kvmlat_attach_info *info)
{
	if (n < kvmlat_nr_probes) {
		const struct kvmlat_probe *p = &kvmlat_probes[n];

		info->name = p->name;
		info->attached = READ_ONCE(p->tp);
		info->why = info->attached ? NULL : why_not(p);
		return true;
	}
	switch (n - kvmlat_nr_probes) {
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

int kvmlat_attach_init(void)
{
	int err;

	err = register_module_notifier(&module_nb);
	if (err)
		return err;
	/* What was loaded before the notifier. Both are in place before the first event. */
	kvmlat_reason_init();
	attach_vm_end();
	for_each_kernel_tracepoint(attach_builtin, NULL);
	err = register_tracepoint_module_notifier(&tracepoint_nb);
	if (err) {
		kvmlat_attach_exit();
		return err;
	}
	return 0;
}

void kvmlat_attach_exit(void)
{
	size_t i;

	unregister_tracepoint_module_notifier(&tracepoint_nb);
	kvmlat_vcpu_learning(false);
	for (i = kvmlat_nr_probes; i--; )
		detach(&kvmlat_probes[i]);
	tracepoint_synchronize_unregister();
	unregister_module_notifier(&module_nb);
	detach_vm_end();
	kvmlat_reason_exit();
}
