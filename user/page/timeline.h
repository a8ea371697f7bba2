/* SPDX-License-Identifier: GPL-2.0-only */
/* What happened when: a recording of any length in a few hundred slices. */
#ifndef _KVMLAT_PAGE_TIMELINE_H
#define _KVMLAT_PAGE_TIMELINE_H

#include "lib/kvmlat.h"
#include "model/guests.h"
#include "model/sample.h"

/* More slices than a screen has columns to show them are drawn by nobody. */
#define MAX_SLICES	360

/* More lanes than anybody scrolls through. */
#define MAX_LANES	512

/* Of what there is a heat map. */
enum heat {
	HEAT_WAKE,
	HEAT_TIMER,
	HEAT_RUNQ,
	HEAT_EXITS,
	NR_HEATS,
};

/** struct lane - a vCPU, with what it did in all */
struct lane {
	uint32_t	vm_id;
	uint32_t	vcpu_id;
	char		guest[KVMLAT_NAME_SIZE];
	uint64_t	times[KVMLAT_NR_STATES];
	uint64_t	preempted;
};

/** struct stay - the time that a vCPU spent in each state during a slice */
struct stay {
	uint64_t	times[KVMLAT_NR_STATES];
};

/**
 * struct slice - @begin and @end by CLOCK_MONOTONIC
 * @heat: how many events were of a length, by bucket
 * @stays: of the first @nr_stays lanes; the others were not there yet
 */
struct slice {
	int64_t		begin;
	int64_t		end;
	uint64_t	heat[NR_HEATS][KVMLAT_HIST_BUCKETS];
	size_t		nr_stays;
	struct stay	*stays;
};

/**
 * struct timeline - all zero at first
 * @width: how long a slice shall be at least, in ns: it grows with the recording
 * @hidden: so many vCPUs found no lane
 */
struct timeline {
	uint64_t	width;
	size_t		nr;
	struct slice	slices[MAX_SLICES];
	size_t		nr_lanes;
	struct lane	*lanes;
	size_t		hidden;
};

/* What happened from @begin to @end, moments by CLOCK_MONOTONIC. -1 if memory is short. */
int timeline_add(struct timeline *t, const struct kvmlat_snapshot *delta,
		 const struct guests *guests, int64_t begin, int64_t end);

/* Half as many slices. */
void timeline_halve(struct timeline *t);
void timeline_free(struct timeline *t);

#endif /* _KVMLAT_PAGE_TIMELINE_H */
