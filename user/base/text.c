// SPDX-License-Identifier: GPL-2.0-only
#include <langinfo.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "text.h"

/* One character: its bytes, its columns, and whether it can be shown as it is. */
static size_t character(const char *text, mbstate_t *state, unsigned int *columns, bool *plain)
{
	wchar_t wide;
	size_t len = mbrtowc(&wide, text, strlen(text), state);
	int width = len > (size_t)-3 ? -1 : wcwidth(wide);

	*plain = width >= 0;
	*columns = *plain ? width : 1;
	if (len <= (size_t)-3)
		return len;
	memset(state, 0, sizeof(*state));
	return 1;
}

size_t text_fit(char *to, size_t size, const char *from, unsigned int columns)
{
	unsigned int used = 0, width;
	mbstate_t state = { 0 };
	size_t n = 0, len;
	bool plain;

	/* More would fit nothing at all, since the rest is filled with spaces. */
	if (columns >= size)
		columns = size - 1;
	while (*from) {
		len = character(from, &state, &width, &plain);
		if (used + width > columns || n + len + columns - used - width >= size)
			break;
		if (plain)
			memcpy(to + n, from, len);
		else
			to[n] = '?';
		n += plain ? len : 1;
		used += width;
		from += len;
	}
	for (; used < columns && n + 1 < size; used++)
		to[n++] = ' ';
	to[n] = 0;
	return n;
}

size_t text_cut(char *to, size_t size, const char *from, unsigned int columns, bool utf8)
{
	size_t n;

	if (!columns || text_width(from) <= columns)
		return text_fit(to, size, from, columns);
	n = text_fit(to, size, from, columns - 1);
	return n + snprintf(to + n, size - n, "%s", utf8 ? "\u2026" : "~");
}

unsigned int text_width(const char *text)
{
	unsigned int used = 0, width;
	mbstate_t state = { 0 };
	bool plain;

	for (; *text; used += width)
		text += character(text, &state, &width, &plain);
	return used;
}

bool text_utf8(void)
{
	return !strcmp(nl_langinfo(CODESET), "UTF-8");
}

void text_rate(char *to, size_t size, double value)
{
	if (isnan(value))
		snprintf(to, size, "-");
	else if (value < 9999.95)
		snprintf(to, size, "%.1f", value);
	else if (value < 99999999.5)
		snprintf(to, size, "%.0f", value);
	else
		snprintf(to, size, "%.1fM", value / 1e6);
}

void text_percent(char *to, size_t size, double value)
{
	if (isnan(value))
		snprintf(to, size, "-");
	else
		snprintf(to, size, "%.*f", value < 99.95, value);
}

static void time_text(char *to, size_t size, double ns, double most)
{
	static const char * const units[] = { "ns", "us", "ms", "s" };
	double value = ns;
	unsigned int unit;

	if (isnan(ns)) {
		snprintf(to, size, "-");
		return;
	}
	for (unit = 0; unit < 3 && value >= 999.5; unit++)
		value /= 1000;
	snprintf(to, size, "%.*f%s", unit ? (value < most / 10) + (value < most) : 0, value,
		 units[unit]);
}

void text_time(char *to, size_t size, double ns)
{
	time_text(to, size, ns, 99.95);
}

void text_about(char *to, size_t size, double ns)
{
	time_text(to, size, ns, 9.95);
}
