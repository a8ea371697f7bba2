/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_SHOW_GRID_H
#define _KVMLAT_SHOW_GRID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "lib/kvmlat.h"

#define MAX_COLUMNS	16
#define CELL_SIZE	(2 * KVMLAT_NAME_SIZE)

/* How wide the columns of the tables of a run were: what is printed below stays in its column. */
struct widths {
	int	at[MAX_COLUMNS];
};

/*
 * Cells are kept as text until the widest of each column is known. The first @left columns are
 * flush left, and the last if @ragged. @kept, if any, grows with the columns, and they with it.
 * @narrow: one space between columns, not two
 */
struct grid {
	unsigned int	columns;
	unsigned int	left;
	bool		ragged;
	bool		narrow;
	unsigned int	min;
	struct widths	*kept;
	size_t		nr;
	size_t		room;
	char		(*cells)[CELL_SIZE];
};

void cell(struct grid *g, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void cells(struct grid *g, const char * const *texts);
void print_grid(FILE *to, struct grid *g);

#endif /* _KVMLAT_SHOW_GRID_H */
