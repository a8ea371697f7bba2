/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The module's own code of an exit and an entry, as kmod/probe.c strings it together once the
 * vCPU is known, on ledgers of this process.
 */
#ifndef _BENCH_EVENTS_H
#define _BENCH_EVENTS_H

#include "clock.h"
#include "ledger/ledger.h"

#define BENCH_REASONS	12

#define BENCH_LONGEST	1000000	/* ns of an exit */
#define BENCH_LATER	256

/* Frequent SVM exit codes, so that rows lie as they do in practice. */
extern const u32 bench_codes[BENCH_REASONS];
extern u64 bench_later[BENCH_LATER];

static __always_inline void bench_exit_at(struct kvmlat_ledger *l, u64 now, u32 code)
{
	if (!kvmlat_ledger_exit(l, now, code))
		kvmlat_ledger_exit_slow(l, now, code);
}

static __always_inline void bench_entry_at(struct kvmlat_ledger *l, u64 now)
{
	if (!kvmlat_ledger_entry(l, now))
		kvmlat_ledger_entry_slow(l, now);
}

static __always_inline void bench_exit(struct kvmlat_ledger *l, u32 code)
{
	kvmlat_ledger_begin(l);
	bench_exit_at(l, kvmlat_clock_tsc(), code);
	kvmlat_ledger_commit(l);
}

/* later: how much longer the exit seems to have taken, as no real one has the same every time. */
static __always_inline void bench_entry(struct kvmlat_ledger *l, u64 later)
{
	kvmlat_ledger_begin(l);
	bench_entry_at(l, kvmlat_clock_tsc() + later);
	kvmlat_ledger_commit(l);
}

struct kvmlat_ledger *bench_ledger(void);

void bench_lines(void);
int bench_time(void);
int bench_scale(void);
int bench_dump(void);
void bench_pairs(unsigned int vcpus, unsigned long pairs);

#endif /* _BENCH_EVENTS_H */
