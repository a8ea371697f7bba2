/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Threads of vCPUs: which vCPU the thread runs that has this CPU, and when it comes and goes.
 *
 * Each CPU remembers its current thread's vCPU. The scheduler's sched_switch forgets it when
 * the thread leaves and finds it in a hash of threads when it comes, so that no other probe
 * ever has to ask who runs: if the CPU's key is the probe's kvm_vcpu, then the current thread
 * is its owner, is on its CPU and nobody left a note for it (a reset, details switched on).
 *
 * A thread that runs several vCPUs in turn has the latest one; the others stay with the VMM.
 */
#ifndef KVMLAT_THREAD_H
#define KVMLAT_THREAD_H

#include <linux/hash.h>
#include <linux/kvm_host.h>
#include <linux/percpu.h>
#include <linux/sched.h>

#include "vcpu.h"

struct kvmlat_thread {
	const struct kvm_vcpu *key;	/* of vcpu, NULL if its events have to go the slow way */
	struct kvmlat_vcpu *vcpu;	/* only valid with key or task */
	const struct kvmlat_vm *vm;	/* its VM, compared and never followed */
	const struct task_struct *task;	/* NULL if current is no vCPU's thread */
};

DECLARE_PER_CPU(struct kvmlat_thread, kvmlat_thread);

#define KVMLAT_THREAD_BITS	12
extern struct hlist_head kvmlat_threads[1 << KVMLAT_THREAD_BITS];

void kvmlat_thread_take(struct kvmlat_vcpu *vcpu);
void kvmlat_thread_switch(void *data, bool preempt, struct task_struct *prev,
			  struct task_struct *next);
void kvmlat_thread_note(const struct kvmlat_vcpu *vcpu);
void kvmlat_thread_end(struct kvmlat_vcpu *vcpu, u64 now);
void kvmlat_thread_forget(const struct kvmlat_vm *vm);

/* Whether the vCPU's event may take the fast way. Preemption is off, for the next one, too. */
static __always_inline bool kvmlat_thread_has(const struct kvm_vcpu *kvm_vcpu)
{
	return raw_cpu_read(kvmlat_thread.key) == kvm_vcpu;
}

/* Of the vCPU that the key is of. */
static __always_inline struct kvmlat_ledger *kvmlat_thread_ledger(void)
{
	BUILD_BUG_ON(offsetof(struct kvmlat_vcpu, ledger));
	return (struct kvmlat_ledger *)raw_cpu_read(kvmlat_thread.vcpu);
}

/* The vCPU that the current thread runs or ran last, NULL if there is none. Preemption is off. */
static __always_inline struct kvmlat_vcpu *kvmlat_thread_vcpu(void)
{
	if (this_cpu_read(kvmlat_thread.task) != current)
		return NULL;
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

/* Whether sched_switch has to do more than this. Few instructions: it runs at every switch. */
static __always_inline bool kvmlat_thread_switches(const struct task_struct *prev,
						   const struct task_struct *next)
{
	if (raw_cpu_read(kvmlat_thread.task) == prev)
		return true;
	/* It is compared where it is: all that follows from it is that somebody looks again. */
	return data_race(kvmlat_threads[kvmlat_thread_hash(next)].first);
}

#endif
