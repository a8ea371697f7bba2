// SPDX-License-Identifier: GPL-2.0-only
#include <linux/module.h>
#include <net/genetlink.h>

#include "attach.h"
#include "clock.h"
#include "collect.h"
#include "end.h"
#include "modules.h"
#include "netlink/family.h"
#include "netlink/knob.h"
#include "outlier.h"
#include "reserve.h"
#include "suspend.h"
#include "version.h"
#include "worker.h"

/* Probes are in place before somebody can ask, and leave when nobody can. */
static int __init kvmlat_init(void)
{
	int err;

	kvmlat_clock_init();
	err = kvmlat_worker_init();
	if (err)
		return err;
	err = kvmlat_reserve_init();
	if (err)
		goto err_worker;
	kvmlat_end_init();
	kvmlat_collect_init();
	kvmlat_outlier_init();
	err = kvmlat_modules_init();
	if (err)
		goto err_end;
	err = kvmlat_attach_init();
	if (err)
		goto err_modules;
	err = kvmlat_suspend_init();
	if (err)
		goto err_attach;
	err = kvmlat_netlink_init();
	if (err)
		goto err_suspend;
	return 0;

err_suspend:
	kvmlat_suspend_exit();
err_attach:
	kvmlat_attach_exit();
err_modules:
	kvmlat_modules_exit();
err_end:
	kvmlat_end_exit();
	kvmlat_reserve_exit();
err_worker:
	kvmlat_worker_exit();
	return err;
}

static void __exit kvmlat_exit(void)
{
	kvmlat_knob_exit();
	kvmlat_netlink_exit();
	kvmlat_outlier_stop();
	kvmlat_suspend_exit();
	kvmlat_attach_exit();
	kvmlat_modules_exit();
	kvmlat_end_exit();
	kvmlat_reserve_exit();
	kvmlat_worker_exit();
}

module_init(kvmlat_init);
module_exit(kvmlat_exit);
MODULE_DESCRIPTION("Per-vCPU exit and latency accounting for KVM");
MODULE_AUTHOR("The kvmlat developers");
MODULE_LICENSE("GPL");
MODULE_VERSION(KVMLAT_VERSION);
