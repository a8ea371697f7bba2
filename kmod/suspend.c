// SPDX-License-Identifier: GPL-2.0-only
/*
 * A device that is none: the kernel suspends its devices after all threads of programs are
 * frozen, and resumes them before these run again. So no vCPU has an event in between.
 */
#include <linux/err.h>
#include <linux/platform_device.h>
#include <linux/pm.h>

#include "attach.h"
#include "clock.h"
#include "suspend.h"

static int __maybe_unused suspend(struct device *dev)
{
	kvmlat_clock_suspend();
	return 0;
}

static int __maybe_unused resume(struct device *dev)
{
	if (kvmlat_clock_resume())
		kvmlat_attach_anew();
	return 0;
}

static SIMPLE_DEV_PM_OPS(pm_ops, suspend, resume);

static int probe(struct platform_device *pdev)
{
	return 0;
}

static struct platform_driver driver = { .driver = { .name = "kvmlat", .pm = &pm_ops } };
static struct platform_device *device;

int kvmlat_suspend_init(void)
{
	device = platform_create_bundle(&driver, probe, NULL, 0, NULL, 0);
	return PTR_ERR_OR_ZERO(device);
}

void kvmlat_suspend_exit(void)
{
	platform_device_unregister(device);
	platform_driver_unregister(&driver);
}
