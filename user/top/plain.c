// SPDX-License-Identifier: GPL-2.0-only
/* Tables without end for pipes and files. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/wrap.h"
#include "record.h"
#include "top.h"

static void put(char *line)
{
	size_t n = strlen(line);

	while (n && line[n - 1] == ' ')
		n--;
	line[n] = 0;
	puts(line);
}

static void print_table(struct top *t, bool first)
{
	/* Into a pipe or a file all columns, as wide as they are: whoever reads them can cut. */
	unsigned int width = terminal_columns(stdout);
	char line[LINE_SIZE];
	struct layout l;
	size_t i;

	if (width > LINE_COLUMNS)
		width = LINE_COLUMNS;
	layout_plain(&l, &t->pane, width, t->utf8);
	/* What is printed below stays in its column when a long name goes. */
	if (l.name > t->name_width)
		t->name_width = l.name;
	if (!width)
		l.name = t->name_width;
	if (!first)
		putchar('\n');
	top_title(t, width, line);
	put(line);
	top_path(t, width, line);
	put(line);
	table_header(&l, &t->pane, line);
	put(line);
	for (i = 0; i < t->pane.nr; i++) {
		table_row(&l, &t->pane, &t->track, &t->pane.items[i], line);
		put(line);
	}
	if (top_quota(t, 0, line))
		put(line);
}

static int print(struct top *t, bool first, struct kvmlat_error *err)
{
	if (t->output == OUTPUT_JSON)
		record_json(stdout, t);
	else if (t->output == OUTPUT_CSV)
		record_csv(stdout, t, first);
	else
		print_table(t, first);
	if (fflush(stdout))
		return top_fail(err, "cannot write the output: %s", strerror(errno));
	return 0;
}

/* -1 in the background, where whoever reads is stopped. */
static int keyboard(void)
{
	return tcgetpgrp(STDIN_FILENO) == getpgrp() ? STDIN_FILENO : -1;
}

/* As in turbostat: Enter ends the interval now, q ends it all. */
static bool ended_by_user(void)
{
	char text[64];
	ssize_t n = read(STDIN_FILENO, text, sizeof(text));

	return n <= 0 || memchr(text, 'q', n);
}

int top_plain(struct top *t, struct kvmlat_error *err)
{
	uint64_t next = monotonic_ns();
	uint64_t end = t->duration ? next + t->duration : UINT64_MAX;
	uint32_t n = 0;
	int ret;

	if (top_take(t, true, err))
		return -1;
	if (t->once)
		return print(t, true, err);
	do {
		int fd = keyboard();
		enum wake wake;

		next += t->interval;
		wake = wait_for(&t->wait, next < end ? next : end, &fd, 1, NULL);
		if (wake == WAKE_SIGNAL || wake == WAKE_HANGUP || wake == WAKE_FAILED ||
		    (wake == WAKE_INPUT && ended_by_user()))
			return 0;
		if (top_take(t, true, err))
			return -1;
		ret = print(t, !n, err);
		/* An interval that was cut short, or slept through, is not caught up with. */
		if (wake == WAKE_INPUT || next + t->interval <= monotonic_ns())
			next = monotonic_ns();
	} while (!ret && ++n != t->count && !top_over(t) && monotonic_ns() < end);
	return ret;
}
