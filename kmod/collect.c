// SPDX-License-Identifier: GPL-2.0-only
#include <linux/mm.h>
#include <linux/slab.h>

#include "ledger/detail.h"
#include "attach.h"
#include "clock.h"
#include "collect.h"
#include "thread.h"
#include "vms.h"
#include "worker.h"

/* From now on the vCPU's events go the slow way, or no longer. Returns what it had. */
static struct kvmlat_detail *swap_detail(struct kvmlat_vcpu *vcpu, struct kvmlat_detail *detail)
{
	struct kvmlat_detail *old;
	unsigned long flags;

	raw_spin_lock_irqsave(&vcpu->lock, flags);
	old = vcpu->ledger.detail;
	WRITE_ONCE(vcpu->ledger.detail, detail);
	raw_spin_unlock_irqrestore(&vcpu->lock, flags);
	kvmlat_thread_note(vcpu);
	return old;
}

static int give(struct kvmlat_vm *vm)
{
	struct kvmlat_vcpu *vcpu;

	/* vCPUs may join the list meanwhile, at its end; none leaves it under kvmlat_mutex. */
	list_for_each_entry_rcu(vcpu, &vm->vcpus, node, lockdep_is_held(&kvmlat_mutex)) {
		struct kvmlat_detail *detail;

		if (vcpu->ledger.detail || vcpu->ledger.ended)
			continue;
		detail = kvzalloc(sizeof(*detail), GFP_KERNEL | __GFP_NOWARN);
		if (!detail)
			return -ENOMEM;
		detail->since = kvmlat_clock();
		swap_detail(vcpu, detail);
	}
	return 0;
}

static bool any_is_on(void)
{
	struct kvmlat_vm *vm;

	kvmlat_vms_for_each(vm, 0, 0) {
		if (kvmlat_collect_is_on(vm) && !READ_ONCE(vm->gone))
			return true;
	}
	return false;
}

/*
 * For vCPUs that joined since, and VMs that ended since. Without memory the next vCPU or the next
 * request tries again.
 */
static void catch_up(void)
{
	struct kvmlat_vm *vm;

	mutex_lock(&kvmlat_mutex);
	kvmlat_vms_for_each(vm, 0, 0) {
		if (kvmlat_collect_is_on(vm))
			give(vm);
	}
	kvmlat_attach_details(any_is_on());
	mutex_unlock(&kvmlat_mutex);
}

static struct kvmlat_job collect_job = KVMLAT_JOB(catch_up);

/* Whether there were any: then free_taken() after a grace period, one for all VMs. */
static bool take_away(struct kvmlat_vm *vm)
{
	struct kvmlat_vcpu *vcpu;
	bool any = false;

	WRITE_ONCE(vm->collector, NULL);
	list_for_each_entry_rcu(vcpu, &vm->vcpus, node, lockdep_is_held(&kvmlat_mutex)) {
		vcpu->taken = swap_detail(vcpu, NULL);
		any |= !!vcpu->taken;
	}
	return any;
}

static void free_taken(struct kvmlat_vm *vm)
{
	struct kvmlat_vcpu *vcpu;

	list_for_each_entry_rcu(vcpu, &vm->vcpus, node, lockdep_is_held(&kvmlat_mutex)) {
		kvfree(vcpu->taken);
		vcpu->taken = NULL;
	}
}

int kvmlat_collect_on(struct kvmlat_vm *vm)
{
	bool was_on = kvmlat_collect_is_on(vm);
	int err;

	lockdep_assert_held(&kvmlat_mutex);
	WRITE_ONCE(vm->collector, &collect_job);
	/* With kvmlat_vm_table_tell(): a vCPU that comes, or the VM's end, is seen here or asks. */
	smp_mb();
	kvmlat_attach_details(any_is_on());
	err = give(vm);
	if (err && !was_on && take_away(vm)) {
		synchronize_rcu();
		free_taken(vm);
	}
	if (err)
		kvmlat_attach_details(any_is_on());
	return err;
}

u32 kvmlat_collect_off(u32 vm_id, u32 pid)
{
	struct kvmlat_vm *vm;
	bool any = false;
	u32 met = 0;

	kvmlat_vms_for_each(vm, vm_id, pid) {
		if (READ_ONCE(vm->gone))
			continue;
		met++;
		any |= take_away(vm);
	}
	kvmlat_attach_details(any_is_on());
	if (!any)
		return met;
	synchronize_rcu();
	kvmlat_vms_for_each(vm, vm_id, pid)
		free_taken(vm);
	return met;
}

void kvmlat_collect_init(void)
{
	kvmlat_worker_register(&collect_job);
}
