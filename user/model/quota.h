/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_QUOTA_H
#define _KVMLAT_QUOTA_H

#include "lib/kvmlat.h"

/**
 * struct quota - the CPU time that a group of processes may use, as a VM's vCPUs have it
 * @group: its path below the root of cgroups
 * @max: ns of CPU time that it may use in each @period
 * @periods: that have passed while it wanted to run; in @throttled of them it had used all up
 * @throttled_ns: for how long, of all its CPUs together
 */
struct quota {
	uint32_t	vm_id;
	char		group[256];
	uint64_t	max;
	uint64_t	period;
	uint64_t	periods;
	uint64_t	throttled;
	uint64_t	throttled_ns;
};

struct quotas {
	size_t		nr;
	struct quota	*all;
};

/*
 * Of the groups of the threads of vCPUs that run, and of those above them; those without a limit
 * are left out. What cannot be read is not there. -1 if memory is short.
 */
int quotas_read(struct quotas *q, const struct kvmlat_snapshot *snap);

/* Those that are known, as they are now: which there are is not asked. Likewise. */
int quotas_again(struct quotas *q, const struct quotas *known);

/* What happened in @more is added. Likewise. */
int quotas_sum(struct quotas *sum, const struct quotas *more);

/* NULL if there is none. */
const struct quota *quotas_find(const struct quotas *q, uint32_t vm_id, const char *group);

/* What happened since @older, of groups that were there. -1 if memory is short. */
int quotas_since(struct quotas *delta, const struct quotas *newer, const struct quotas *older);
void quotas_free(struct quotas *q);

#endif /* _KVMLAT_QUOTA_H */
