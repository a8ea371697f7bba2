/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_TOP_TABLE_H
#define _KVMLAT_TOP_TABLE_H

#include "base/text.h"
#include "pane.h"

/**
 * struct layout - which columns fit, and how wide the others are
 * @shown: by column
 * @spark: cells of the sparkline; 0 for none
 * @width: of the whole table
 */
struct layout {
	bool		shown[MAX_COLUMNS];
	unsigned int	name;
	unsigned int	spark;
	unsigned int	width;
	bool		utf8;
};

/* For a line of so many columns; without a limit (0) all columns and no sparkline. */
void layout_make(struct layout *l, const struct pane *v, unsigned int width, bool utf8);

/* The same without a sparkline, for what is printed and not drawn anew. */
void layout_plain(struct layout *l, const struct pane *v, unsigned int width, bool utf8);

/* Does it show what takes histograms? */
bool layout_histograms(const struct layout *l, const struct pane *v);

/* A column's place on the line; the sparkline's for MAX_COLUMNS. */
void layout_place(const struct layout *l, const struct pane *v, unsigned int column,
		  unsigned int *at, unsigned int *columns);

/* Lines without an end, of LINE_SIZE at most. */
void table_header(const struct layout *l, const struct pane *v, char *line);
void table_row(const struct layout *l, const struct pane *v, const struct track *m,
	       const struct item *item, char *line);

#endif /* _KVMLAT_TOP_TABLE_H */
