/* SPDX-License-Identifier: GPL-2.0-only */
/* What a format printed, and what to ask of it. */
#ifndef _USER_TEXT_H
#define _USER_TEXT_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

static char *text;
static size_t text_len;

static inline FILE *open_text(void)
{
	free(text);
	text = NULL;
	return open_memstream(&text, &text_len);
}

/* The number of the line that begins so, from 0; -1 if none does. */
static inline int line_of(const char *start)
{
	const char *p = text;
	int n = 0;

	for (; p; p = strchr(p, '\n'), p = p ? p + 1 : NULL, n++)
		if (!strncmp(p, start, strlen(start)))
			return n;
	return -1;
}

/* Both are there, in this order. */
static inline bool before(const char *first, const char *second)
{
	return line_of(first) >= 0 && line_of(first) < line_of(second);
}

static inline int nr_lines(void)
{
	int n = 0;
	const char *p;

	for (p = text; *p; p++)
		n += *p == '\n';
	return n;
}

static inline int longest_line(void)
{
	const char *p = text, *end;
	int most = 0;

	for (; (end = strchr(p, '\n')); p = end + 1)
		if (end - p > most)
			most = end - p;
	return most;
}

/* What the schema and the program say must be the same: validated by somebody else's code. */
static inline bool valid(const char *schema)
{
	const char *src = getenv("SRC");
	char command[1024];
	FILE *to;
	int status;

	if (!src)
		return false;
	snprintf(command, sizeof(command),
		 "python3 %s/selftests/live/command/schema.py %s/Documentation/schema/kvmlat-%s.schema.json",
		 src, src, schema);
	to = popen(command, "w");
	if (!to)
		return false;
	fputs(text, to);
	status = pclose(to);
	return WIFEXITED(status) && !WEXITSTATUS(status);
}

#endif /* _USER_TEXT_H */
