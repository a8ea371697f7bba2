/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_TOP_THROTTLING_H
#define _KVMLAT_TOP_THROTTLING_H

#include "model/quota.h"

/**
 * struct throttling - what CPU quotas took from the VMs that are shown; all zero at first
 * @now: as they were at the last reading
 * @last: what happened since the one before
 * @readings: how often they were read
 * @vcpus: of the last reading
 */
struct throttling {
	struct quotas	now;
	struct quotas	last;
	unsigned int	readings;
	size_t		vcpus;
};

/* Beside each snapshot; with @since_start @last is all that happened. -1 if memory is short. */
int throttling_read(struct throttling *t, const struct kvmlat_snapshot *snap, bool since_start);

/*
 * The quota that was used up for longest, of a VM, or with 0 of any: NULL if none was. @others are
 * how many more were.
 */
const struct quota *throttling_worst(const struct throttling *t, uint32_t vm_id, size_t *others);

void throttling_free(struct throttling *t);

#endif /* _KVMLAT_TOP_THROTTLING_H */
