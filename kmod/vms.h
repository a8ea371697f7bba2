/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The table of the VMs and vCPUs that were seen, and the only look-up of them by id or pid.
 *
 * A vCPU is known by the address of its struct kvm_vcpu, which is compared and only
 * followed in that vCPU's own probe. It is learned at its first event and closed when
 * its VM is destroyed, before KVM frees it, so an address that is used again finds
 * nothing; see end.h.
 *
 * Locks are in lock.h. Lookups in probes take none: they run with preemption off, which is an
 * RCU read side.
 */
#ifndef KVMLAT_VMS_H
#define KVMLAT_VMS_H

#include "lock.h"
#include "vcpu.h"

struct kvmlat_counts {
	u32 vms;
	u32 vms_gone;
	u32 vcpus;
	u32 gone_max;
	u64 gone_memory;
	u64 gone_memory_max;
	u64 missed;
	u64 spilled;
	u32 memory_max;
};

/* For probes and whoever attaches them. */
struct kvmlat_vcpu *kvmlat_vcpu_find(struct kvm_vcpu *kvm_vcpu, u32 state);
void kvmlat_vms_learning(bool on);

/*
 * All that follows is called under kvmlat_mutex. A VM is meant by its id, by the process that runs
 * it, or both; 0 is any.
 */

/* The next VM that is meant after @vm, in the order of their ids; the first after NULL. */
struct kvmlat_vm *kvmlat_vms_next(struct kvmlat_vm *vm, u32 vm_id, u32 pid);

#define kvmlat_vms_for_each(vm, vm_id, pid) \
	for ((vm) = kvmlat_vms_next(NULL, vm_id, pid); (vm); \
	     (vm) = kvmlat_vms_next(vm, vm_id, pid))

/*
 * The one VM that is meant, of those that exist or of all. -ENOENT if there is none, -EINVAL if
 * there is more than one, both with a sentence.
 */
struct kvmlat_vm *kvmlat_vms_find(u32 vm_id, u32 pid, bool existing, const char **why);

/* The sentence for no VM, for those who take any number. */
const char *kvmlat_vms_none(bool existing);

/* By the address of KVM's; NULL if there is none. */
struct kvmlat_vcpu *kvmlat_vms_by_address(const struct kvm_vcpu *kvm_vcpu);

/* NULL if the VM has no such vCPU. */
struct kvmlat_vcpu *kvmlat_vms_vcpu(const struct kvmlat_vm *vm, u32 vcpu_id);

extern const char kvmlat_vms_no_vcpu[];

/* Of everything that changes which VMs and vCPUs there are, or resets one. Never 0. */
u32 kvmlat_vms_generation(void);
void kvmlat_vms_count(struct kvmlat_counts *counts);
u64 kvmlat_vms_memory(const struct kvmlat_vm *vm);

/* This takes it itself. */
u32 kvmlat_vms_reset(u32 vm_id, u32 pid);

#endif
