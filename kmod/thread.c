// SPDX-License-Identifier: GPL-2.0-only
#include <linux/rculist.h>
#include <linux/sched/clock.h>

#include "clock.h"
#include "thread.h"

DEFINE_PER_CPU(struct kvmlat_thread, kvmlat_thread);
struct hlist_head kvmlat_threads[1 << KVMLAT_THREAD_BITS];
/* Guards the hash and vcpu->task. Taken in probes of the scheduler, so it is a raw one. */
static DEFINE_RAW_SPINLOCK(threads_lock);

static struct hlist_head *bucket(const struct task_struct *task)
{
	return &kvmlat_threads[kvmlat_thread_hash(task)];
}

/* Moves the vCPU to another thread's place, or with NULL to none. */
static void own(struct kvmlat_vcpu *vcpu, const struct task_struct *task)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&threads_lock, flags);
	if (vcpu->task)
		hlist_del_rcu(&vcpu->thread);
	WRITE_ONCE(vcpu->task, task);
	/*
	 * A reader that stands on the node goes on in the other chain and may miss what it
	 * looked for. That thread's vCPU is then found at its next event of KVM.
	 */
	if (task)
		hlist_add_head_rcu(&vcpu->thread, bucket(task));
	raw_spin_unlock_irqrestore(&threads_lock, flags);
}

/* Waits for a CPU up to now, also the one that is about to end. In ns of the scheduler's clock. */
static u64 delay_of(const struct task_struct *task)
{
	u64 delay = task->sched_info.run_delay, queued = task->sched_info.last_queued;

	return queued ? delay + local_clock() - queued : delay;
}

/* The current CPU's thread is the vCPU's from now on. Under vcpu->lock. */
static void set_current(struct kvmlat_vcpu *vcpu, const struct task_struct *task)
{
	lockdep_assert_held(&vcpu->lock);
	/* The key last and first, so that it never names another's account. */
	this_cpu_write(kvmlat_thread.key, NULL);
	barrier();
	this_cpu_write(kvmlat_thread.vcpu, vcpu);
	this_cpu_write(kvmlat_thread.vm, vcpu->vm);
	this_cpu_write(kvmlat_thread.task, task);
	barrier();
	if (!vcpu->ledger.detail)
		this_cpu_write(kvmlat_thread.key, vcpu->kvm_vcpu);
}

/**
 * kvmlat_thread_take() - the current thread runs the vCPU, obey what was noted for it
 * @vcpu: vCPU of the probe that calls, with preemption off
 */
void kvmlat_thread_take(struct kvmlat_vcpu *vcpu)
{
	struct kvmlat_ledger *l = &vcpu->ledger;
	bool same = vcpu->task == current;
	unsigned long flags;

	if (!same) {
		own(vcpu, current);
		WRITE_ONCE(vcpu->tid, task_pid_nr(current));
	}
	raw_spin_lock_irqsave(&vcpu->lock, flags);
	if (l->reset_at || l->out_at) {
		kvmlat_ledger_begin(l);
		kvmlat_ledger_obey(l);
		/* Another thread had it before, or arrive() missed this one. */
		if (l->out_at)
			kvmlat_ledger_in(l, kvmlat_ledger_after(l, kvmlat_clock()),
					 same ? delay_of(current) : l->delay);
		kvmlat_ledger_commit(l);
	}
	set_current(vcpu, current);
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
	struct kvmlat_vcpu *vcpu = this_cpu_read(kvmlat_thread.vcpu);
	struct kvmlat_ledger *l = &vcpu->ledger;
	bool dead = READ_ONCE(prev->__state) == TASK_DEAD;
	bool in_kvm = kvmlat_thread_in_kvm(prev, vcpu);
	unsigned long flags;
	u32 state;
	u64 now;

	this_cpu_write(kvmlat_thread.key, NULL);
	this_cpu_write(kvmlat_thread.task, NULL);
	state = state_of_absence(preempt, prev, vcpu, in_kvm);
	raw_spin_lock_irqsave(&vcpu->lock, flags);
	if (vcpu->task == prev && !l->ended && !l->out_at) {
		kvmlat_ledger_begin(l);
		kvmlat_ledger_obey(l);
		now = kvmlat_ledger_after(l, kvmlat_clock());
		kvmlat_ledger_out(l, now, state, in_kvm, prev->sched_info.run_delay);
		if (state == KVMLAT_STATE_RUNQ)
			kvmlat_ledger_preempted(l, now, next->comm, task_pid_nr((void *)next));
		kvmlat_ledger_commit(l);
	}
	raw_spin_unlock_irqrestore(&vcpu->lock, flags);
	/* Its address may be another thread's soon. */
	if (dead && vcpu->task == prev)
		own(vcpu, NULL);
}

static void arrive(const struct task_struct *next)
{
	struct kvmlat_vcpu *vcpu;
	struct kvmlat_ledger *l;
	unsigned long flags;

	hlist_for_each_entry_rcu(vcpu, bucket(next), thread) {
		/* Of several vCPUs of a thread the one that left with it. */
		if (READ_ONCE(vcpu->task) != next || !READ_ONCE(vcpu->ledger.out_at))
			continue;
		l = &vcpu->ledger;
		raw_spin_lock_irqsave(&vcpu->lock, flags);
		if (vcpu->task == next && !l->ended) {
			kvmlat_ledger_begin(l);
			kvmlat_ledger_obey(l);
			kvmlat_ledger_in(l, kvmlat_ledger_after(l, kvmlat_clock()),
					 delay_of(next));
			kvmlat_ledger_commit(l);
			set_current(vcpu, next);
		}
		raw_spin_unlock_irqrestore(&vcpu->lock, flags);
		return;
	}
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
	if (this_cpu_read(kvmlat_thread.task) == prev)
		leave(preempt, prev, next);
	if (!hlist_empty(bucket(next)))
		arrive(next);
}

/**
 * kvmlat_thread_note() - make the vCPU's next event look for what was noted for it
 * @vcpu: any vCPU; the note is in it already, written under vcpu->lock
 *
 * A CPU that took the key before the note was written loses it here. One that takes it later
 * does so under the lock, and sees the note.
 */
void kvmlat_thread_note(const struct kvmlat_vcpu *vcpu)
{
	const struct kvm_vcpu *key = vcpu->kvm_vcpu;
	int cpu;

	for_each_possible_cpu(cpu) {
		struct kvmlat_thread *thread = per_cpu_ptr(&kvmlat_thread, cpu);

		if (READ_ONCE(thread->key) == key)
			cmpxchg(&thread->key, key, NULL);
	}
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

	own(vcpu, NULL);
	raw_spin_lock_irqsave(&vcpu->lock, flags);
	kvmlat_ledger_begin(l);
	kvmlat_ledger_end(l, now);
	kvmlat_ledger_commit(l);
	raw_spin_unlock_irqrestore(&vcpu->lock, flags);
}

/**
 * kvmlat_thread_forget() - no CPU knows the vCPUs of a VM any more
 * @vm: VM whose vCPUs have all been ended
 */
void kvmlat_thread_forget(const struct kvmlat_vm *vm)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		struct kvmlat_thread *thread = per_cpu_ptr(&kvmlat_thread, cpu);
		const struct kvm_vcpu *key = READ_ONCE(thread->key);
		const struct task_struct *task = READ_ONCE(thread->task);

		/* What the CPU has turned to in between stays. */
		smp_rmb();
		if (READ_ONCE(thread->vm) != vm)
			continue;
		cmpxchg(&thread->key, key, NULL);
		cmpxchg(&thread->task, task, NULL);
	}
}
