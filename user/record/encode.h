/* SPDX-License-Identifier: GPL-2.0-only */
/* From snapshots to the content of frames. */
#ifndef _KVMLAT_RECORD_ENCODE_H
#define _KVMLAT_RECORD_ENCODE_H

#include "bytes.h"
#include "ids.h"
#include "labels.h"
#include "model/guests.h"
#include "model/sample.h"

/** struct reading - the accounts at a moment, and the names that went with them */
struct reading {
	struct kvmlat_snapshot	*snap;
	struct moment		moment;
	struct labels		labels;
	struct quotas		quotas;
};

void reading_free(struct reading *r);

/**
 * struct told - what the last frame told of the reading that it ended with
 * @idle: up to when those went on that nothing happened to
 * @vcpus, @vms: of each of the reading, in its order, whether the frame had it: what one frame has,
 *	the next has again, so that a frame that is damaged does not take more with it
 */
struct told {
	uint64_t	idle;
	uint8_t		*vcpus;
	bool		*vms;
	struct ids	gone_vcpus;
	struct ids	gone_vms;
};

void told_free(struct told *told);

/*
 * Each puts accounts into @to, and what the next frame has to know into @told, which it begins.
 * False if memory is short. Full frames have all of @r, others what happened since @older, of
 * which @was was told.
 */
bool encode_full(struct bytes *to, const struct reading *r, const struct guests *g,
		 struct told *told);
bool encode_changes(struct bytes *to, const struct reading *r, const struct reading *older,
		    const struct guests *g, const struct told *was, struct told *told);

#endif /* _KVMLAT_RECORD_ENCODE_H */
