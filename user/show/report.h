/* SPDX-License-Identifier: GPL-2.0-only */
/* What a recording holds, and what happened in it. */
#ifndef _KVMLAT_SHOW_REPORT_H
#define _KVMLAT_SHOW_REPORT_H

#include <stdio.h>

#include "base/options.h"
#include "model/cause.h"
#include "model/selection.h"
#include "record/recording.h"

/** struct report_vm - a VM that was seen; times are ns since the epoch */
struct report_vm {
	uint32_t	vm_id;
	uint32_t	pid;
	uint32_t	vcpus;
	char		guest[KVMLAT_NAME_SIZE];
	int64_t		first;
	int64_t		last;
	bool		gone;
};

/** struct report_change - of a knob, @time in ns since the epoch */
struct report_change {
	int64_t				time;
	char				guest[KVMLAT_NAME_SIZE];
	struct kvmlat_knob_event	event;
};

/**
 * struct report - all zero at first
 * @begin: of the part that is reported; in ns since the epoch, as is @end
 * @dropped_outliers: that came too fast, and so @dropped_changes
 */
struct report {
	const char		*file;
	int64_t			begin;
	int64_t			end;
	uint32_t		intervals;
	struct losses		losses;
	const struct notes	*notes;
	size_t			nr_vms;
	struct report_vm	*vms;
	size_t			nr_changes;
	struct report_change	*changes;
	uint64_t		dropped_changes;
	struct tolls		tolls;
	uint64_t		dropped_outliers;
};

/* What of an interval is asked for is added. -1 if memory is short. */
int report_add(struct report *report, const struct interval *in, const struct selection *sel);

/* Is the outlier of a vCPU that is asked for? */
bool report_wants(const struct interval *in, const struct selection *sel,
		  const struct kvmlat_outlier *outlier);
void report_free(struct report *report);

/* What it holds: when, of what host, which VMs. */
void show_report_head(FILE *to, enum output output, const struct report *report);

/* Which causes made guests late, and changes of knobs. */
void show_report_events(FILE *to, enum output output, const struct report *report);

/* A line for each VM of an interval; @first goes behind a header. */
void show_report_csv(FILE *to, const struct interval *in, const struct kvmlat_snapshot *delta,
		     bool first);

#endif /* _KVMLAT_SHOW_REPORT_H */
