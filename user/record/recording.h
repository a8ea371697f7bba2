/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reads what "kvmlat record" wrote: one interval after the other, whatever became of the file.
 *
 *	r = recording_open(path, &why);
 *	while ((ret = recording_next(r, &interval, &why)) > 0)
 *		delta = kvmlat_delta(interval.newer, interval.older), ...;
 *	if (!ret)
 *		recording_losses(r) tells what was not there;
 *	recording_close(r);
 */
#ifndef _KVMLAT_RECORD_RECORDING_H
#define _KVMLAT_RECORD_RECORDING_H

#include "base/trouble.h"
#include "notes.h"
#include "labels.h"
#include "model/guests.h"
#include "model/sample.h"

/**
 * struct interval - what happened from one reading to the next
 * @number: from 1; as many are missing as it jumps
 * @older: the accounts as they were. After an interval that is missing they are not what @newer of
 *	the one before was, and only differences of the two here mean anything: what happened in
 *	the missing one is in neither.
 * @begin: the moment of @older, @end of @newer, which sample_make() takes as wish.now
 * @guests: names of the VMs of @newer
 * @labels: names of the threads of its vCPUs
 * @outliers: ascending by when they ended; @dropped_outliers more came too fast
 * @changes: of knobs
 * @quotas: the CPU time that groups of VMs may use, as it was at the end; @older_quotas: of those
 *	that were there, at the begin
 */
struct interval {
	uint32_t			number;
	const struct kvmlat_snapshot	*older;
	const struct kvmlat_snapshot	*newer;
	struct moment			begin;
	struct moment			end;
	const struct guests		*guests;
	const struct labels		*labels;
	size_t				nr_outliers;
	struct kvmlat_outlier		*outliers;
	uint64_t			dropped_outliers;
	size_t				nr_changes;
	struct kvmlat_knob_event	*changes;
	uint64_t			dropped_changes;
	const struct quotas		*quotas;
	const struct quotas		*older_quotas;
};

/**
 * struct losses - what of a recording is not there, as far as it was read
 * @intervals: so many are missing between others, or before the first
 * @damaged: bytes that are no part of any frame that is whole
 * @cut: of those, so many at the end
 * @ended: the recorder ended it. If not, it was killed, or runs: less than an interval is missing
 *	at the end
 * @last: the end of the last interval that is there, in ns since the epoch
 */
struct losses {
	uint32_t	intervals;
	uint64_t	damaged;
	uint64_t	cut;
	bool		ended;
	int64_t		last;
};

struct recording;

/* NULL with the reason. */
struct recording *recording_open(const char *path, struct trouble *why);

/*
 * 1 with the next interval, 0 at the end, -1 with the reason. What is in @interval is the
 * recording's, until the next call.
 */
int recording_next(struct recording *r, struct interval *interval, struct trouble *why);

/* Since when it records, in ns since the epoch. */
int64_t recording_begin(const struct recording *r);

/* Known from the first interval on, unless even that is damaged. */
const struct notes *recording_notes(const struct recording *r);
const struct losses *recording_losses(const struct recording *r);
void recording_close(struct recording *r);

/* A sentence for the user; false if nothing is missing. */
bool losses_tell(const struct losses *losses, char *text, size_t size);

/* A copy that shares the rows, for kvmlat_snapshot_free(). NULL if memory is short. */
struct kvmlat_snapshot *recording_keep(const struct kvmlat_snapshot *snap);

#endif /* _KVMLAT_RECORD_RECORDING_H */
