// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "value.h"

/* The largest first, for printing. */
static const struct suffix {
	const char	*text;
	uint64_t	ns;
} suffixes[] = {
	{ "s", 1000000000 }, { "ms", 1000000 }, { "us", 1000 }, { "ns", 1 },
};

#define NR_SUFFIXES	(sizeof(suffixes) / sizeof(*suffixes))

/*
 * Digits, a point and digits, times @scale. Returns what follows them, NULL unless the product is a
 * whole number below 2^64.
 */
static const char *decimal(const char *text, uint64_t scale, uint64_t *number)
{
	const char *p = text;
	uint64_t n = 0, digit;

	for (; *p >= '0' && *p <= '9'; p++) {
		if (__builtin_mul_overflow(n, 10, &n) || __builtin_add_overflow(n, *p - '0', &n))
			return NULL;
	}
	if (p == text || __builtin_mul_overflow(n, scale, &n))
		return NULL;
	if (*p == '.') {
		for (p++; *p >= '0' && *p <= '9'; p++) {
			digit = *p - '0';
			/* What is below the last whole unit must be nothing, and all after it. */
			if (digit && scale < 10)
				return NULL;
			scale /= 10;
			if (__builtin_add_overflow(n, digit * scale, &n))
				return NULL;
		}
		if (p[-1] == '.')
			return NULL;
	}
	*number = n;
	return p;
}

static bool parse_ns(const char *text, uint64_t *ns)
{
	const char *unit = text + strspn(text, "0123456789.");
	const char *end;
	size_t i;

	if (!*unit)
		return decimal(text, 1, ns);
	for (i = 0; i < NR_SUFFIXES; i++) {
		if (strcmp(unit, suffixes[i].text))
			continue;
		end = decimal(text, suffixes[i].ns, ns);
		return end == unit;
	}
	return false;
}

static bool parse_number(const char *text, uint64_t *number)
{
	const char *end = strchr(text, '.') ? NULL : decimal(text, 1, number);

	return end && !*end;
}

void value_format(uint32_t unit, uint64_t number, char *text, size_t size)
{
	size_t i;

	if (unit != KVMLAT_UNIT_NS) {
		snprintf(text, size, "%" PRIu64, number);
		return;
	}
	for (i = 0; i < NR_SUFFIXES; i++)
		if (!(number % suffixes[i].ns))
			break;
	if (!number)
		snprintf(text, size, "0");
	else
		snprintf(text, size, "%" PRIu64 "%s", number / suffixes[i].ns, suffixes[i].text);
}

static void allowed(const struct kvmlat_knob_value *k, char *text, size_t size)
{
	char min[32], max[32];

	value_format(k->unit, k->min, min, sizeof(min));
	value_format(k->unit, k->max, max, sizeof(max));
	snprintf(text, size, "%s to %s%s", min, max,
		 k->unit == KVMLAT_UNIT_NS ? ", with ns, us, ms or s behind it," : "");
}

bool value_parse(const struct kvmlat_knob_value *k, const char *text, struct value *v, char *why,
		 size_t size)
{
	bool is_time = k->unit == KVMLAT_UNIT_NS, ok;
	char range[160];

	memset(v, 0, sizeof(*v));
	if (!strcmp(text, "inherit")) {
		v->inherit = true;
		if (k->scope != KVMLAT_SCOPE_HOST)
			return true;
		snprintf(why, size,
			 "%s \"inherit\" is for VMs and vCPUs only: the host has nothing above it, \"kvmlat undo\" brings back what it was",
			 k->name);
		return false;
	}
	ok = is_time ? parse_ns(text, &v->number) : parse_number(text, &v->number);
	if (ok && v->number >= k->min && v->number <= k->max)
		return true;
	allowed(k, range, sizeof(range));
	snprintf(why, size, "%s \"%.64s\" is %s: %s is allowed", k->name, text,
		 ok ? "out of range" : is_time ? "no time" : "no whole number", range);
	return false;
}
