/* SPDX-License-Identifier: GPL-2.0-only */
/* Moments as people write them. */
#ifndef _KVMLAT_TIMES_H
#define _KVMLAT_TIMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

/**
 * struct told_time - a moment that was told; all zero for none
 * @after: so many ns after the begin of what it is of, if @relative
 * @day: it has a date; else it is the first such time of day from the begin on
 * @tm: of the time of day, and of the date
 */
struct told_time {
	bool		given;
	bool		relative;
	bool		day;
	uint64_t	after;
	struct tm	tm;
};

/* "10:00", "10:00:30", "2026-01-31 10:00" with a space or a T, "+5m". */
bool parse_time(const char *what, const char *text, struct told_time *time, char *why, size_t size);

/* In ns since the epoch, of what began at @begin. */
int64_t told_time_ns(const struct told_time *time, int64_t begin);

#endif /* _KVMLAT_TIMES_H */
