// SPDX-License-Identifier: GPL-2.0-only
#include <linux/ktime.h>
#include <linux/math64.h>

#include "clock.h"

bool kvmlat_clock_is_tsc __read_mostly;
u64 kvmlat_clock_mult __read_mostly;

u64 kvmlat_clock_ordered(void)
{
	return kvmlat_clock_is_tsc ? kvmlat_clock_scale(rdtsc_ordered()) : kvmlat_clock_mono();
}

/**
 * kvmlat_clock_khz() - frequency of the TSC in kHz, 0 when it is not the clock
 */
u32 kvmlat_clock_khz(void)
{
	return kvmlat_clock_is_tsc ? tsc_khz : 0;
}

/*
 * tsc_khz and the verdict on the TSC are those at load time. A TSC that the watchdog
 * condemns later is not left: a jump from one clock to the other would be worse.
 */
void kvmlat_clock_init(void)
{
	if (!tsc_khz || check_tsc_unstable())
		return;
	kvmlat_clock_mult = div_u64((u64)USEC_PER_SEC << KVMLAT_CLOCK_SHIFT, tsc_khz);
	kvmlat_clock_is_tsc = true;
}
