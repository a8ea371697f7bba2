/* SPDX-License-Identifier: GPL-2.0-only */
/* The records of a frame, before they are put into what was known. */
#ifndef _KVMLAT_RECORD_PARTS_H
#define _KVMLAT_RECORD_PARTS_H

#include "bytes.h"
#include "ids.h"
#include "model/guests.h"
#include "model/quota.h"
#include "when.h"

/* A vCPU's record, up to what hangs on what was known of it. */
struct part {
	struct id	id;
	struct input	in;
};

/**
 * struct events - what came in an interval
 * @parts: of all outliers, one after the other, as are @wakers of those that have one
 * @dropped_outliers: so many more, and so many @dropped_changes of knobs
 * @quotas: as they were at its end, and at its begin those of them that were there
 */
struct events {
	size_t				nr_outliers;
	size_t				room_outliers;
	struct kvmlat_outlier		*outliers;
	size_t				nr_parts;
	size_t				room_parts;
	struct kvmlat_part		*parts;
	size_t				nr_wakers;
	size_t				room_wakers;
	struct kvmlat_waker		*wakers;
	size_t				nr_changes;
	size_t				room_changes;
	struct kvmlat_knob_event	*changes;
	uint64_t			dropped_outliers;
	uint64_t			dropped_changes;
	struct quotas			quotas;
	struct quotas			older_quotas;
	size_t				room_quotas;
	size_t				room_older_quotas;
};

void events_free(struct events *e);

/** struct parts - those of VMs, of vCPUs and of what is gone are ascending; all zero at first */
struct parts {
	struct when	when;
	bool		has_when;
	size_t		nr_vms;
	size_t		room_vms;
	struct vm_part {
		struct kvmlat_vm	vm;
		struct entry		guest;
	}		*vms;
	size_t		nr_vcpus;
	size_t		room_vcpus;
	struct part	*vcpus;
	struct ids	gone_vms;
	size_t		room_gone_vms;
	struct ids	gone_vcpus;
	size_t		room_gone_vcpus;
	bool		bad;
	bool		no_memory;
};

/* What was in @events goes. Nothing of @parts is good if it is bad or memory is short. */
void parts_take(struct parts *parts, struct events *events, struct input content);
void parts_free(struct parts *parts);

#endif /* _KVMLAT_RECORD_PARTS_H */
