// SPDX-License-Identifier: GPL-2.0-only
#include <linux/mm.h>
#include <linux/slab.h>

#include "ledger/detail.h"
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

/* For vCPUs that joined since. Without memory the next vCPU or the next request tries again. */
static void give_joined(void)
{
	struct kvmlat_vm *vm;

	mutex_lock(&kvmlat_mutex);
	kvmlat_vms_for_each(vm, 0, 0) {
		if (kvmlat_collect_is_on(vm))
			give(vm);
	}
	mutex_unlock(&kvmlat_mutex);
}

static struct kvmlat_job give_job = KVMLAT_JOB(give_joined);

int kvmlat_collect_on(struct kvmlat_vm *vm)
{
	bool was_on = kvmlat_collect_is_on(vm);
	int err;

	lockdep_assert_held(&kvmlat_mutex);
	/* First, so that a vCPU that comes while we give asks the worker. */
	WRITE_ONCE(vm->joined, &give_job);
	err = give(vm);
	if (err && !was_on)
		kvmlat_collect_off(vm);
	return err;
}

void kvmlat_collect_off(struct kvmlat_vm *vm)
{
	struct kvmlat_vcpu *vcpu;

	lockdep_assert_held(&kvmlat_mutex);
	WRITE_ONCE(vm->joined, NULL);
	list_for_each_entry_rcu(vcpu, &vm->vcpus, node, lockdep_is_held(&kvmlat_mutex)) {
		struct kvmlat_detail *old = swap_detail(vcpu, NULL);

		if (!old)
			continue;
		/* A probe may be writing it, with preemption off. */
		synchronize_rcu();
		kvfree(old);
	}
}

void kvmlat_collect_init(void)
{
	kvmlat_worker_register(&give_job);
}
