// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "options.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

#define MAX_SECONDS	86400

/* Digits only: strtoul would take spaces, signs and more. Returns what follows them, or NULL. */
static const char *digits(const char *text, uint64_t limit, uint64_t *value)
{
	const char *p = text;

	for (*value = 0; *p >= '0' && *p <= '9'; p++) {
		*value = *value * 10 + (*p - '0');
		if (*value > limit)
			return NULL;
	}
	return p == text ? NULL : p;
}

bool parse_u32(const char *what, const char *text, uint32_t min, uint32_t *value,
	       char *why, size_t size)
{
	uint64_t v;
	const char *end = digits(text, UINT32_MAX, &v);

	if (!end || *end || v < min) {
		snprintf(why, size, "%s \"%.64s\" is not a whole number from %u to %u", what, text,
			 min, UINT32_MAX);
		return false;
	}
	*value = v;
	return true;
}

/* What is behind a number; seconds if there is nothing. */
static uint64_t unit_of(const char *text)
{
	static const struct {
		const char	*name;
		uint64_t	ns;
	} units[] = {
		{ "", NSEC_PER_SEC }, { "ms", NSEC_PER_SEC / 1000 }, { "s", NSEC_PER_SEC },
		{ "m", 60 * NSEC_PER_SEC }, { "h", 3600 * NSEC_PER_SEC },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(units); i++)
		if (!strcmp(text, units[i].name))
			return units[i].ns;
	return 0;
}

bool parse_seconds(const char *what, const char *text, uint64_t *ns, char *why, size_t size)
{
	uint64_t whole, scale, unit;
	const char *p = digits(text, MAX_SECONDS * 1000, &whole);

	if (!p)
		goto bad;
	unit = unit_of(p + (*p == '.' ? 1 + strspn(p + 1, "0123456789") : 0));
	if (!unit)
		goto bad;
	*ns = whole * unit;
	if (*p == '.') {
		if (p[1] < '0' || p[1] > '9')
			goto bad;
		for (p++, scale = unit / 10; *p >= '0' && *p <= '9'; p++, scale /= 10)
			*ns += (*p - '0') * scale;
	}
	if (*ns < NSEC_PER_SEC / 100 || *ns > MAX_SECONDS * NSEC_PER_SEC)
		goto bad;
	return true;
bad:
	snprintf(why, size,
		 "%s \"%.64s\" is not a time from 0.01 to %d seconds, as 1.5, 100ms, 2m or 1h",
		 what, text, MAX_SECONDS);
	return false;
}

/* A file that is smaller would hold hardly anything. */
#define LEAST_BYTES	65536

bool parse_bytes(const char *what, const char *text, uint64_t *bytes, char *why, size_t size)
{
	static const char units[] = "KMGT";
	uint64_t number;
	const char *p = digits(text, UINT32_MAX, &number), *unit;

	unit = p && *p ? strchr(units, *p) : NULL;
	if (p && (!*p || (unit && !p[1]))) {
		*bytes = number << (unit ? 10 * (unit - units + 1) : 0);
		if (*bytes >= LEAST_BYTES)
			return true;
	}
	snprintf(why, size, "%s \"%.64s\" is not a size of 64K or more, as 100M or 1G", what, text);
	return false;
}
