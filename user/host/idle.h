/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_IDLE_H
#define _KVMLAT_IDLE_H

#include <stdbool.h>
#include <stdint.h>

/** struct idle - how long the host's CPUs were idle, and in all, since it was booted, in ticks */
struct idle {
	uint64_t	idle;
	uint64_t	all;
};

/*
 * The share of their time that CPUs had nothing to do since @before, which becomes now, or did for
 * @spare ns in all what they do only while they have nothing to do. False if nobody knows: there is
 * no such file, or it is the first time. @root as in host.h.
 */
bool idle_share(const char *root, struct idle *before, uint64_t spare, double *share);

#endif /* _KVMLAT_IDLE_H */
