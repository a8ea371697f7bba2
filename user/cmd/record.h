/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_RECORD_H
#define _KVMLAT_RECORD_H

#include "base/wait.h"
#include "base/workload.h"
#include "model/selection.h"
#include "record/writer.h"

/**
 * struct recorder - what the user asked record for, and what it needs to do it
 * @k: is asked for accounts and outliers; @group has changes of knobs, and may be NULL
 * @raw: the last reading, which the next is by what changed since
 * @stuck: nothing can be written, and that was told
 */
struct recorder {
	struct selection	sel;
	uint64_t		interval;
	uint64_t		duration;
	uint64_t		threshold;
	uint32_t		kinds;
	char			**command;

	struct kvmlat		*k;
	struct kvmlat		*group;
	struct kvmlat_filter	filter;
	struct kvmlat_snapshot	*raw;
	uint64_t		dropped;
	struct guests		guests;
	struct wait		wait;
	struct workload		workload;
	struct writer		writer;
	bool			stuck;
};

extern const char record_usage[];

/* Returns an exit code, having complained. */
int record_options(struct recorder *r, int argc, char **argv);

#endif /* _KVMLAT_RECORD_H */
