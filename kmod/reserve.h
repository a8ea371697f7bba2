/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory for probes: objects that a worker allocates beforehand, so that a probe, which
 * may neither sleep nor call the allocator, takes one from a list.
 */
#ifndef KVMLAT_RESERVE_H
#define KVMLAT_RESERVE_H

#include <linux/types.h>

struct kvmlat_vcpu;
struct kvmlat_vm;

struct kvmlat_vcpu *kvmlat_reserve_vcpu(void);
struct kvmlat_vm *kvmlat_reserve_vm(void);

/* May sleep. */
void kvmlat_reserve_free_vcpu(struct kvmlat_vcpu *vcpu);
void kvmlat_reserve_free_vm(struct kvmlat_vm *vm);
u64 kvmlat_reserve_memory(void);
int kvmlat_reserve_init(void);
void kvmlat_reserve_exit(void);

#endif
