/* SPDX-License-Identifier: GPL-2.0-only */
/* Suspend and hibernation of the host. */
#ifndef KVMLAT_SUSPEND_H
#define KVMLAT_SUSPEND_H

int kvmlat_suspend_init(void);
void kvmlat_suspend_exit(void);

#endif
