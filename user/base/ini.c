// SPDX-License-Identifier: GPL-2.0-only
/*
 * Not libinih: what it makes of a long comment, of blanks before a section or of what follows one
 * depends on its version, and nobody is told.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "ini.h"

#define BLANKS	" \t"
#define WORD	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"

struct reader {
	ini_take_fn	take;
	void		*user;
	char		*why;
	size_t		size;
	struct ini_line	at;
};

__attribute__((format(printf, 2, 3)))
static bool wrong(struct reader *r, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(r->why, r->size, fmt, args);
	va_end(args);
	return false;
}

static char *skip_blanks(char *p)
{
	return p + strspn(p, BLANKS);
}

static void cut_blanks(char *text)
{
	size_t len = strlen(text);

	while (len && strchr(BLANKS, text[len - 1]))
		len--;
	text[len] = 0;
}

static bool begins_comment(const char *p)
{
	return *p == '#' || *p == ';';
}

/* The end of what stands in quotes and begins at @p: its closing quote, or NULL. */
static char *closing_quote(char *p)
{
	for (; *p && *p != '"'; p++)
		if (*p == '\\' && p[1])
			p++;
	return *p ? p : NULL;
}

static bool take_section(struct reader *r, char *p)
{
	char *word = skip_blanks(p + 1), *argument = NULL, *quote = NULL, *end, *rest;

	end = word + strspn(word, WORD);
	rest = skip_blanks(end);
	if (*rest == '"') {
		argument = rest + 1;
		quote = closing_quote(argument);
		if (!quote)
			return wrong(r, "section \"%.64s\" lacks its closing quote: [SECTION \"NAME\"] is allowed",
				     p);
		rest = skip_blanks(quote + 1);
	}
	if (end == word || *rest != ']')
		return wrong(r, "section \"%.64s\" is neither [SECTION] nor [SECTION \"NAME\"]", p);
	rest = skip_blanks(rest + 1);
	if (*rest && !begins_comment(rest))
		return wrong(r, "\"%.64s\" follows a section: a line of its own is allowed, or a comment",
			     rest);
	*end = 0;
	if (quote)
		*quote = 0;
	r->at.section = word;
	r->at.argument = argument;
	r->at.key = NULL;
	r->at.value = NULL;
	return r->take(r->user, &r->at, r->why, r->size);
}

/* The first ";" with a blank before it. */
static void cut_comment(char *value)
{
	char *p = value;

	while ((p = strchr(p, ';'))) {
		if (p == value || strchr(BLANKS, p[-1])) {
			*p = 0;
			return;
		}
		p++;
	}
}

static bool take_setting(struct reader *r, char *key)
{
	char *value = strchr(key, '=');

	if (!value)
		return wrong(r, "\"%.64s\" is neither a [section] nor KEY = VALUE", key);
	*value++ = 0;
	value = skip_blanks(value);
	cut_comment(value);
	cut_blanks(value);
	cut_blanks(key);
	if (!*key)
		return wrong(r, "value \"%.64s\" has no key before it: KEY = VALUE is allowed",
			     value);
	if (key[strspn(key, WORD)])
		return wrong(r, "key \"%.64s\" is no word: letters, digits, \"_\" and \"-\" are allowed",
			     key);
	if (!*value)
		return wrong(r, "key \"%.64s\" has no value: KEY = VALUE is allowed", key);
	r->at.key = key;
	r->at.value = value;
	return r->take(r->user, &r->at, r->why, r->size);
}

static bool take_line(struct reader *r, char *line, size_t len)
{
	char *p;

	if (len && line[len - 1] == '\r')
		line[--len] = 0;
	p = skip_blanks(line);
	if (!*p && p == line + len)
		return true;
	if (begins_comment(p))
		return true;
	for (p = line; p < line + len; p++)
		if ((unsigned char)*p < ' ' && *p != '\t')
			return wrong(r, "a control character, 0x%02x: only text is allowed", *p);
	p = skip_blanks(line);
	cut_blanks(p);
	return *p == '[' ? take_section(r, p) : take_setting(r, p);
}

int ini_wrong(const char *path, unsigned int line, const char *sentence, char *why, size_t size)
{
	snprintf(why, size, "\"%s\", line %u: %s", path, line, sentence);
	return -1;
}

int ini_read(const char *path, ini_take_fn take, void *user, char *why, size_t size)
{
	char mistake[512];
	struct reader r = {
		.take = take, .user = user, .why = mistake, .size = sizeof(mistake),
		.at.section = "",
	};
	char *text, *line, *end, *next;
	size_t len;
	int ret = 0;

	text = file_read_sized(path, &len);
	if (!text) {
		snprintf(why, size, "cannot read \"%s\": %s", path, strerror(errno));
		return -1;
	}
	end = text + len;
	for (line = text; !ret && line < end; line = next) {
		char *newline = memchr(line, '\n', end - line);

		next = newline ? newline + 1 : end;
		if (newline)
			*newline = 0;
		r.at.line++;
		if (!take_line(&r, line, (newline ? newline : end) - line))
			ret = ini_wrong(path, r.at.line, mistake, why, size);
	}
	free(text);
	return ret;
}
