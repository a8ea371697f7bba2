// SPDX-License-Identifier: GPL-2.0-only
#include <linux/list_bl.h>
#include <linux/sched/clock.h>

#include "ledger/offcpu.h"
#include "clock.h"
#include "ledger/outlier.h"
#include "thread.h"

DEFINE_PER_CPU(struct kvmlat_thread, kvmlat_thread);
/* Each bucket has a lock of its own in its first word, taken inside vcpu->lock. */
struct hlist_bl_head kvmlat_threads[1 << KVMLAT_THREAD_BITS];

static struct hlist_bl_head *bucket(const struct task_struct *task)
{
	return &kvmlat_threads[kvmlat_thread_hash(task)];
}

/* The vCPU that the task owns. It may cease to when this returns. */
static struct kvmlat_vcpu *find(const struct task_struct *task)
{
	struct hlist_bl_head *head = bucket(task);
	struct hlist_bl_node *node;
	struct kvmlat_vcpu *vcpu;

	hlist_bl_lock(head);
	hlist_bl_for_each_entry(vcpu, node, head, thread) {
		if (vcpu->task == task)
			break;
	}
	hlist_bl_unlock(head);
	return node ? vcpu : NULL;
}

/* The vCPU is the task's from now on, or with NULL nobody's, and no longer whose it was. */
static void own(struct kvmlat_vcpu *vcpu, const struct task_struct *task)
{
	struct kvmlat_thread *thread = per_cpu_ptr(&kvmlat_thread, vcpu->cpu);

	lockdep_assert_held(&vcpu->lock);
	if (vcpu->task) {
		hlist_bl_lock(bucket(vcpu->task));
		hlist_bl_del(&vcpu->thread);
		hlist_bl_unlock(bucket(vcpu->task));
	}
	vcpu->task = task;
	if (task) {
		hlist_bl_lock(bucket(task));
		hlist_bl_add_head(&vcpu->thread, bucket(task));
		hlist_bl_unlock(bucket(task));
	}
	/*
	 * From its CPU last: a thread that turns to another vCPU while it is still remembered waits
	 * for the lock in let_go(), so that it never has two in the hash.
	 */
	cmpxchg(&thread->key, vcpu->kvm_vcpu, NULL);
	cmpxchg(&thread->vcpu, vcpu, NULL);
}

/* The task turns to another vCPU, unless somebody has taken this one meanwhile. */
static void let_go(struct kvmlat_vcpu *vcpu, const struct task_struct *task)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&vcpu->lock, flags);
	if (vcpu->task == task)
		own(vcpu, NULL);
	raw_spin_unlock_irqrestore(&vcpu->lock, flags);
}

/* Waits for a CPU up to now, also the one that is about to end. In ns of the scheduler's clock. */
static u64 delay_of(const struct task_struct *task)
{
	u64 delay = task->sched_info.run_delay, queued = task->sched_info.last_queued;

	return queued ? delay + local_clock() - queued : delay;
}

/* This CPU remembers the vCPU, whose owner is its current thread. */
static void remember(struct kvmlat_vcpu *vcpu)
{
	lockdep_assert_held(&vcpu->lock);
	/* The key last and first, so that it never names another's account. */
	this_cpu_write(kvmlat_thread.key, NULL);
	barrier();
	this_cpu_write(kvmlat_thread.ledger, &vcpu->ledger);
	this_cpu_write(kvmlat_thread.vcpu, vcpu);
	/* See kvmlat_thread_note(). */
	WRITE_ONCE(vcpu->cpu, smp_processor_id());
	barrier();
	if (!vcpu->ledger.detail)
		this_cpu_write(kvmlat_thread.key, vcpu->kvm_vcpu);
}

/**
 * kvmlat_thread_take() - the current thread owns the vCPU, obey what was noted for it
 * @vcpu: vCPU that the thread has loaded; preemption is off
 */
void kvmlat_thread_take(struct kvmlat_vcpu *vcpu)
{
	struct kvmlat_vcpu *had = kvmlat_thread_vcpu();
	struct kvmlat_ledger *l = &vcpu->ledger;
	unsigned long flags;

	if (had && had != vcpu)
		let_go(had, current);
	raw_spin_lock_irqsave(&vcpu->lock, flags);
	if (vcpu->task != current) {
		own(vcpu, current);
		WRITE_ONCE(vcpu->tid, task_pid_nr(current));
	}
	if (l->reset_at || l->out_at) {
		kvmlat_ledger_begin(l);
		kvmlat_ledger_obey(l);
		/* Whose it was sleeps, or waits for a CPU. */
		if (l->out_at)
			kvmlat_ledger_in(l, kvmlat_ledger_after(l, kvmlat_clock()), l->delay);
		kvmlat_ledger_commit(l);
	}
	remember(vcpu);
	raw_spin_unlock_irqrestore(&vcpu->lock, flags);
}

static u32 state_of_absence(bool preempt, const struct task_struct *prev,
			    const struct kvmlat_vcpu *vcpu, bool in_kvm)
{
	/* Nobody can wake the thread before its CPU is done with it, so this is stable. */
	if (preempt || READ_ONCE(prev->__state) == TASK_RUNNING)
		return KVMLAT_STATE_RUNQ;
	if (in_kvm && rcu_access_pointer(vcpu->kvm_vcpu->wait.task) == prev)
		return KVMLAT_STATE_WAIT;
	return KVMLAT_STATE_OFF;
}

static void leave(bool preempt, const struct task_struct *prev, const struct task_struct *next)
{
	struct kvmlat_vcpu *vcpu = kvmlat_thread_vcpu();
	struct kvmlat_outliers *outliers;
	struct kvmlat_ledger *l;
	bool in_kvm;
	u32 state;
	u64 now;

	/* Another CPU has taken it since kvmlat_thread_switches(). */
	if (!vcpu)
		return;
	l = &vcpu->ledger;
	this_cpu_write(kvmlat_thread.key, NULL);
	this_cpu_write(kvmlat_thread.vcpu, NULL);
	in_kvm = kvmlat_thread_in_kvm(prev, vcpu);
	state = state_of_absence(preempt, prev, vcpu, in_kvm);
	raw_spin_lock(&vcpu->lock);
	if (vcpu->task == prev) {
		kvmlat_ledger_begin(l);
		kvmlat_ledger_obey(l);
		now = kvmlat_ledger_after(l, kvmlat_clock());
		kvmlat_ledger_out(l, now, state, in_kvm, prev->sched_info.run_delay);
		if (state == KVMLAT_STATE_RUNQ)
			kvmlat_ledger_preempted(l, now, next->comm, task_pid_nr((void *)next));
		outliers = READ_ONCE(l->outliers);
		if (unlikely(outliers))
			kvmlat_outliers_left(outliers, next->comm, task_pid_nr((void *)next),
					     next->prio);
		kvmlat_ledger_commit(l);
		/* It has let go of its map, as every task does before its address is another's. */
		if (!kvmlat_thread_can_own(prev))
			own(vcpu, NULL);
	}
	raw_spin_unlock(&vcpu->lock);
}

static void arrive(const struct task_struct *prev, const struct task_struct *next)
{
	struct kvmlat_vcpu *vcpu = find(next);
	struct kvmlat_outliers *outliers;
	struct kvmlat_ledger *l;

	if (!vcpu)
		return;
	l = &vcpu->ledger;
	raw_spin_lock(&vcpu->lock);
	if (vcpu->task == next) {
		kvmlat_ledger_begin(l);
		kvmlat_ledger_obey(l);
		outliers = READ_ONCE(l->outliers);
		if (unlikely(outliers))
			kvmlat_outliers_culprit(&outliers->before, prev->comm,
						task_pid_nr((void *)prev), prev->prio);
		kvmlat_ledger_in(l, kvmlat_ledger_after(l, kvmlat_clock()), delay_of(next));
		kvmlat_ledger_commit(l);
		remember(vcpu);
	}
	raw_spin_unlock(&vcpu->lock);
}

/**
 * kvmlat_thread_switch() - the slow half of sched_switch, for what kvmlat_thread_switches()
 * @data: unused; it saves the fast half to move its own arguments
 * @preempt: prev did not want to leave
 * @prev: who leaves this CPU
 * @next: who gets it
 *
 * Context: IRQs off, the run queue's lock is held.
 */
void kvmlat_thread_switch(void *data, bool preempt, struct task_struct *prev,
			  struct task_struct *next)
{
	leave(preempt, prev, next);
	/* It is compared where it is: all that follows from it is that somebody looks again. */
	if (kvmlat_thread_can_own(next) && data_race(bucket(next)->first))
		arrive(prev, next);
}

/**
 * kvmlat_thread_note() - make the vCPU's next event look for what was noted for it
 * @vcpu: any vCPU; the note is in it already, written under vcpu->lock
 *
 * A CPU that took the key before the note was written loses it here. One that takes it later
 * does so under the lock, and sees the note; so it does not matter which of them vcpu->cpu is by
 * now.
 */
void kvmlat_thread_note(const struct kvmlat_vcpu *vcpu)
{
	struct kvmlat_thread *thread = per_cpu_ptr(&kvmlat_thread, READ_ONCE(vcpu->cpu));

	cmpxchg(&thread->key, vcpu->kvm_vcpu, NULL);
}

/**
 * kvmlat_thread_end() - nobody will run the vCPU any more
 * @vcpu: vCPU of a VM that ends; its thread may live on
 * @now: when
 */
void kvmlat_thread_end(struct kvmlat_vcpu *vcpu, u64 now)
{
	struct kvmlat_ledger *l = &vcpu->ledger;
	unsigned long flags;

	raw_spin_lock_irqsave(&vcpu->lock, flags);
	own(vcpu, NULL);
	kvmlat_ledger_begin(l);
	kvmlat_ledger_end(l, now);
	kvmlat_ledger_commit(l);
	raw_spin_unlock_irqrestore(&vcpu->lock, flags);
}
