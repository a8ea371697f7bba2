// SPDX-License-Identifier: GPL-2.0-only
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "spark.h"
#include "table.h"

#define SPARK_MIN	8
#define NAME_MAX_WIDTH	32

static unsigned int longest_name(const struct pane *v)
{
	unsigned int longest = pane_columns(v)->name_min, width;
	size_t i;

	for (i = 0; i < v->nr; i++) {
		width = text_width(v->items[i].name);
		if (width > longest)
			longest = width;
	}
	return longest;
}

static void layout_all(struct layout *l, const struct pane *v)
{
	const struct columns *c = pane_columns(v);
	unsigned int i;

	l->name = longest_name(v);
	l->width = l->name;
	for (i = 0; i < c->nr; i++) {
		l->shown[i] = true;
		l->width += c->at[i].width;
	}
}

static void layout(struct layout *l, const struct pane *v, unsigned int width, bool utf8,
		   bool spark)
{
	const struct columns *c = pane_columns(v);
	unsigned int i, rank, left;

	*l = (struct layout){ .utf8 = utf8, .name = c->name_min };
	if (!width) {
		layout_all(l, v);
		return;
	}
	if (l->name > width)
		l->name = width;
	l->shown[0] = true;
	left = width - l->name;
	for (rank = 1; rank <= c->nr; rank++) {
		if (spark && rank == c->spark_rank && left > SPARK_MIN) {
			l->spark = SPARK_MIN;
			left -= SPARK_MIN + 1;
		}
		for (i = 1; i < c->nr; i++) {
			if (c->at[i].rank != rank || c->at[i].width > left)
				continue;
			l->shown[i] = true;
			left -= c->at[i].width;
		}
	}
	i = l->spark ? left / 2 : left;
	if (l->name + i > NAME_MAX_WIDTH)
		i = NAME_MAX_WIDTH > l->name ? NAME_MAX_WIDTH - l->name : 0;
	l->name += i;
	left -= i;
	if (l->spark) {
		i = HISTORY_SECONDS - l->spark < left ? HISTORY_SECONDS - l->spark : left;
		l->spark += i;
		left -= i;
	}
	l->width = width - left;
}

void layout_make(struct layout *l, const struct pane *v, unsigned int width, bool utf8)
{
	layout(l, v, width, utf8, true);
}

void layout_plain(struct layout *l, const struct pane *v, unsigned int width, bool utf8)
{
	layout(l, v, width, utf8, false);
}

bool layout_histograms(const struct layout *l, const struct pane *v)
{
	if (v->level >= LEVEL_REASONS)
		return true;
	return l->shown[LIST_FIGURES + FIG_WAKE] || l->shown[LIST_FIGURES + FIG_RUNQ] ||
	       l->shown[LIST_FIGURES + FIG_WAKE_MAX] || l->shown[LIST_FIGURES + FIG_RUNQ_MAX] ||
	       pane_sort(v)->kind == COLUMN_TIME || pane_sort(v)->kind == COLUMN_ABOUT;
}

void layout_place(const struct layout *l, const struct pane *v, unsigned int column,
		  unsigned int *at, unsigned int *columns)
{
	const struct columns *c = pane_columns(v);
	unsigned int i;

	*at = 0;
	*columns = l->name;
	for (i = 1; i < c->nr && column; i++) {
		if (!l->shown[i])
			continue;
		*at += *columns;
		*columns = c->at[i].width;
		if (i == column)
			return;
	}
	if (!column)
		return;
	*at += *columns + 1;
	*columns = l->spark;
}

static void value_text(const struct column *c, bool at_most, double value, char *to,
		       size_t size)
{
	size_t n = 0;

	switch (c->kind) {
	case COLUMN_RATE:
		text_rate(to, size, value);
		break;
	case COLUMN_PERCENT:
		text_percent(to, size, value);
		break;
	case COLUMN_ABOUT:
		text_about(to, size, value);
		break;
	case COLUMN_TIME:
		if (at_most)
			to[n++] = '<';
		text_time(to + n, size - n, value);
		break;
	default:
		if (isnan(value))
			snprintf(to, size, "-");
		else
			snprintf(to, size, "%.0f", value);
	}
}

void table_header(const struct layout *l, const struct pane *v, char *line)
{
	const struct columns *c = pane_columns(v);
	unsigned int i;
	size_t n;

	n = text_fit(line, LINE_SIZE, c->at[0].title, l->name);
	for (i = 1; i < c->nr; i++) {
		if (l->shown[i])
			n += snprintf(line + n, LINE_SIZE - n, "%*s", c->at[i].width,
				      c->at[i].title);
	}
	if (l->spark) {
		line[n++] = ' ';
		text_fit(line + n, LINE_SIZE - n, l->spark < 11 ? "LAST MIN" : "LAST MINUTE",
			 l->spark);
	}
}

void table_row(const struct layout *l, const struct pane *v, const struct track *m,
	       const struct item *item, char *line)
{
	const struct columns *c = pane_columns(v);
	float seconds[HISTORY_SECONDS], cells[HISTORY_SECONDS], full;
	char text[32];
	unsigned int i;
	size_t n;

	n = text_cut(line, LINE_SIZE, item->name, l->name, l->utf8);
	for (i = 1; i < c->nr; i++) {
		if (!l->shown[i])
			continue;
		value_text(&c->at[i], item->at_most & 1U << i, item->values[i], text,
			   sizeof(text));
		n += snprintf(line + n, LINE_SIZE - n, "%*s", c->at[i].width, text);
	}
	if (!l->spark)
		return;
	line[n++] = ' ';
	full = pane_history(v, m, item, seconds);
	history_fold(seconds, m->second, cells, l->spark);
	sparkline(cells, l->spark, full, l->utf8, line + n, LINE_SIZE - n);
}
