// SPDX-License-Identifier: GPL-2.0-only
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "wrap.h"

#define COLUMNS		80
#define MAX_COLUMNS	100

unsigned int terminal_columns(FILE *to)
{
	int fd = fileno(to);
	struct winsize w;

	return fd < 0 || !isatty(fd) || ioctl(fd, TIOCGWINSZ, &w) ? 0 : w.ws_col;
}

/* Of the first @len bytes: bytes that go on with a character of UTF-8 take no column. */
static unsigned int columns_of(const char *text, size_t len)
{
	unsigned int n = 0;

	while (len--)
		n += (*text++ & 0xc0) != 0x80;
	return n;
}

void wrap(FILE *to, const char *text, unsigned int at, unsigned int indent)
{
	unsigned int columns = terminal_columns(to);
	bool first = true;

	if (!columns)
		columns = COLUMNS;
	else if (columns > MAX_COLUMNS)
		columns = MAX_COLUMNS;
	for (;; text++) {
		size_t len = strcspn(text, " ");
		unsigned int wide = columns_of(text, len);

		if (!first && at + 1 + wide > columns) {
			fprintf(to, "\n%*s", (int)indent, "");
			at = indent;
		} else if (!first) {
			fputc(' ', to);
			at++;
		}
		fprintf(to, "%.*s", (int)len, text);
		at += wide;
		text += len;
		first = false;
		if (!*text)
			break;
	}
	fputc('\n', to);
}
