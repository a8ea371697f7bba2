/* SPDX-License-Identifier: GPL-2.0-only */
/* The clock that is used where the TSC is none; here it always is one. */
#include <linux/types.h>

u64 ktime_get_mono_fast_ns(void);
