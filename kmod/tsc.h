/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVMLAT_TSC_H
#define KVMLAT_TSC_H

#include <linux/compiler.h>
#include <linux/types.h>

/* In the register that the multiplication wants: of rdtsc() the compiler makes a move more. */
static __always_inline u64 kvmlat_tsc(void)
{
	u64 tsc;

	asm volatile("rdtsc\n\tshlq $32, %%rdx\n\torq %%rdx, %%rax" : "=a" (tsc) : : "rdx", "cc");
	return tsc;
}

#endif
