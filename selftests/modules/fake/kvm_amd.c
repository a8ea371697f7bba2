// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stands where kvm_amd would. pause_filter_count_grow is a constant, pause_filter_count_shrink is
 * the same number as pause_filter_count, so that setting both in one go must fail half way, and
 * there is no pause_filter_count_max but one of a similar name. Without pause_filter_thresh=128 it
 * is as on a processor that has no pause filter.
 */
#include <linux/module.h>
#include <linux/moduleparam.h>

static unsigned short pause_filter_thresh;
module_param(pause_filter_thresh, ushort, 0444);
static unsigned short pause_filter_count = 3000;
module_param(pause_filter_count, ushort, 0444);
static const unsigned short grow = 2;
module_param_cb(pause_filter_count_grow, &param_ops_ushort, (void *)&grow, 0444);
module_param_named(pause_filter_count_shrink, pause_filter_count, ushort, 0444);
static unsigned short pause_filter_count_maximum = 65535;
module_param(pause_filter_count_maximum, ushort, 0444);

static int __init fake_init(void)
{
	return 0;
}

static void __exit fake_exit(void)
{
}

module_init(fake_init);
module_exit(fake_exit);
MODULE_DESCRIPTION("Parameters like those of kvm_amd, for kvmlat's tests");
MODULE_LICENSE("GPL");
