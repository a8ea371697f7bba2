// SPDX-License-Identifier: GPL-2.0-only
#include <math.h>
#include <stdio.h>

#include "spark.h"

#define LEVELS	8

static const char * const blocks[LEVELS] = {
	"\u2581", "\u2582", "\u2583", "\u2584", "\u2585", "\u2586", "\u2587", "\u2588"
};

static const char * const ascii[LEVELS] = { "_", ".", ":", "-", "=", "+", "*", "#" };

void sparkline(const float *cells, unsigned int nr, float full, bool utf8, char *to, size_t size)
{
	const char * const *glyphs = utf8 ? blocks : ascii;
	float peak = 0;
	size_t used = 0;
	unsigned int i;

	for (i = 0; i < nr; i++)
		if (cells[i] > peak)
			peak = cells[i];
	if (!full)
		full = peak;
	to[0] = 0;
	for (i = 0; i < nr && used < size; i++) {
		const char *glyph = " ";
		unsigned int level = 0;

		/* What is not nothing at all does not look so. */
		if (cells[i] > 0)
			level = cells[i] >= full ? LEVELS - 1 : 1 + cells[i] / full * (LEVELS - 2);
		if (!isnan(cells[i]))
			glyph = glyphs[level];
		used += snprintf(to + used, size - used, "%s", glyph);
	}
}
