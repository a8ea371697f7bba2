/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_HOST_H
#define _KVMLAT_HOST_H

#include "guard.h"

/**
 * struct host - what of the machine decides whether a placement starves it
 * @isolated: CPUs that the scheduler's balancer leaves alone, by isolcpus= or a cpuset partition
 * @nohz_full: CPUs without a tick while one thread runs
 * @guard: what keeps real-time threads from taking all of a CPU's time
 */
struct host {
	struct cpus	online;
	struct cpus	isolated;
	struct cpus	nohz_full;
	struct guard	guard;
};

/* @root goes before the paths of /sys and /proc: "" but in tests. False if that is no machine. */
bool host_read(const char *root, struct host *host);

#endif /* _KVMLAT_HOST_H */
