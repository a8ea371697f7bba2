/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_TOP_TEXT_H
#define _KVMLAT_TOP_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/*
 * A line of up to LINE_COLUMNS of a terminal: in UTF-8 a column takes up to 4 bytes, more if
 * characters combine, and then the line is cut.
 */
#define LINE_COLUMNS	2047
#define LINE_SIZE	(4 * (LINE_COLUMNS + 1))

/*
 * Writes @from at exactly @columns columns of the terminal: cut or filled with spaces, and with
 * '?' for what a terminal cannot show or would obey. Returns the bytes written.
 */
size_t text_fit(char *to, size_t size, const char *from, unsigned int columns);

/* The same for a name: one that is cut ends with an ellipsis, or a '~' where there is none. */
size_t text_cut(char *to, size_t size, const char *from, unsigned int columns, bool utf8);

/* Columns that it takes on a terminal. */
unsigned int text_width(const char *text);

/* Does the locale, which setlocale has set, show the blocks of a sparkline? */
bool text_utf8(void);

/* A figure for people, NAN as "-"; at most 8 columns. */
void text_rate(char *to, size_t size, double value);
void text_percent(char *to, size_t size, double value);

/* A time with its unit, at most 6 columns up to a day; of what is rough two digits, else three. */
void text_time(char *to, size_t size, double ns);
void text_about(char *to, size_t size, double ns);

#endif /* _KVMLAT_TOP_TEXT_H */
