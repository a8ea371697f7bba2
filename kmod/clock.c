// SPDX-License-Identifier: GPL-2.0-only
#include <linux/ktime.h>
#include <linux/math64.h>

#include "clock.h"

bool kvmlat_clock_is_tsc __read_mostly;
u64 kvmlat_clock_mult __read_mostly;
u64 kvmlat_clock_offset __read_mostly;	/* of the TSC, which may begin anew in a suspend */

static u64 suspended_at;
static bool settled;

u64 kvmlat_clock_ordered(void)
{
	return kvmlat_clock_is_tsc ?
	       kvmlat_clock_scale(rdtsc_ordered()) + kvmlat_clock_offset : kvmlat_clock_mono();
}

/**
 * kvmlat_clock_khz() - frequency of the TSC in kHz, 0 when it is not the clock
 */
u32 kvmlat_clock_khz(void)
{
	return kvmlat_clock_is_tsc ? tsc_khz : 0;
}

static void take_factor(void)
{
	kvmlat_clock_mult = div_u64((u64)USEC_PER_SEC << KVMLAT_CLOCK_SHIFT, tsc_khz);
}

/*
 * The verdict on the TSC is that at load time. A TSC that the watchdog condemns later is not left:
 * a jump from one clock to the other would be worse.
 */
void kvmlat_clock_init(void)
{
	if (!tsc_khz || check_tsc_unstable())
		return;
	take_factor();
	kvmlat_clock_is_tsc = true;
}

/*
 * The kernel goes on measuring tsc_khz for some seconds after boot. When the first vCPU comes it is
 * what it will be, or else differences of stamps taken before and after would mean nothing.
 */
void kvmlat_clock_settle(void)
{
	if (settled)
		return;
	settled = true;
	if (kvmlat_clock_is_tsc)
		take_factor();
}

void kvmlat_clock_suspend(void)
{
	suspended_at = kvmlat_clock();
}

bool kvmlat_clock_resume(void)
{
	u64 now = kvmlat_clock();

	if (now >= suspended_at)
		return false;
	kvmlat_clock_offset += suspended_at - now;
	return true;
}
