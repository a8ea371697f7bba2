/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_SHOW_COMPARE_H
#define _KVMLAT_SHOW_COMPARE_H

#include <stdio.h>

#include "base/options.h"
#include "compare/comparison.h"

/** struct compare_view - @a and @b: of what; @all: with figures of which nothing is claimed */
struct compare_view {
	const char		*a;
	const char		*b;
	const struct series	*series_a;
	const struct series	*series_b;
	const struct comparison	*comparison;
	bool			all;
};

void show_comparison(FILE *to, enum output output, const struct compare_view *v);

/* How many figures have that verdict. */
size_t count_verdicts(const struct comparison *c, enum verdict verdict);

#endif /* _KVMLAT_SHOW_COMPARE_H */
