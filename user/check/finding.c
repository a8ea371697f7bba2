// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "check.h"

static void say(char *text, const char *fmt, va_list args)
{
	size_t used = strlen(text);

	vsnprintf(text + used, TEXT_SIZE - used, fmt, args);
}

#define SAY(found, member, fmt)							\
	do {									\
		va_list args;							\
										\
		va_start(args, fmt);						\
		say((found)->member, fmt, args);				\
		va_end(args);							\
	} while (0)

void is_good(struct finding *found, const char *fmt, ...)
{
	found->verdict = GOOD;
	SAY(found, value, fmt);
}

void is_bad(struct finding *found, const char *fmt, ...)
{
	found->verdict = BAD;
	SAY(found, value, fmt);
}

void is_unknown(struct finding *found, const char *fmt, ...)
{
	found->verdict = UNKNOWN;
	SAY(found, value, fmt);
}

void is_unread(struct finding *found, enum fact_file file)
{
	is_unknown(found, "\"%s\" cannot be read", fact_path(file));
}

void by_command(struct finding *found, const char *fmt, ...)
{
	found->remedy = REMEDY_COMMAND;
	SAY(found, fix, fmt);
}

void by_line(struct finding *found, const char *file, const char *fmt, ...)
{
	found->remedy = REMEDY_LINE;
	found->file = file;
	SAY(found, fix, fmt);
}

void by_nothing(struct finding *found, const char *fmt, ...)
{
	found->remedy = REMEDY_NONE;
	SAY(found, fix, fmt);
}

void here_is(struct finding *found, const char *fmt, ...)
{
	if (found->here[0])
		strncat(found->here, "; ", TEXT_SIZE - 1 - strlen(found->here));
	SAY(found, here, fmt);
}

const char *verdict_name(enum verdict verdict)
{
	static const char * const names[NR_VERDICTS] = { "good", "bad", "unknown" };

	return names[verdict];
}

const char *remedy_name(enum remedy remedy)
{
	static const char * const names[] = { "none", "command", "line" };

	return names[remedy];
}

/* A check that says nothing has not found out anything. */
void check_all(const struct facts *f, struct finding *found)
{
	size_t i;

	for (i = 0; i < nr_checks; i++) {
		found[i] = (struct finding){ .check = &checks[i], .verdict = UNKNOWN };
		checks[i].run(f, &found[i]);
	}
}
