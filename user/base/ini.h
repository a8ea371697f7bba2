/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_INI_H
#define _KVMLAT_INI_H

#include <stdbool.h>
#include <stddef.h>

/**
 * struct ini_line - a line that says something, without the blanks around its words
 * @section: "guest" of [guest "db-*"]; empty before the first
 * @argument: "db-*" of it, with its backslashes; NULL for a section that has none
 * @key: NULL where the line begins a section
 */
struct ini_line {
	unsigned int	line;
	const char	*section;
	const char	*argument;
	const char	*key;
	const char	*value;
};

/* False with a sentence: what is wrong and what is allowed, without file and line. */
typedef bool (*ini_take_fn)(void *user, const struct ini_line *line, char *why, size_t size);

/*
 * Reads a file by lines of any length, [SECTION], [SECTION "ARGUMENT"] or KEY = VALUE, and hands
 * each to @take. Blanks before a line mean nothing; "#" or ";" begins a comment, behind a value
 * only ";" with a blank before it. In an argument a backslash takes the next character for itself.
 * 0, or -1 with a sentence that has file and line.
 */
int ini_read(const char *path, ini_take_fn take, void *user, char *why, size_t size);

/* The mistake of one line, which was found later. Returns -1. */
int ini_wrong(const char *path, unsigned int line, const char *sentence, char *why, size_t size);

#endif /* _KVMLAT_INI_H */
