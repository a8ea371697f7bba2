// SPDX-License-Identifier: GPL-2.0-only
/* Ledgers in this process, and the clock of this processor. */
#include <stdlib.h>
#include <time.h>

#include <asm/svm.h>

#include "events.h"
#include "kmod/reserve.h"

const u32 bench_codes[BENCH_REASONS] = {
	SVM_EXIT_CPUID, SVM_EXIT_HLT, SVM_EXIT_MSR, SVM_EXIT_IOIO, SVM_EXIT_NPF, SVM_EXIT_INTR,
	SVM_EXIT_VINTR, SVM_EXIT_VMMCALL, SVM_EXIT_WBINVD, SVM_EXIT_PAUSE, SVM_EXIT_READ_CR0,
	SVM_EXIT_WRITE_CR0,
};

/* 200 ns to 100 us, most of them short. */
u64 bench_later[BENCH_LATER];

bool kvmlat_clock_is_tsc = true;
u64 kvmlat_clock_mult;

static u64 monotonic_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC_RAW, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

/* Both clocks over 50 ms tell the TSC's rate; as ns << 32 that fits 64 bits. */
static void calibrate(void)
{
	u64 ns = monotonic_ns(), tsc = rdtsc(), passed;

	do {
		passed = monotonic_ns() - ns;
	} while (passed < 50000000);
	kvmlat_clock_mult = (passed << KVMLAT_CLOCK_SHIFT) / (rdtsc() - tsc);
}

/* One with all rows and segments that exits of up to BENCH_LONGEST need. */
struct kvmlat_ledger *bench_ledger(void)
{
	struct kvmlat_ledger *l;
	u64 now;

	if (!kvmlat_clock_mult)
		calibrate();
	if (!bench_later[0]) {
		srand(1);
		for (u32 i = 0; i < BENCH_LATER; i++)
			bench_later[i] = 200 + (rand() % 100000 >> rand() % 10);
	}
	/* These exits have to be over by now. */
	now = kvmlat_clock_tsc() - BENCH_REASONS * 2 * BENCH_LONGEST;
	l = ledger_new(now, KVMLAT_STATE_GUEST);
	for (u32 i = 0; i < BENCH_REASONS; i++)
		for (u64 ns = 1; ns < BENCH_LONGEST; ns *= 2) {
			bench_exit_at(l, now, bench_codes[i]);
			now += ns;
			bench_entry_at(l, now);
		}
	return l;
}
