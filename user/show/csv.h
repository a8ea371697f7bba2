/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_SHOW_CSV_H
#define _KVMLAT_SHOW_CSV_H

#include <stdio.h>
#include <string.h>

/* Quoted where a comma, a quote or the end of a line would be taken for syntax. */
static inline void text(FILE *to, const char *s)
{
	if (!s[strcspn(s, ",\"\n\r")]) {
		fputs(s, to);
		return;
	}
	fputc('"', to);
	for (; *s; s++) {
		if (*s == '"')
			fputc('"', to);
		fputc(*s, to);
	}
	fputc('"', to);
}

#endif /* _KVMLAT_SHOW_CSV_H */
