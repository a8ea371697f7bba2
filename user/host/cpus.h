/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_CPUS_H
#define _KVMLAT_CPUS_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

/* The most that x86-64 kernels are built for. */
#define MAX_CPUS	8192
#define CPU_WORD	(sizeof(unsigned long) * CHAR_BIT)

/* A set of CPUs, laid out as the kernel wants it. */
struct cpus {
	unsigned long	words[MAX_CPUS / CPU_WORD];
};

/* "0-3,8"; the empty text is no CPU. False if it is anything else. */
bool cpus_parse(const char *text, struct cpus *cpus);

/* Room for every other CPU of MAX_CPUS, with its comma. */
#define CPUS_TEXT	(MAX_CPUS / 2 * 5)

/* The same text; "-" for no CPU. What does not fit is cut with "...". */
void cpus_format(const struct cpus *cpus, char *text, size_t size);

void cpus_add(struct cpus *cpus, unsigned int cpu);
unsigned int cpus_count(const struct cpus *cpus);
bool cpus_equal(const struct cpus *a, const struct cpus *b);
struct cpus cpus_and(const struct cpus *a, const struct cpus *b);
struct cpus cpus_or(const struct cpus *a, const struct cpus *b);
struct cpus cpus_minus(const struct cpus *a, const struct cpus *b);

/* The CPU after @cpu, or with -1 the first; -1 at the end. */
int cpus_next(const struct cpus *cpus, int cpu);

#endif /* _KVMLAT_CPUS_H */
