/* SPDX-License-Identifier: GPL-2.0-only */
/* When an interval was, by all clocks. */
#ifndef _KVMLAT_RECORD_WHEN_H
#define _KVMLAT_RECORD_WHEN_H

#include "bytes.h"
#include "model/sample.h"

/**
 * struct when - a reading, and the one before it, which is all zero in a full frame
 * @idle: up to when those vCPUs went on that nothing happened to
 */
struct when {
	uint32_t	vendor;
	uint32_t	unreadable;
	struct instant {
		struct moment	moment;
		uint64_t	now;
		uint64_t	monotonic;
		uint64_t	idle;
		bool		interrupted;
	}		newer, older;
};

void put_when(struct bytes *to, const struct when *when);
void get_when(struct input *in, struct when *when);

#endif /* _KVMLAT_RECORD_WHEN_H */
