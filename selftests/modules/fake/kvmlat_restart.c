// SPDX-License-Identifier: GPL-2.0-only
/*
 * For the lab only: firmware whose TSC is "back" ms less after a suspend. A device that is older
 * than kvmlat's is suspended after it and resumed before it. The TSC is set back no earlier than
 * there, since the kernel's own time stands still until the TSC is again where it was, and whoever
 * sleeps meanwhile waits.
 */
#include <linux/err.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/platform_device.h>
#include <linux/pm.h>

#include <asm/msr.h>
#include <asm/tsc.h>

static unsigned int back;
module_param(back, uint, 0444);

static int suspend(struct device *dev)
{
	return 0;
}

/* Not by the kernel's function, which has another name in 7.x */
static int resume(struct device *dev)
{
	u64 tsc = rdtsc() - (u64)back * tsc_khz;

	if (back)
		asm volatile("wrmsr"
			     : : "c" (MSR_IA32_TSC), "a" ((u32)tsc), "d" ((u32)(tsc >> 32)));
	return 0;
}

static SIMPLE_DEV_PM_OPS(pm_ops, suspend, resume);

static int probe(struct platform_device *pdev)
{
	return 0;
}

static struct platform_driver driver = { .driver = { .name = "kvmlat_restart", .pm = &pm_ops } };
static struct platform_device *device;

static int __init restart_init(void)
{
	device = platform_create_bundle(&driver, probe, NULL, 0, NULL, 0);
	return PTR_ERR_OR_ZERO(device);
}

static void __exit restart_exit(void)
{
	platform_device_unregister(device);
	platform_driver_unregister(&driver);
}

module_init(restart_init);
module_exit(restart_exit);
MODULE_DESCRIPTION("A TSC that a suspend sets back, for kvmlat's tests");
MODULE_LICENSE("GPL");
