/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_TOP_BARS_H
#define _KVMLAT_TOP_BARS_H

#include "lib/kvmlat.h"

/* Times from @lower to @upper, and how many there were. */
struct bar {
	uint64_t	lower;
	uint64_t	upper;
	uint64_t	count;
};

/*
 * Folds neighbours together until there are at most @max bars, of which the first and the last
 * are not empty. Returns how many there are.
 */
unsigned int bars_fold(const struct kvmlat_reason *r, struct bar *bars, unsigned int max);

/* A bar as a line of exactly @width columns, with what came before it in @before. */
void bars_line(const struct bar *bar, uint64_t before, uint64_t all, uint64_t peak,
	       unsigned int width, bool utf8, char *line);
void bars_header(unsigned int width, char *line);

#define BARS_SUMMARY	2

/* What the bars do not tell. */
void bars_summary(const struct kvmlat_reason *r, const struct kvmlat_account *a,
		  unsigned int line, char *to, size_t size);

#endif /* _KVMLAT_TOP_BARS_H */
