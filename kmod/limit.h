/* SPDX-License-Identifier: GPL-2.0-only */
/* How many vCPUs have an account at once, of each user and in all. */
#ifndef KVMLAT_LIMIT_H
#define KVMLAT_LIMIT_H

#include <linux/types.h>

struct kvmlat_limits {
	u32 vcpus_max;
	u32 user_vcpus_max;
	u64 refused;		/* events of vCPUs that have no account for this reason */
};

/* Of the current thread's user. Any context, no lock. */
u32 kvmlat_limit_user(void);
bool kvmlat_limit_reached(u32 user);

/* Under one lock. A vCPU gets an account, unless a limit is reached; so many lose theirs. */
bool kvmlat_limit_take(u32 user);
void kvmlat_limit_give(u32 user, u32 vcpus);

void kvmlat_limit_read(struct kvmlat_limits *limits);

#endif
