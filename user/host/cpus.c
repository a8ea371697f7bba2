// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "cpus.h"

#define NR_WORDS	(MAX_CPUS / CPU_WORD)

void cpus_add(struct cpus *cpus, unsigned int cpu)
{
	cpus->words[cpu / CPU_WORD] |= 1UL << cpu % CPU_WORD;
}

static bool cpus_has(const struct cpus *cpus, unsigned int cpu)
{
	return cpu < MAX_CPUS && cpus->words[cpu / CPU_WORD] >> cpu % CPU_WORD & 1;
}

int cpus_next(const struct cpus *cpus, int cpu)
{
	while (++cpu < MAX_CPUS)
		if (cpus_has(cpus, cpu))
			return cpu;
	return -1;
}

unsigned int cpus_count(const struct cpus *cpus)
{
	unsigned int i, n = 0;

	for (i = 0; i < NR_WORDS; i++)
		n += __builtin_popcountl(cpus->words[i]);
	return n;
}

bool cpus_equal(const struct cpus *a, const struct cpus *b)
{
	return !memcmp(a, b, sizeof(*a));
}

struct cpus cpus_and(const struct cpus *a, const struct cpus *b)
{
	struct cpus cpus = { 0 };
	unsigned int i;

	for (i = 0; i < NR_WORDS; i++)
		cpus.words[i] = a->words[i] & b->words[i];
	return cpus;
}

struct cpus cpus_or(const struct cpus *a, const struct cpus *b)
{
	struct cpus cpus = { 0 };
	unsigned int i;

	for (i = 0; i < NR_WORDS; i++)
		cpus.words[i] = a->words[i] | b->words[i];
	return cpus;
}

struct cpus cpus_minus(const struct cpus *a, const struct cpus *b)
{
	struct cpus cpus = { 0 };
	unsigned int i;

	for (i = 0; i < NR_WORDS; i++)
		cpus.words[i] = a->words[i] & ~b->words[i];
	return cpus;
}

static const char *number(const char *p, unsigned int *n)
{
	const char *from = p;

	for (*n = 0; *p >= '0' && *p <= '9' && *n < MAX_CPUS; p++)
		*n = *n * 10 + (*p - '0');
	return p == from || *n >= MAX_CPUS ? NULL : p;
}

bool cpus_parse(const char *text, struct cpus *cpus)
{
	const char *p = text;
	unsigned int first, last;

	memset(cpus, 0, sizeof(*cpus));
	if (!*p)
		return true;
	for (;;) {
		p = number(p, &first);
		if (!p)
			return false;
		last = first;
		if (*p == '-')
			p = number(p + 1, &last);
		if (!p || last < first)
			return false;
		for (; first <= last; first++)
			cpus_add(cpus, first);
		if (!*p)
			return true;
		if (*p++ != ',')
			return false;
	}
}

void cpus_format(const struct cpus *cpus, char *text, size_t size)
{
	int first = cpus_next(cpus, -1), last;
	size_t used = 0;

	snprintf(text, size, "%s", first < 0 ? "-" : "");
	for (; first >= 0; first = cpus_next(cpus, last)) {
		char range[32];
		size_t len;

		for (last = first; cpus_has(cpus, last + 1); last++)
			;
		if (last > first)
			snprintf(range, sizeof(range), "%s%d-%d", used ? "," : "", first, last);
		else
			snprintf(range, sizeof(range), "%s%d", used ? "," : "", first);
		len = strlen(range);
		if (used + len + 4 >= size) {
			snprintf(text + used, size - used, "...");
			return;
		}
		memcpy(text + used, range, len + 1);
		used += len;
	}
}
