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
 * Locks: kvmlat_mutex for all that reads accounts or takes VMs off the list; inside it
 * the raw table lock for all that changes hashes and lists (probes take only this one).
 * Lookups in probes take none: they run with preemption off, which is an RCU read side.
 */
#ifndef KVMLAT_VCPU_H
#define KVMLAT_VCPU_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/rculist.h>
#include <linux/sched.h>

#include "ledger.h"

struct kvm;
struct kvm_vcpu;

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
};

struct kvmlat_vcpu {
	struct kvmlat_ledger ledger;
	struct hlist_node hash;
	struct list_head node;
	struct kvmlat_vm *vm;
	const struct kvm_vcpu *kvm_vcpu;
	u32 vcpu_id;
	u32 index;			/* in its VM, in the order in which they were seen */
	u32 tid;
};

/* The vCPU that had the last event on this CPU. Valid as long as kvm_vcpu matches. */
struct kvmlat_last {
	const struct kvm_vcpu *kvm_vcpu;
	struct kvmlat_vcpu *vcpu;
	const struct kvmlat_vm *vm;
};

DECLARE_PER_CPU(struct kvmlat_last, kvmlat_last);

extern struct mutex kvmlat_mutex;
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

struct kvmlat_vcpu *kvmlat_vcpu_find(struct kvm_vcpu *kvm_vcpu, u64 now, u32 state);
u64 kvmlat_vcpu_switch(struct kvmlat_vcpu *vcpu, u64 now);
struct kvmlat_vcpu *kvmlat_vcpu_of_current(void);
void kvmlat_vcpu_vm_ends(const struct kvm *kvm);
void kvmlat_vcpu_all_end(void);
void kvmlat_vcpu_kick(void);

/* Of everything that changes which VMs and vCPUs there are, or resets one. Never 0. */
u32 kvmlat_vcpu_generation(void);
void kvmlat_vcpu_count(struct kvmlat_counts *counts);
u64 kvmlat_vcpu_vm_memory(const struct kvmlat_vm *vm);
u32 kvmlat_vcpu_reset(u32 vm_id, u32 pid);
int kvmlat_vcpu_init(void);
void kvmlat_vcpu_exit(void);

/* Whether kvmlat_last of this CPU is of that vCPU. Preemption is off. */
static __always_inline bool kvmlat_vcpu_is_last(const struct kvm_vcpu *kvm_vcpu)
{
	return likely(this_cpu_read(kvmlat_last.kvm_vcpu) == kvm_vcpu);
}

#endif
