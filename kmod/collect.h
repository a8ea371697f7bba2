/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory for details of exits: who collects them. */
#ifndef KVMLAT_DETAILS_H
#define KVMLAT_DETAILS_H

#include <linux/types.h>

struct kvmlat_vm;

/* Under kvmlat_mutex, may sleep. -ENOMEM: nothing was switched. */
int kvmlat_details_on(struct kvmlat_vm *vm);
void kvmlat_details_off(struct kvmlat_vm *vm);
/* For vCPUs that came since. */
void kvmlat_details_give(void);

#endif
