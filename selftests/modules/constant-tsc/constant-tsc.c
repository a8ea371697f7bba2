// SPDX-License-Identifier: GPL-2.0-only
/*
 * For the lab only: QEMU's TCG never tells of a constant TSC, and KVM refuses to load into a
 * real-time kernel without one. With "tsc=reliable" the lab's TSC is one.
 */
#include <linux/module.h>
#include <asm/cpufeature.h>

static int __init constant_tsc_init(void)
{
	set_cpu_cap(&boot_cpu_data, X86_FEATURE_CONSTANT_TSC);
	return 0;
}

module_init(constant_tsc_init);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Says that the TSC is constant");
