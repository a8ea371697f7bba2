// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stands where kvm_intel would, with parameters that kvmlat may write and ones that it must not:
 * ple_window_grow is read-only after init, ple_window_shrink is a signed number, and the
 * value of ple_window_max is not in this module.
 */
#include <linux/module.h>
#include <linux/moduleparam.h>

#include <asm/tsc.h>

static unsigned int ple_gap = 128;
module_param(ple_gap, uint, 0444);
static unsigned int ple_window = 4096;
module_param(ple_window, uint, 0444);
static unsigned int ple_window_grow __ro_after_init = 2;
module_param(ple_window_grow, uint, 0444);
static int ple_window_shrink;
module_param(ple_window_shrink, int, 0444);
/* Any exported number in the kernel's own memory; reading it shows if it was written. */
module_param_cb(ple_window_max, &param_ops_uint, (void *)&tsc_khz, 0444);

static int __init fake_init(void)
{
	return 0;
}

static void __exit fake_exit(void)
{
}

module_init(fake_init);
module_exit(fake_exit);
MODULE_DESCRIPTION("Parameters like those of kvm_intel, for kvmlat's tests");
MODULE_LICENSE("GPL");
