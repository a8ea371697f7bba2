/* SPDX-License-Identifier: GPL-2.0-only */
/* What charts have in common: axes, marks, and where something is on them. */
#ifndef _KVMLAT_PAGE_CHART_H
#define _KVMLAT_PAGE_CHART_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Of all charts, so that moments are below one another. */
#define CHART_WIDTH	1000
#define CHART_LEFT	74
#define CHART_RIGHT	984

/**
 * struct moments - the time that is shown
 * @begin: by CLOCK_MONOTONIC, as is @end; the same time of day is @real
 * @nr_marks: changes of knobs, @marks by CLOCK_MONOTONIC, named 1, 2, 3...
 */
struct moments {
	int64_t		begin;
	int64_t		end;
	int64_t		real;
	size_t		nr_marks;
	int64_t		*marks;
};

/**
 * struct chart - its plot is from @top to @bottom, and to @right, or CHART_RIGHT if that is 0
 * @low: with @high, where the times of the vertical axis begin and end
 */
struct chart {
	FILE			*to;
	const struct moments	*moments;
	double			top;
	double			bottom;
	double			right;
	double			low;
	double			high;
};

/*
 * Begins an image of that height, which is called @title; what @about says of it is for those who
 * do not see it. Its id is @id.
 */
void chart_begin(const struct chart *c, const char *id, double height, const char *title,
		 const char *about);
void chart_end(const struct chart *c);

double chart_x(const struct chart *c, int64_t at);
double chart_y(const struct chart *c, double ns);

/* From decade to decade, so that both are in it. */
void chart_span(struct chart *c, double low, double high);
void chart_times(const struct chart *c);
void chart_decades(const struct chart *c);

/* Lines where knobs were changed. */
void chart_marks(const struct chart *c);

/* "14:03:05", of a moment by CLOCK_MONOTONIC; with ms if @fine. */
#define CLOCK_TEXT_SIZE	32
const char *clock_text(const struct moments *m, int64_t at, int fine, char *text);

#endif /* _KVMLAT_PAGE_CHART_H */
