/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The time stamp, in ns.
 *
 * The TSC as long as the kernel itself trusts it as a clock across CPUs: then it is
 * constant in rate and the same on all of them, so differences hold when a vCPU migrates.
 * Plain rdtsc, without a fence: it may run some ns early, which is less than what the
 * probe adds. One multiplication turns the absolute stamp into ns, so that all differences
 * are exact in ns and sums of them have no rounding of their own. Where the kernel holds
 * the TSC unstable, its own NMI-safe monotonic clock.
 */
#ifndef KVMLAT_CLOCK_H
#define KVMLAT_CLOCK_H

#include <linux/ktime.h>

#include <asm/msr.h>
#include <asm/tsc.h>

#include "tsc.h"

extern bool kvmlat_clock_is_tsc;
extern u64 kvmlat_clock_mult;
extern u64 kvmlat_clock_offset;

#define KVMLAT_CLOCK_SHIFT	32

/*
 * (tsc * mult) >> 32 of the 128 bit product. In C its 16 byte type makes the compiler
 * realign the stack in every probe, ten instructions each.
 */
static __always_inline u64 kvmlat_clock_scale(u64 tsc)
{
	asm("mulq %[mult]\n\tshrdq %[shift], %%rdx, %%rax"
	    : "+a" (tsc)
	    : [mult] "m" (kvmlat_clock_mult), [shift] "i" (KVMLAT_CLOCK_SHIFT)
	    : "rdx", "cc");
	return tsc;
}

/* The TSC as it is. Probes come in two variants, so that the one for this need not ask for more. */
static __always_inline u64 kvmlat_clock_tsc(void)
{
	return kvmlat_clock_scale(kvmlat_tsc());
}

static __always_inline u64 kvmlat_clock_mono(void)
{
	return ktime_get_mono_fast_ns();
}

static inline u64 kvmlat_clock(void)
{
	return kvmlat_clock_is_tsc ? kvmlat_clock_tsc() + kvmlat_clock_offset :
				     kvmlat_clock_mono();
}

/* Whether kvmlat_clock_tsc() is the clock. */
static inline bool kvmlat_clock_is_plain(void)
{
	return kvmlat_clock_is_tsc && !kvmlat_clock_offset;
}

/* For readers: not before anything that they have read already. */
u64 kvmlat_clock_ordered(void);
u32 kvmlat_clock_khz(void);
void kvmlat_clock_init(void);
/* Before the first stamp of an account. */
void kvmlat_clock_settle(void);
/* Around a suspend, with no vCPU's thread on a CPU. The second says whether the TSC began anew. */
void kvmlat_clock_suspend(void);
bool kvmlat_clock_resume(void);

#endif
