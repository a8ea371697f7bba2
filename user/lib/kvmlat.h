/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * libkvmlat - read the accounts of the kvmlat kernel module, turn its knobs
 *
 * This is the header to include. Its parts, each usable without those that follow:
 *
 *  - error.h:		why a call failed;
 *  - handle.h:		speaks the netlink family that <linux/kvmlat.h> describes: open, info,
 *			reset;
 *  - account.h:	where the time of vCPUs went: merge, percentile. Pure: no system call, no
 *			global state;
 *  - snapshot.h:	reads all accounts; what happened between two snapshots, which is pure, too;
 *  - names.h:		names of exit reasons, states and the like;
 *  - guest.h:		names and threads of guests, from /proc;
 *  - knob.h:		knobs: read, change, take back, follow;
 *  - outlier.h:	what took longer than a threshold, one by one, and why.
 *
 * Functions that can fail return 0, or -1 with the reason in *err. err may be NULL. A handle
 * is for one thread at a time; different handles do not know of each other. Times are ns.
 *
 * What is promised while the library is libkvmlat.so.0: a function stays, with its version
 * (KVMLAT_0.1 for those of the first release) and its meaning. A structure keeps its size and each
 * member its place; a new member takes room from @spare, where it is zero until somebody sets it.
 * So zero what you hand over, "struct kvmlat_filter f = { .vm_id = 3 }" does, and leave spare
 * alone. Only struct kvmlat_snapshot and struct kvmlat_knob_event, which the library alone
 * allocates, may get members at their end. Constants get company: treat one that you do not know
 * as one of a newer module, as kvmlat_unknown does.
 */
#ifndef _KVMLAT_KVMLAT_H
#define _KVMLAT_KVMLAT_H

#include <sys/types.h>

#include "account.h"
#include "error.h"
#include "guest.h"
#include "handle.h"
#include "knob.h"
#include "names.h"
#include "outlier.h"
#include "snapshot.h"

#endif /* _KVMLAT_KVMLAT_H */
