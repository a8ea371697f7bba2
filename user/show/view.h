/* SPDX-License-Identifier: GPL-2.0-only */
/* What each view of a sample has for each format; sample.c puts the frame around. */
#ifndef _KVMLAT_SHOW_VIEW_H
#define _KVMLAT_SHOW_VIEW_H

#include <stdio.h>

#include "grid.h"
#include "model/sample.h"

struct json_object;

/* Tables of one block. */
#define VIEW_TABLES	2

/**
 * struct sample_view - one view of a sample, in all formats
 * @kind: of its JSON documents
 * @columns: of CSV, behind those that say whose a line is; fixed in the man pages: add at the end
 * @note: what the table does not tell, once a run; may be NULL, and so may be what it returns
 * @table: goes on with the line that says whose the block is, and ends it. @kept, of VIEW_TABLES,
 *	are for its grids.
 * @json: adds to the object of a block
 * @csv: writes the lines of a block, each begun by csv_whose
 */
struct sample_view {
	const char		*kind;
	const char * const	*columns;
	const char	*(*note)(const struct sample *s);
	void	(*table)(FILE *to, const struct sample *s, const struct block *b,
			 struct widths *kept);
	void	(*json)(struct json_object *o, const struct sample *s, const struct block *b);
	void	(*csv)(FILE *to, const struct sample *s, const struct block *b);
};

extern const struct sample_view exits_view;
extern const struct sample_view states_view;
extern const struct sample_view halt_view;
extern const struct sample_view lateness_view;
extern const struct sample_view detail_view;
extern const struct sample_view hist_view;

#endif /* _KVMLAT_SHOW_VIEW_H */
