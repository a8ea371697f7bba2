/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who owns a vCPU: which thread may write its account, and where.
 *
 * A vCPU is owned by the thread that had its latest event of KVM, and a thread owns at most one
 * vCPU, the latest that it ran; the others belong to nobody and stay with the VMM. Each CPU
 * remembers the vCPU of its current thread: sched_switch forgets it when the thread leaves and
 * finds it in a hash of threads when it comes. An account is written only
 *
 * - by the thread that has the vCPU loaded, in probes of KVM with preemption off, if its CPU
 *   remembers the vCPU. KVM's vcpu->mutex lets in one such thread at a time;
 * - by that thread at the end of KVM_RUN, after it has put the vCPU but within the mutex;
 * - by sched_switch on behalf of that thread while it has the vCPU loaded, which a thread keeps
 *   while it is off its CPU;
 * - under vcpu->lock, for the thread that vcpu->task names: by sched_switch where that thread does
 *   not have it loaded, and by the probe of kvm_userspace_exit where it cannot tell whose KVM_RUN
 *   has ended;
 * - under vcpu->lock when the VM ends, and nobody can have it loaded.
 *
 * Who takes a vCPU has it loaded. Under vcpu->lock he makes himself its owner and takes it from
 * the CPU that remembers it for the one before. That one is not in the middle of an update:
 * under the lock he cannot be, and without it he had the vCPU loaded and let go of KVM's mutex
 * since, which also orders what he wrote before what the taker reads. From then on he finds
 * nothing on his CPU, or under the lock another's name.
 */
#ifndef KVMLAT_THREAD_H
#define KVMLAT_THREAD_H

#include <linux/hash.h>
#include <linux/kvm_host.h>
#include <linux/mm_types.h>
#include <linux/percpu.h>
#include <linux/sched.h>

#include "vcpu.h"

/* Written by its own CPU. Others only take away what is a certain vCPU's, under the vCPU's lock. */
struct kvmlat_thread {
	const struct kvm_vcpu *key;	/* of vcpu, NULL if its events have to go the slow way */
	struct kvmlat_ledger *ledger;	/* of the key; not taken away with it */
	struct kvmlat_vcpu *vcpu;	/* that current owns, or NULL */
	/*
	 * A guess that spares the search: left_task owned it when it left this CPU in KVM. NULL
	 * once the vCPU is another thread's or CPU's.
	 */
	struct kvmlat_vcpu *left;
	const struct task_struct *left_task;
};

DECLARE_PER_CPU(struct kvmlat_thread, kvmlat_thread);

#define KVMLAT_THREAD_BITS	12
extern struct hlist_bl_head kvmlat_threads[1 << KVMLAT_THREAD_BITS];

void kvmlat_thread_take(struct kvmlat_vcpu *vcpu);
void kvmlat_thread_switch(void *data, bool preempt, struct task_struct *prev,
			  struct task_struct *next);
void kvmlat_thread_wakes(const struct task_struct *task);
void kvmlat_thread_moves(const struct task_struct *task);
void kvmlat_thread_note(const struct kvmlat_vcpu *vcpu);
void kvmlat_thread_end(struct kvmlat_vcpu *vcpu);

/* Whether the vCPU's event may take the fast way. Preemption is off, for the next one, too. */
static __always_inline bool kvmlat_thread_has(const struct kvm_vcpu *kvm_vcpu)
{
	return raw_cpu_read(kvmlat_thread.key) == kvm_vcpu;
}

/* Of the vCPU that the key is of. */
static __always_inline struct kvmlat_ledger *kvmlat_thread_ledger(void)
{
	return raw_cpu_read(kvmlat_thread.ledger);
}

/* The vCPU that the current thread owns, NULL if there is none. Preemption is off. */
static __always_inline struct kvmlat_vcpu *kvmlat_thread_vcpu(void)
{
	return this_cpu_read(kvmlat_thread.vcpu);
}

/* Whether the task is in KVM_RUN (or another ioctl) of the vCPU. Does not look into the vCPU. */
static inline bool kvmlat_thread_in_kvm(const struct task_struct *task,
					const struct kvmlat_vcpu *vcpu)
{
	return task->preempt_notifiers.first == &vcpu->kvm_vcpu->preempt_notifier.link;
}

/* By the low half of the address: one instruction less, at every switch. */
static __always_inline u32 kvmlat_thread_hash(const struct task_struct *task)
{
	return hash_32((u32)(unsigned long)task, KVMLAT_THREAD_BITS);
}

/*
 * Whether the task can own a vCPU: KVM lets in none but those of the VM's own memory map, and
 * wants to hear of that map's changes. So all tasks of other programs are told by a look at
 * their map, however many vCPUs and threads of vCPUs there are. While a task is off its CPU this
 * does not change.
 */
static __always_inline bool kvmlat_thread_can_own(const struct task_struct *task)
{
	const struct mm_struct *mm = task->mm;

	/* Who is seen too late to have a notifier has not run a vCPU yet. */
	return mm && data_race(mm->notifier_subscriptions);
}

/* Whether sched_switch has to do more than this. Few instructions: it runs at every switch. */
static __always_inline bool kvmlat_thread_switches(const struct task_struct *next)
{
	return raw_cpu_read(kvmlat_thread.vcpu) || kvmlat_thread_can_own(next);
}

/*
 * What KVM tells of without naming the vCPU is about the one that the current thread has loaded. If
 * that is not the one it owns, it has none of it entered yet, and we know nothing of it: NULL. Else
 * an update has begun.
 */
static __always_inline struct kvmlat_ledger *kvmlat_thread_begin(void)
{
	struct kvmlat_vcpu *vcpu = kvmlat_thread_vcpu();

	if (!vcpu || !kvmlat_thread_in_kvm(current, vcpu))
		return NULL;
	/* Looks for a reset. */
	if (unlikely(!this_cpu_read(kvmlat_thread.key)) && READ_ONCE(vcpu->ledger.reset_at))
		kvmlat_thread_take(vcpu);
	kvmlat_ledger_begin(&vcpu->ledger);
	return &vcpu->ledger;
}

#endif
