// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stdlib.h>

#include "grid.h"

void cell(struct grid *g, const char *fmt, ...)
{
	va_list args;
	void *cells;

	if (g->nr == g->room) {
		cells = realloc(g->cells, (g->room + 256) * sizeof(*g->cells));
		if (!cells)
			abort();
		g->cells = cells;
		g->room += 256;
	}
	va_start(args, fmt);
	vsnprintf(g->cells[g->nr++], CELL_SIZE, fmt, args);
	va_end(args);
}

void cells(struct grid *g, const char * const *texts)
{
	while (*texts)
		cell(g, "%s", *texts++);
}

/* Bytes that start a character: good enough for the width of names. */
static int width(const char *text)
{
	int n = 0;

	for (; *text; text++)
		n += (*text & 0xc0) != 0x80;
	return n;
}

/* Nothing stands behind the last cell that is not empty. */
static void print_row(FILE *to, const struct grid *g, char (*row)[CELL_SIZE], const int *widths)
{
	unsigned int c, n = g->columns;

	while (n && !row[n - 1][0])
		n--;
	for (c = 0; c < n; c++) {
		int pad = widths[c] - width(row[c]);

		if (c + 1 == n && (c < g->left || (g->ragged && n == g->columns)))
			pad = 0;
		if (c)
			fputs(g->narrow ? " " : "  ", to);
		if (c < g->left || (g->ragged && c + 1 == g->columns))
			fprintf(to, "%s%*s", row[c], pad, "");
		else
			fprintf(to, "%*s%s", pad, "", row[c]);
	}
	fputc('\n', to);
}

void print_grid(FILE *to, struct grid *g)
{
	int widths[MAX_COLUMNS] = { 0 };
	unsigned int c;
	size_t i;

	for (i = 0; i < g->nr; i++) {
		c = i % g->columns;
		if (widths[c] < width(g->cells[i]))
			widths[c] = width(g->cells[i]);
		if (c && widths[c] < (int)g->min)
			widths[c] = g->min;
	}
	for (c = 0; g->kept && c < g->columns; c++) {
		if (widths[c] < g->kept->at[c])
			widths[c] = g->kept->at[c];
		g->kept->at[c] = widths[c];
	}
	for (i = 0; i < g->nr; i += g->columns)
		print_row(to, g, &g->cells[i], widths);
	free(g->cells);
}
