// SPDX-License-Identifier: GPL-2.0-only
#include <linux/list_bl.h>
#include <linux/sched/clock.h>

#include "clock.h"
#include "ledger/offcpu.h"
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
	cmpxchg(&thread->left, vcpu, NULL);
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

/*
 * This CPU remembers the vCPU, whose owner is its current thread. Called under vcpu->lock or with
 * the vCPU loaded: nobody else does.
 */
static __always_inline void remember(struct kvmlat_vcpu *vcpu)
{
	int cpu = raw_smp_processor_id();

	/* The key last and first, so that it never names another's account. */
	this_cpu_write(kvmlat_thread.key, NULL);
	barrier();
	this_cpu_write(kvmlat_thread.ledger, &vcpu->ledger);
	this_cpu_write(kvmlat_thread.vcpu, vcpu);
	if (unlikely(vcpu->cpu != cpu)) {
		cmpxchg(&per_cpu_ptr(&kvmlat_thread, vcpu->cpu)->left, vcpu, NULL);
		WRITE_ONCE(vcpu->cpu, cpu);
	}
	barrier();
	this_cpu_write(kvmlat_thread.key, vcpu->kvm_vcpu);
	/* Pairs with that of kvmlat_thread_note(): either of us sees what the other wrote. */
	smp_mb();
	if (unlikely(READ_ONCE(vcpu->ledger.detail)) || unlikely(READ_ONCE(vcpu->ledger.reset_at)))
		this_cpu_write(kvmlat_thread.key, NULL);
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

/*
 * Whether the task, which owns the vCPU and is this CPU's last or next, has it loaded: then nobody
 * else can take it, and the VM cannot end. One whose end was missed may only look so, since its
 * address is another's by now; end_late() waits for us before it ends such a one.
 */
static __always_inline bool is_alone(const struct task_struct *task, const struct kvmlat_vcpu *vcpu)
{
	return kvmlat_thread_in_kvm(task, vcpu) && likely(!READ_ONCE(vcpu->vm->ending));
}

static __always_inline void write_leave(struct kvmlat_vcpu *vcpu, bool preempt, bool in_kvm,
					const struct task_struct *prev,
					const struct task_struct *next)
{
	u32 state = state_of_absence(preempt, prev, vcpu, in_kvm);
	struct kvmlat_ledger *l = &vcpu->ledger;
	struct kvmlat_outliers *outliers;
	u64 now;

	kvmlat_ledger_begin(l);
	kvmlat_ledger_obey(l);
	now = kvmlat_ledger_after(l, kvmlat_clock());
	kvmlat_ledger_out(l, now, state, in_kvm, prev->sched_info.run_delay);
	if (state == KVMLAT_STATE_RUNQ)
		kvmlat_ledger_preempted(l, now, next->comm, task_pid_nr((void *)next));
	outliers = READ_ONCE(l->outliers);
	if (unlikely(outliers))
		kvmlat_outliers_left(outliers, l, next->comm, task_pid_nr((void *)next),
				     next->prio);
	kvmlat_ledger_commit(l);
}

static noinline void leave_unloaded(struct kvmlat_vcpu *vcpu, bool preempt,
				    const struct task_struct *prev, const struct task_struct *next)
{
	raw_spin_lock(&vcpu->lock);
	if (vcpu->task == prev) {
		write_leave(vcpu, preempt, kvmlat_thread_in_kvm(prev, vcpu), prev, next);
		/* It has let go of its map, as every task does before its address is another's. */
		if (!kvmlat_thread_can_own(prev))
			own(vcpu, NULL);
	}
	raw_spin_unlock(&vcpu->lock);
}

static __always_inline void leave(bool preempt, const struct task_struct *prev,
				  const struct task_struct *next)
{
	struct kvmlat_vcpu *vcpu = kvmlat_thread_vcpu();

	/* Another CPU has taken it since kvmlat_thread_switches(). */
	if (!vcpu)
		return;
	this_cpu_write(kvmlat_thread.key, NULL);
	this_cpu_write(kvmlat_thread.vcpu, NULL);
	if (likely(is_alone(prev, vcpu))) {
		write_leave(vcpu, preempt, true, prev, next);
		this_cpu_write(kvmlat_thread.left, vcpu);
		this_cpu_write(kvmlat_thread.left_task, prev);
	} else {
		leave_unloaded(vcpu, preempt, prev, next);
	}
}

static __always_inline void write_arrive(struct kvmlat_vcpu *vcpu, const struct task_struct *prev,
					 const struct task_struct *next)
{
	struct kvmlat_ledger *l = &vcpu->ledger;
	struct kvmlat_outliers *outliers;

	kvmlat_ledger_begin(l);
	kvmlat_ledger_obey(l);
	outliers = READ_ONCE(l->outliers);
	if (unlikely(outliers))
		kvmlat_outliers_culprit(&outliers->before, prev->comm, task_pid_nr((void *)prev),
					prev->prio);
	kvmlat_ledger_in(l, kvmlat_ledger_after(l, kvmlat_clock()), delay_of(next));
	kvmlat_ledger_commit(l);
	remember(vcpu);
}

static noinline void arrive_elsewhere(const struct task_struct *prev,
				      const struct task_struct *next)
{
	struct kvmlat_vcpu *vcpu;

	/* It is compared where it is: all that follows from it is that somebody looks again. */
	vcpu = data_race(bucket(next)->first) ? find(next) : NULL;
	if (!vcpu)
		return;
	raw_spin_lock(&vcpu->lock);
	if (vcpu->task == next)
		write_arrive(vcpu, prev, next);
	raw_spin_unlock(&vcpu->lock);
}

static __always_inline void arrive(const struct task_struct *prev, const struct task_struct *next)
{
	struct kvmlat_vcpu *vcpu = this_cpu_read(kvmlat_thread.left);

	if (likely(vcpu) && likely(this_cpu_read(kvmlat_thread.left_task) == next) &&
	    likely(is_alone(next, vcpu)))
		write_arrive(vcpu, prev, next);
	else
		arrive_elsewhere(prev, next);
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
	if (kvmlat_thread_can_own(next))
		arrive(prev, next);
}

/* Writes of an absence what others know. IRQs are off, so that what is found stays meanwhile. */
static __always_inline void with_parts(const struct task_struct *task,
				       void (*write)(struct kvmlat_parts *parts,
						     const struct task_struct *task))
{
	struct kvmlat_outliers *outliers;
	struct kvmlat_vcpu *vcpu;

	/* Not by its map: it may be about to lose that, as it need not be off its CPU yet. */
	vcpu = data_race(bucket(task)->first) ? find(task) : NULL;
	if (!vcpu)
		return;
	raw_spin_lock(&vcpu->lock);
	outliers = READ_ONCE(vcpu->ledger.outliers);
	if (outliers && vcpu->task == task)
		write(&outliers->parts, task);
	raw_spin_unlock(&vcpu->lock);
}

static void write_waker(struct kvmlat_parts *parts, const struct task_struct *task)
{
	struct kvmlat_waker *waker = &parts->waker;

	memcpy(waker->comm, current->comm, sizeof(waker->comm));
	waker->tid = task_pid_nr(current);
	waker->cpu = raw_smp_processor_id();
	waker->interrupt = in_serving_softirq() || in_hardirq();
	WRITE_ONCE(waker->at, kvmlat_clock());
}

/**
 * kvmlat_thread_wakes() - the task is woken up, by whatever runs here
 * @task: any task
 */
void kvmlat_thread_wakes(const struct task_struct *task)
{
	unsigned long flags;

	local_irq_save(flags);
	with_parts(task, write_waker);
	local_irq_restore(flags);
}

static void write_move(struct kvmlat_parts *parts, const struct task_struct *task)
{
	parts->move[parts->moves % KVMLAT_MOVES].at = kvmlat_clock();
	parts->move[parts->moves % KVMLAT_MOVES].from = task_cpu(task);
	parts->moves++;
}

/**
 * kvmlat_thread_moves() - the task, which has no CPU, leaves the one that it is assigned to
 * @task: any task
 *
 * Context: IRQs off.
 */
void kvmlat_thread_moves(const struct task_struct *task)
{
	with_parts(task, write_move);
}

/**
 * kvmlat_thread_note() - make the vCPU's next event look for what was noted for it
 * @vcpu: any vCPU; the note is in it already
 *
 * A CPU that took the key before the note was written loses it here. One that takes it later
 * looks for notes afterwards; so it does not matter which of them vcpu->cpu is by now.
 */
void kvmlat_thread_note(const struct kvmlat_vcpu *vcpu)
{
	struct kvmlat_thread *thread;

	/* Pairs with that of remember(). */
	smp_mb();
	thread = per_cpu_ptr(&kvmlat_thread, READ_ONCE(vcpu->cpu));
	cmpxchg(&thread->key, vcpu->kvm_vcpu, NULL);
}

/**
 * kvmlat_thread_end() - nobody will run the vCPU any more
 * @vcpu: vCPU of a VM that ends; its thread may live on
 */
void kvmlat_thread_end(struct kvmlat_vcpu *vcpu)
{
	struct kvmlat_ledger *l = &vcpu->ledger;
	unsigned long flags;

	raw_spin_lock_irqsave(&vcpu->lock, flags);
	own(vcpu, NULL);
	kvmlat_ledger_begin(l);
	/*
	 * Not before: who read it meanwhile has a later time than the VM's end. Pairs with the
	 * smp_rmb() of kvmlat_snapshot_take(): whoever takes its time after this sees the begin.
	 */
	smp_mb();
	kvmlat_ledger_end(l, kvmlat_clock_ordered());
	kvmlat_ledger_commit(l);
	raw_spin_unlock_irqrestore(&vcpu->lock, flags);
}
