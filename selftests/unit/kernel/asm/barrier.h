/* SPDX-License-Identifier: GPL-2.0-only */
/* As on x86, the only processor that the module is for. */
#ifndef _UNIT_ASM_BARRIER_H
#define _UNIT_ASM_BARRIER_H

#define smp_wmb()	asm volatile("" : : : "memory")
#define smp_rmb()	asm volatile("" : : : "memory")
#define smp_mb()	__sync_synchronize()

#endif /* _UNIT_ASM_BARRIER_H */
