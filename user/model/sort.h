/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_SORT_H
#define _KVMLAT_SORT_H

#include <stdbool.h>
#include <stddef.h>

/* What the rows of a table are sorted by. */
enum sort_key {
	SORT_COUNT,
	SORT_OWN,
	SORT_TIME,
	SORT_MEAN,
	SORT_MAX,
	SORT_P99,
	SORT_REASON,
	NR_SORT_KEYS,
};

/* False, with a sentence in @why that quotes @text and tells what is allowed. */
bool parse_key(const char *text, enum sort_key *key, char *why, size_t size);

#endif /* _KVMLAT_SORT_H */
