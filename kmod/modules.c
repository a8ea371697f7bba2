// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM's modules come and go: the vendor module's way to tell reasons, records of changed
 * parameters, and the kprobe that tells of a VM's end, which has no tracepoint.
 */
#include <linux/kprobes.h>
#include <linux/kvm_host.h>
#include <linux/module.h>
#include <linux/mutex.h>

#include "knob/undo.h"
#include "end.h"
#include "modules.h"
#include "reason.h"

/* Runs in the thread that drops the VM's last reference, preemption off. */
static int vm_ends(struct kprobe *kp, struct pt_regs *regs)
{
	kvmlat_end_kvm((const struct kvm *)regs_get_kernel_argument(regs, 0));
	return 0;
}

/* Loading and unloading of kvm against our own. */
static DEFINE_MUTEX(vm_mutex);
static struct kprobe vm_kprobe;
static bool vm_attached;
static int vm_err;

/*
 * All kprobes of the kernel can be switched off, and nobody is told: debugfs' kprobes/enabled, or
 * kernel.ftrace_enabled=0. So there is one on a function of ours, as ours on KVM's, that is
 * called to see.
 */
static noinline void canary(void)
{
	barrier();
}

static bool sang;

static int sing(struct kprobe *kp, struct pt_regs *regs)
{
	WRITE_ONCE(sang, true);
	return 0;
}

static struct kprobe canary_kprobe;

static int canary_in(void)
{
	canary_kprobe = (struct kprobe) {
		.addr = (kprobe_opcode_t *)canary,
		.pre_handler = sing,
	};
	return register_kprobe(&canary_kprobe);
}

static bool canary_sings(void)
{
	WRITE_ONCE(sang, false);
	canary();
	return READ_ONCE(sang);
}

/*
 * No notice of a VM's end is bearable: its vCPUs stay in the table as if they slept until
 * their addresses are used again, or it is seen that their process has ended.
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
	if (!vm_err) {
		vm_err = canary_in();
		if (vm_err)
			unregister_kprobe(&vm_kprobe);
	}
	vm_attached = !vm_err;
out:
	mutex_unlock(&vm_mutex);
}

static void detach_vm_end(void)
{
	mutex_lock(&vm_mutex);
	if (vm_attached) {
		unregister_kprobe(&canary_kprobe);
		unregister_kprobe(&vm_kprobe);
	}
	vm_attached = false;
	vm_err = 0;
	mutex_unlock(&vm_mutex);
	kvmlat_end_all();
}

const char *kvmlat_modules_vm_end_why(void)
{
	const char *why = NULL;

	mutex_lock(&vm_mutex);
	if (vm_err)
		why = "no kprobe on kvm_arch_destroy_vm: VMs seem to sleep until their VMM ends";
	else if (!vm_attached)
		why = "kvm is not loaded";
	else if (!canary_sings())
		why = "kprobes are off (sysctl, debugfs): VMs seem to sleep until their VMM ends";
	mutex_unlock(&vm_mutex);
	return why;
}

void kvmlat_modules_sweep(void)
{
	bool notified;

	mutex_lock(&vm_mutex);
	notified = vm_attached && canary_sings();
	mutex_unlock(&vm_mutex);
	if (!notified)
		kvmlat_end_sweep();
}

/*
 * Every module of the host comes here, and while it does no other can: those that we have nothing
 * to do with must not wait for a reader who holds kvmlat_mutex.
 */
static bool is_kvms(const struct module *mod)
{
	return !strcmp(mod->name, "kvm") || !strcmp(mod->name, "kvm_intel") ||
	       !strcmp(mod->name, "kvm_amd");
}

static int any_module(struct notifier_block *nb, unsigned long state, void *data)
{
	struct module *mod = data;

	if ((state != MODULE_STATE_COMING && state != MODULE_STATE_GOING) || !is_kvms(mod))
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

int kvmlat_modules_init(void)
{
	int err = register_module_notifier(&module_nb);

	if (err)
		return err;
	/* What was loaded before the notifier. */
	kvmlat_reason_init();
	attach_vm_end();
	return 0;
}

/* No probe runs any more. */
void kvmlat_modules_exit(void)
{
	unregister_module_notifier(&module_nb);
	detach_vm_end();
	kvmlat_reason_exit();
}
