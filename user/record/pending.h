/* SPDX-License-Identifier: GPL-2.0-only */
/* What came since the last interval was written. */
#ifndef _KVMLAT_RECORD_PENDING_H
#define _KVMLAT_RECORD_PENDING_H

#include "bytes.h"
#include "lib/kvmlat.h"

/* Of an interval the longest so many are kept, and so many changes. */
#define PENDING_OUTLIERS	256
#define PENDING_CHANGES		4096

/** struct pending - all zero at first; @dropped_*: what was more, or was lost before */
struct pending {
	size_t				nr_outliers;
	struct pending_outlier {
		uint64_t	total;
		struct bytes	record;
	}				outliers[PENDING_OUTLIERS];
	uint64_t			dropped_outliers;
	size_t				nr_changes;
	size_t				room_changes;
	struct kvmlat_knob_event	*changes;
	uint64_t			dropped_changes;
};

void pending_outlier(struct pending *p, const struct kvmlat_outlier *o);
void pending_change(struct pending *p, const struct kvmlat_knob_event *e);
void put_pending(struct bytes *to, const struct pending *p);

/* It has been written. */
void pending_clear(struct pending *p);
void pending_free(struct pending *p);

#endif /* _KVMLAT_RECORD_PENDING_H */
