/* SPDX-License-Identifier: GPL-2.0-only */
/* What kmod/clock.h needs of the kernel, on the real processor. */
#ifndef _UNIT_ASM_MSR_H
#define _UNIT_ASM_MSR_H

#include <linux/types.h>

static inline u64 rdtsc(void)
{
	return __builtin_ia32_rdtsc();
}

#endif /* _UNIT_ASM_MSR_H */
