/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_SHOW_WATCH_H
#define _KVMLAT_SHOW_WATCH_H

#include <stdio.h>

#include "base/options.h"
#include "model/cause.h"

/** struct outlier_view - @time is when it ended, in ns since the epoch */
struct outlier_view {
	int64_t				time;
	const char			*guest;
	uint32_t			vendor;
	const struct kvmlat_outlier	*outlier;
	const struct causes		*causes;
};

#define OUTLIER_TEXT_SIZE	(CAUSES_MAX * (CAUSE_WHAT_SIZE + 64))

/* Why it was late: the longest cause first, each with its share. */
const char *outlier_text(const struct kvmlat_outlier *outlier, const struct causes *causes,
			 char *text, size_t size);

void show_outlier(FILE *to, enum output output, const struct outlier_view *v);

/* What all of them together cost, sorted; @dropped were lost. */
void show_tolls(FILE *to, enum output output, const struct tolls *tolls, uint64_t dropped);

#endif /* _KVMLAT_SHOW_WATCH_H */
