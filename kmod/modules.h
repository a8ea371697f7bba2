/* SPDX-License-Identifier: GPL-2.0-only */
/* KVM's modules come and go, and what goes with them; the notice of a VM's end. */
#ifndef KVMLAT_MODULES_H
#define KVMLAT_MODULES_H

/* One sentence, NULL while the end of a VM is noticed. */
const char *kvmlat_modules_vm_end_why(void);
/* Looks itself for VMs that ended, where that is not noticed. */
void kvmlat_modules_sweep(void);
int kvmlat_modules_init(void);
void kvmlat_modules_exit(void);

#endif
