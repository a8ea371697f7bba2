// SPDX-License-Identifier: GPL-2.0-only
#include <linux/irqflags.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "clock.h"
#include "end.h"
#include "limit.h"
#include "lock.h"
#include "outlier.h"
#include "reserve.h"
#include "thread.h"
#include "vm-table.h"
#include "vms.h"
#include "worker.h"

static unsigned int gone_max = 64;
module_param(gone_max, uint, 0444);
MODULE_PARM_DESC(gone_max, "VMs that ended and are kept for reading; the oldest goes first (default 64)");

static unsigned long gone_memory = 32 << 20;
module_param(gone_memory, ulong, 0444);
MODULE_PARM_DESC(gone_memory, "bytes that accounts of VMs that ended may take; the oldest goes first (default 32 MiB)");

static struct kvmlat_vm_table *const table = &kvmlat_vm_table;

static void forget_oldest(void);
static void end_late(void);

static struct kvmlat_job forget_job = KVMLAT_JOB(forget_oldest);
static struct kvmlat_job end_job = KVMLAT_JOB(end_late);

static void begin_end(struct kvmlat_vm *vm)
{
	lockdep_assert_held(&table->lock);
	hlist_del(&vm->hash);
	vm->ended = kvmlat_clock_ordered();
	WRITE_ONCE(vm->ending, true);
}

static bool too_many_gone(void)
{
	return READ_ONCE(table->nr_gone) > gone_max || READ_ONCE(table->gone_bytes) > gone_memory;
}

static void end_vcpu(struct kvmlat_vcpu *vcpu)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&table->lock, flags);
	hlist_del_rcu(&vcpu->hash);
	raw_spin_unlock_irqrestore(&table->lock, flags);
	kvmlat_thread_end(vcpu);
}

static void finish_end(struct kvmlat_vm *vm, bool may_sleep)
{
	u64 bytes = sizeof(*vm);
	struct kvmlat_vcpu *vcpu;
	unsigned long flags;

	/* None joins it any more. */
	list_for_each_entry(vcpu, &vm->vcpus, node) {
		end_vcpu(vcpu);
		bytes += kvmlat_ledger_memory(&vcpu->ledger);
		if (may_sleep)
			cond_resched();
	}
	raw_spin_lock_irqsave(&table->lock, flags);
	vm->bytes = bytes;
	table->gone_bytes += bytes;
	list_add_tail(&vm->gone_node, &table->gone);
	WRITE_ONCE(vm->gone, vm->ended);
	table->nr_vms--;
	table->nr_gone++;
	kvmlat_limit_give(vm->user, vm->nr_vcpus);
	kvmlat_vm_table_changed();
	raw_spin_unlock_irqrestore(&table->lock, flags);
	kvmlat_vm_table_tell(vm);
	if (too_many_gone())
		kvmlat_worker_ask(&forget_job);
}

void kvmlat_end_later(struct kvmlat_vm *vm)
{
	begin_end(vm);
	vm->late = true;
	kvmlat_worker_ask(&end_job);
}

static void end_late(void)
{
	struct kvmlat_vm *vm;

	/* For a thread that has not seen yet that the VM ends, and writes without vcpu->lock. */
	synchronize_rcu();
	mutex_lock(&kvmlat_mutex);
	list_for_each_entry(vm, &table->vms, node) {
		if (READ_ONCE(vm->late) && !vm->gone)
			finish_end(vm, true);
	}
	mutex_unlock(&kvmlat_mutex);
}

/*
 * Both halves at once: the thread that ends the VM may own one of its vCPUs, and make a new VM
 * whose vCPU has the same address.
 */
void kvmlat_end_kvm(const struct kvm *kvm)
{
	/* An int3 of a kprobe comes with IRQs off; ftrace, which is what an entry has, does not. */
	bool later = irqs_disabled();
	struct kvmlat_vm *vm;
	unsigned long flags;

	raw_spin_lock_irqsave(&table->lock, flags);
	vm = kvmlat_vm_table_find(kvm);
	if (vm && later)
		kvmlat_end_later(vm);
	else if (vm)
		begin_end(vm);
	raw_spin_unlock_irqrestore(&table->lock, flags);
	/* Preemption is off, so nobody frees it. */
	if (vm && !later)
		finish_end(vm, false);
}

static void end_now(struct kvmlat_vm *vm)
{
	raw_spin_lock_irq(&table->lock);
	if (!vm->ending)
		begin_end(vm);
	raw_spin_unlock_irq(&table->lock);
	finish_end(vm, true);
}

void kvmlat_end_all(void)
{
	struct kvmlat_vm *vm;

	mutex_lock(&kvmlat_mutex);
	list_for_each_entry(vm, &table->vms, node) {
		if (!vm->gone)
			end_now(vm);
	}
	mutex_unlock(&kvmlat_mutex);
}

static bool process_lives(u32 pid)
{
	bool lives;

	rcu_read_lock();
	lives = pid_task(find_pid_ns(pid, &init_pid_ns), PIDTYPE_TGID);
	rcu_read_unlock();
	return lives;
}

/*
 * KVM lets in only threads of the process that made the VM, so without them nobody has a vCPU
 * loaded. It may be ended at the same time where we are told: whoever begins it also finishes.
 */
void kvmlat_end_sweep(void)
{
	struct kvmlat_vm *vm;
	bool ours;

	mutex_lock(&kvmlat_mutex);
	list_for_each_entry(vm, &table->vms, node) {
		if (READ_ONCE(vm->ending) || process_lives(vm->pid))
			continue;
		raw_spin_lock_irq(&table->lock);
		ours = !vm->ending;
		if (ours)
			begin_end(vm);
		raw_spin_unlock_irq(&table->lock);
		if (ours)
			finish_end(vm, true);
	}
	mutex_unlock(&kvmlat_mutex);
}

void kvmlat_end_unlist(struct kvmlat_vm *vm, struct hlist_head *dead)
{
	lockdep_assert_held(&kvmlat_mutex);
	raw_spin_lock_irq(&table->lock);
	list_del_rcu(&vm->node);
	list_del(&vm->gone_node);
	table->nr_gone--;
	table->gone_bytes -= vm->bytes;
	table->nr_vcpus -= vm->nr_vcpus;
	kvmlat_vm_table_changed();
	raw_spin_unlock_irq(&table->lock);
	/* A probe may still stand on node.next; hash is free since the VM ended. */
	hlist_add_head(&vm->hash, dead);
}

static void free_vcpu(struct kvmlat_vcpu *vcpu)
{
	kvfree(vcpu->ledger.detail);
	kfree(vcpu->look);
	kvmlat_outlier_forget(vcpu);
	kvmlat_reserve_free_vcpu(vcpu);
}

void kvmlat_end_free(struct hlist_head *dead)
{
	struct kvmlat_vcpu *vcpu, *next_vcpu;
	struct hlist_node *next;
	struct kvmlat_vm *vm;

	if (hlist_empty(dead))
		return;
	synchronize_rcu();
	hlist_for_each_entry_safe(vm, next, dead, hash) {
		list_for_each_entry_safe(vcpu, next_vcpu, &vm->vcpus, node) {
			free_vcpu(vcpu);
			cond_resched();
		}
		kvmlat_reserve_free_vm(vm);
	}
}

/* Of the VMs that ended, as many as are too many, or too large. */
static void forget_oldest(void)
{
	HLIST_HEAD(dead);

	mutex_lock(&kvmlat_mutex);
	while (too_many_gone())
		kvmlat_end_unlist(list_first_entry(&table->gone, struct kvmlat_vm, gone_node),
				  &dead);
	kvmlat_end_free(&dead);
	mutex_unlock(&kvmlat_mutex);
}

void kvmlat_end_count(struct kvmlat_counts *counts)
{
	counts->vms_gone = READ_ONCE(table->nr_gone);
	counts->gone_max = gone_max;
	counts->gone_memory = READ_ONCE(table->gone_bytes);
	counts->gone_memory_max = gone_memory;
}

void kvmlat_end_init(void)
{
	kvmlat_worker_register(&forget_job);
	kvmlat_worker_register(&end_job);
}

void kvmlat_end_exit(void)
{
	struct kvmlat_vm *vm, *next;
	HLIST_HEAD(dead);

	kvmlat_end_all();
	kvmlat_worker_drain();
	mutex_lock(&kvmlat_mutex);
	list_for_each_entry_safe(vm, next, &table->vms, node)
		kvmlat_end_unlist(vm, &dead);
	kvmlat_end_free(&dead);
	mutex_unlock(&kvmlat_mutex);
}
