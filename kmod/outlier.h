/* SPDX-License-Identifier: GPL-2.0-only */
/* Who watches which vCPUs for outliers; what one is, ledger/outlier.h says. */
#ifndef KVMLAT_OUTLIER_WATCHERS_H
#define KVMLAT_OUTLIER_WATCHERS_H

#include "ledger/outlier.h"
#include "vcpu.h"

/* What a watcher asks for; 0 is any VM, as in vms.h. */
struct kvmlat_watch {
	u32 vm_id;
	u32 pid;
	u32 vcpu_id;
	bool has_vcpu_id;
	u64 threshold[KVMLAT_OUTLIER_KINDS];	/* ns, or KVMLAT_UNWATCHED */
};

/*
 * All that follows is called under kvmlat_mutex, and may sleep. A watcher is named by its socket's
 * port.
 */

/* In place of what the port watched for before. -EBUSY: there are too many others; -ENOMEM. */
int kvmlat_outlier_watch(u32 port, const struct kvmlat_watch *watch);
/* Waits for a grace period. */
void kvmlat_outlier_unwatch(u32 port);
/* Its number, or -ENOENT. */
int kvmlat_outlier_watcher(u32 port);
u64 kvmlat_outlier_threshold(u32 watcher, u32 kind);

/* Whether there is anything to tell of the vCPU, which then is in @news. */
bool kvmlat_outlier_read(struct kvmlat_vcpu *vcpu, u32 watcher, struct kvmlat_outliers_news *news);
/* How many records the watcher was not told of so far. */
u64 kvmlat_outlier_dropped(u32 watcher);

/* The vCPU goes, and nobody writes its account any more. */
void kvmlat_outlier_forget(struct kvmlat_vcpu *vcpu);

/* For anybody, at any time: whether the port is a watcher's. */
bool kvmlat_outlier_is_port(u32 port);

/* For probes: a vCPU is new. */
void kvmlat_outlier_joins(void);
void kvmlat_outlier_init(void);
/* Nobody can watch any more. */
void kvmlat_outlier_stop(void);

#endif
