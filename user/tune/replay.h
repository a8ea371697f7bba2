/* SPDX-License-Identifier: GPL-2.0-only */
/* KVM's own polling, or a fixed window, on halts that are known beforehand. Pure. */
#ifndef _KVMLAT_REPLAY_H
#define _KVMLAT_REPLAY_H

#include <stddef.h>
#include <stdint.h>

/** struct replay_policy - parameters of kvm.ko; with @fixed the window is always @max */
struct replay_policy {
	uint64_t	max;
	uint32_t	grow;
	uint64_t	grow_start;
	uint32_t	shrink;
	int		fixed;
};

/** struct replay - what came of it; @window is for the next halt */
struct replay {
	uint64_t	window;
	uint64_t	polled;
	uint64_t	slept;
	uint64_t	burnt;
};

/* One halt that lasts @ns. All of @r is 0 before the first. */
void replay_halt(const struct replay_policy *policy, struct replay *r, uint64_t ns);

void replay_all(const struct replay_policy *policy, const uint64_t *halts, size_t nr,
		struct replay *r);

#endif /* _KVMLAT_REPLAY_H */
