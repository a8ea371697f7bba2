/* SPDX-License-Identifier: GPL-2.0-only */
/* From the content of frames to snapshots. */
#ifndef _KVMLAT_RECORD_DECODE_H
#define _KVMLAT_RECORD_DECODE_H

#include "bytes.h"
#include "labels.h"
#include "parts.h"
#include "rows.h"

/**
 * struct decoder - all zero at first
 * @now: the accounts as far as they were read; NULL before a full frame
 * @before: those before, which may be @now's memory in part
 */
struct decoder {
	struct kvmlat_snapshot	*now;
	struct kvmlat_snapshot	*before;
	struct moment		begin;
	struct moment		end;
	struct guests		guests;
	struct labels		labels;
	struct rows		rows;
	struct events		events;
};

enum decoded {
	DECODED,
	DECODED_BAD,		/* it is no such frame, and nothing changed */
	DECODED_NO_MEMORY,
};

/* All accounts, in place of what was known. */
enum decoded decode_full(struct decoder *d, struct input content);

/* An interval, after so many that were @missed. */
enum decoded decode_changes(struct decoder *d, struct input content, uint32_t missed);

void decoder_free(struct decoder *d);

#endif /* _KVMLAT_RECORD_DECODE_H */
