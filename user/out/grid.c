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
	for (i = 0; i < g->nr; i++) {
		const char *text = g->cells[i];
		int pad;

		c = i % g->columns;
		pad = widths[c] - width(text);
		if (c + 1 == g->columns && (g->ragged || c < g->left))
			fputs(text, to);
		else if (c < g->left)
			fprintf(to, "%s%*s", text, pad, "");
		else
			fprintf(to, "%*s%s", pad, "", text);
		fputs(c + 1 < g->columns ? "  " : "\n", to);
	}
	free(g->cells);
}
