/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory for details of exits: who collects them. */
#ifndef KVMLAT_COLLECT_H
#define KVMLAT_COLLECT_H

#include "vcpu.h"

/* Under kvmlat_mutex, may sleep. -ENOMEM: nothing was switched. */
int kvmlat_collect_on(struct kvmlat_vm *vm);
/* Waits for one grace period at most. Returns how many VMs are meant, of those that exist. */
u32 kvmlat_collect_off(u32 vm_id, u32 pid);

/* Whether vCPUs that join the VM collect details, too. Under kvmlat_mutex. */
static inline bool kvmlat_collect_is_on(const struct kvmlat_vm *vm)
{
	return vm->collector;
}

void kvmlat_collect_init(void);

#endif
