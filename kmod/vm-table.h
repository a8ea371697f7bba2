/* SPDX-License-Identifier: GPL-2.0-only */
/* The table itself: of vms.c, which learns and finds, and end.c, which ends and forgets. */
#ifndef KVMLAT_VM_TABLE_H
#define KVMLAT_VM_TABLE_H

#include <linux/hash.h>
#include <linux/list.h>
#include <linux/spinlock.h>

#include "vcpu.h"

#define KVMLAT_TABLE_BITS	12

struct kvmlat_vm_table {
	raw_spinlock_t lock;
	struct list_head vms;		/* in the order of their ids */
	struct list_head gone;		/* of those, the ones that ended, oldest first */
	struct hlist_head vcpu_hash[1 << KVMLAT_TABLE_BITS];
	struct hlist_head vm_hash[1 << KVMLAT_TABLE_BITS];
	u32 generation;
	u32 last_vm_id;
	u32 nr_vms;			/* that exist */
	u32 nr_gone;
	u32 nr_vcpus;
	u64 gone_bytes;
};

extern struct kvmlat_vm_table kvmlat_vm_table;

/* Under the table's lock. */
static inline void kvmlat_vm_table_changed(void)
{
	u32 next = kvmlat_vm_table.generation + 1;

	WRITE_ONCE(kvmlat_vm_table.generation, next ?: 1);
}

static inline struct hlist_head *kvmlat_vm_table_vm(const struct kvm *kvm)
{
	return &kvmlat_vm_table.vm_hash[hash_ptr(kvm, KVMLAT_TABLE_BITS)];
}

static inline struct hlist_head *kvmlat_vm_table_vcpu(const struct kvm_vcpu *kvm_vcpu)
{
	return &kvmlat_vm_table.vcpu_hash[hash_ptr(kvm_vcpu, KVMLAT_TABLE_BITS)];
}

/* The VM that exists, under the table's lock. */
struct kvmlat_vm *kvmlat_vm_table_find(const struct kvm *kvm);

/* Whoever collects details of the VM is told that a vCPU joined it, or that it is gone. */
void kvmlat_vm_table_tell(const struct kvmlat_vm *vm);

/* Whether a VM or vCPU is meant by id and process; 0 is any. */
static inline bool kvmlat_vm_is_meant(const struct kvmlat_vm *vm, u32 vm_id, u32 pid)
{
	return (!vm_id || vm->id == vm_id) && (!pid || vm->pid == pid);
}

#endif
