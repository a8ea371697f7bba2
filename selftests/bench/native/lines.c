// SPDX-License-Identifier: GPL-2.0-only
/* One exit and one entry between marks that a trace of memory accesses shows; see ../lines. */
#include <stdio.h>

#include "events.h"

/* Alone on its line */
static volatile u64 mark[8] __aligned(64), warm[8] __aligned(64);

static void area(const char *name, const void *at, size_t size)
{
	printf("area %s %lx %zx\n", name, (unsigned long)at, size);
}

static __attribute__((__noinline__)) void traced(volatile u64 *at, struct kvmlat_ledger *l,
						 u32 code)
{
	*at = 1;
	bench_exit(l, code);
	*at = 2;
	bench_entry(l, 1000);
	*at = 3;
}

void bench_lines(void)
{
	struct kvmlat_ledger *l = bench_ledger();
	u32 code = bench_codes[0];
	const struct kvmlat_cell *cell = l->map[code];

	area("mark", (const void *)mark, sizeof(mark));
	area("ledger", l, sizeof(*l));
	area("map", &l->map, sizeof(l->map));
	area("row", cell, sizeof(*cell));
	for (u32 i = 0; i < KVMLAT_SEGS; i++)
		if (cell->seg[i])
			area("histogram", cell->seg[i], sizeof(*cell->seg[i]));
	area("clock", &kvmlat_clock_mult, sizeof(kvmlat_clock_mult));
	fflush(stdout);
	/* Code that valgrind sees for the first time takes so long that it is a new maximum */
	traced(warm, l, code);
	traced(mark, l, code);
}
