/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The end of VMs. What it takes grows with the number of vCPUs, so it has two halves: in the
 * first, under the table's lock, the VM is found no more, so that addresses that are used again
 * are new VMs and vCPUs; in the second, of which IRQs are off for one vCPU at a time, the accounts
 * are closed. Then it is gone: its account stays for reading until a reset, or until it is the
 * oldest and there are more than gone_max of them, or larger ones than gone_memory.
 */
#ifndef KVMLAT_END_H
#define KVMLAT_END_H

#include <linux/types.h>

struct kvm;
struct kvmlat_counts;
struct kvmlat_vm;

/* KVM destroys the VM, whose file descriptors are all closed. Preemption is off. */
void kvmlat_end_kvm(const struct kvm *kvm);

/* Under the table's lock, IRQs off for whoever knows how long: the worker does the second half. */
void kvmlat_end_later(struct kvmlat_vm *vm);

/* Ends the VMs that can never run again, of whose end nobody told. Takes kvmlat_mutex. */
void kvmlat_end_sweep(void);

/* KVM is being unloaded, so there can be no VM, and nobody else ends one. Takes kvmlat_mutex. */
void kvmlat_end_all(void);

/* Under kvmlat_mutex. Takes a VM that is gone off the list, onto one for kvmlat_end_free(). */
void kvmlat_end_unlist(struct kvmlat_vm *vm, struct hlist_head *dead);
void kvmlat_end_free(struct hlist_head *dead);

void kvmlat_end_count(struct kvmlat_counts *counts);
void kvmlat_end_init(void);
/* No probe runs any more. */
void kvmlat_end_exit(void);

#endif
