// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>

#include "clock.h"
#include "options.h"

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

bool parse_seconds(const char *what, const char *text, uint64_t *ns, char *why, size_t size)
{
	uint64_t seconds, scale = NSEC_PER_SEC / 10;
	const char *p = digits(text, MAX_SECONDS, &seconds);

	if (!p)
		goto bad;
	*ns = seconds * NSEC_PER_SEC;
	if (*p == '.') {
		if (!p[1])
			goto bad;
		for (p++; *p >= '0' && *p <= '9'; p++, scale /= 10)
			*ns += (*p - '0') * scale;
	}
	if (*p || *ns < NSEC_PER_SEC / 100 || *ns > MAX_SECONDS * NSEC_PER_SEC)
		goto bad;
	return true;
bad:
	snprintf(why, size, "%s \"%.64s\" is not a number of seconds from 0.01 to %d", what, text,
		 MAX_SECONDS);
	return false;
}
