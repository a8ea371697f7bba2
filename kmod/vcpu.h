/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The table of the VMs and vCPUs that were seen.
 *
 * A vCPU is known by the address of its struct kvm_vcpu, which is compared and only
 * followed in that vCPU's own probe. It is learned at its first event and closed when
 * its VM is destroyed, before KVM frees it, so an address that is used again finds
 * nothing. The account of a VM that ended stays for reading until a reset, or until
 * gone_max younger ones ended.
 *
 * Locks are in lock.h. Lookups in probes take none: they run with preemption off, which is an
 * RCU read side.
 */
#ifndef KVMLAT_VCPU_H
#define KVMLAT_VCPU_H

#include <linux/list.h>
#include <linux/rculist.h>
#include <linux/sched.h>
#include <linux/spinlock.h>

#include "knob/halt.h"
#include "ledger/ledger.h"
#include "lock.h"

struct kvm;
struct kvm_vcpu;
struct kvmlat_job;

struct kvmlat_vm {
	struct hlist_node hash;
	struct list_head node;
	struct list_head vcpus;		/* in the order of their index */
	const struct kvm *kvm;
	u32 id;
	u32 pid;			/* process that runs the vCPUs */
	u32 creator;			/* kvm->userspace_pid: the thread that made the VM */
	u32 nr_vcpus;
	char comm[TASK_COMM_LEN];
	u64 since;
	u64 gone;			/* 0 while the VM exists */
	struct kvmlat_job *joined;	/* asked when a vCPU joins the VM; NULL: nobody cares */
	struct kvmlat_knob_vm knob;
};

struct kvmlat_vcpu {
	struct kvmlat_ledger ledger;
	struct hlist_node hash;
	struct list_head node;
	struct kvmlat_vm *vm;
	const struct kvm_vcpu *kvm_vcpu;
	const struct task_struct *task;	/* runs it, compared and never followed; see thread.h */
	struct hlist_node thread;	/* in the hash of threads, if task is set */
	/*
	 * The scheduler's events of a thread against the end of its VM, and notes for the
	 * vCPU against whoever looks for them. Probes of KVM write the ledger without it: they
	 * come in that thread, and keep the VM from ending.
	 */
	raw_spinlock_t lock;
	u32 vcpu_id;
	u32 index;			/* in its VM, in the order in which they were seen */
	u32 tid;
	struct kvmlat_knob_vcpu knob;
};

extern struct list_head kvmlat_vms;

struct kvmlat_counts {
	u32 vms;
	u32 vms_gone;
	u32 vcpus;
	u32 gone_max;
	u64 missed;
	u64 spilled;
	u32 memory_max;
};

struct kvmlat_vcpu *kvmlat_vcpu_find(struct kvm_vcpu *kvm_vcpu, u32 state);
void kvmlat_vcpu_learning(bool on);
void kvmlat_vcpu_vm_ends(const struct kvm *kvm);
void kvmlat_vcpu_all_end(void);

/* Of everything that changes which VMs and vCPUs there are, or resets one. Never 0. */
u32 kvmlat_vcpu_generation(void);
void kvmlat_vcpu_count(struct kvmlat_counts *counts);
u64 kvmlat_vcpu_vm_memory(const struct kvmlat_vm *vm);
u32 kvmlat_vcpu_reset(u32 vm_id, u32 pid);
void kvmlat_vcpu_init(void);
void kvmlat_vcpu_exit(void);

#endif
