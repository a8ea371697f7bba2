// SPDX-License-Identifier: GPL-2.0-only
/*
 * native: what the module's own code of an exit and its entry costs on the processor that runs
 * this, without a kernel around it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "events.h"

#define BATCH	1000
#define BATCHES	5000

static volatile u64 sink;
static u64 batch[BATCHES];

/* The TSC when all before is done. */
static u64 stamp(void)
{
	u64 now;

	__builtin_ia32_lfence();
	now = rdtsc();
	__builtin_ia32_lfence();
	return now;
}

static int compare(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return (x > y) - (x < y);
}

/* Others want the processor too: the batches that they interrupt do not reach the median. */
static double median(void)
{
	qsort(batch, BATCHES, sizeof(*batch), compare);
	return (double)batch[BATCHES / 2] / BATCH;
}

static void print(const char *what, double cycles, double bare)
{
	double ns = cycles * kvmlat_clock_mult / (1ULL << KVMLAT_CLOCK_SHIFT);

	printf("%-34s %8.1f %8.1f %8.2f\n", what, cycles, ns, cycles / bare);
}

static double bare_rdtsc(void)
{
	for (int b = 0; b < BATCHES; b++) {
		u64 from = stamp();

		for (int i = 0; i < BATCH; i++)
			sink = rdtsc() ^ rdtsc();
		batch[b] = stamp() - from;
	}
	return median();
}

/* vCPUs are served in turn, burst exits each; the reason changes every time if reasons > 1. */
static double pairs(struct kvmlat_ledger **ledgers, unsigned int vcpus, unsigned int burst,
		    unsigned int reasons)
{
	unsigned int v = 0, n = 0;

	/* As many before as are measured, so that every account was in use already */
	for (int b = -BATCHES; b < BATCHES; b++) {
		u64 from = stamp();

		for (unsigned int i = 0; i < BATCH; i++, n++) {
			bench_exit(ledgers[v], bench_codes[n % reasons]);
			bench_entry(ledgers[v], bench_later[n % BENCH_LATER]);
			if (n % burst == 0)
				v = (v + 1) % vcpus;
		}
		if (b >= 0)
			batch[b] = stamp() - from;
	}
	return median();
}

static struct kvmlat_ledger **make(unsigned int count)
{
	struct kvmlat_ledger **ledgers = calloc(count, sizeof(*ledgers));

	if (!ledgers)
		exit(1);
	for (unsigned int i = 0; i < count; i++)
		ledgers[i] = bench_ledger();
	return ledgers;
}

static void heading(void)
{
	printf("%-34s %8s %8s %8s\n", "per exit and entry", "cycles", "ns", "ratio");
}

int bench_time(void)
{
	struct kvmlat_ledger **ledgers = make(1);
	double bare = bare_rdtsc();

	heading();
	print("two bare rdtsc", bare, bare);
	print("ledger, one reason", pairs(ledgers, 1, 1, 1), bare);
	print("ledger, 12 reasons in turn", pairs(ledgers, 1, 1, BENCH_REASONS), bare);
	return 0;
}

int bench_scale(void)
{
	static const unsigned int counts[] = { 1, 16, 256, 4096 };
	struct kvmlat_ledger **ledgers = make(4096);
	double bare = bare_rdtsc();

	heading();
	print("two bare rdtsc", bare, bare);
	for (unsigned int i = 0; i < 4; i++)
		for (unsigned int burst = 1000; burst; burst = burst == 1000 ? 1 : 0) {
			char what[64];

			snprintf(what, sizeof(what), "%u vCPUs, %u exit%s in a row", counts[i],
				 burst, burst > 1 ? "s" : "");
			print(what, pairs(ledgers, counts[i], burst, 3), bare);
		}
	printf("memory of a vCPU with %u rows: %u bytes, without: %zu bytes\n", BENCH_REASONS,
	       kvmlat_ledger_memory(ledgers[0]), sizeof(struct kvmlat_ledger));
	return 0;
}

/* For a count of instructions: the same work every time, so the clock's rate is not measured. */
void bench_pairs(unsigned int vcpus, unsigned long pairs)
{
	struct kvmlat_ledger **ledgers;

	kvmlat_clock_mult = 1ULL << (KVMLAT_CLOCK_SHIFT - 1);
	ledgers = make(vcpus);
	for (unsigned long i = 0; i < pairs; i++) {
		bench_exit(ledgers[i % vcpus], bench_codes[0]);
		bench_entry(ledgers[i % vcpus], 1000);
	}
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "time"))
		return bench_time();
	if (argc == 2 && !strcmp(argv[1], "scale"))
		return bench_scale();
	if (argc == 2 && !strcmp(argv[1], "dump"))
		return bench_dump();
	if (argc == 2 && !strcmp(argv[1], "lines"))
		return bench_lines(), 0;
	if (argc == 4 && !strcmp(argv[1], "pairs") && atoi(argv[2]) > 0)
		return bench_pairs(atoi(argv[2]), strtoul(argv[3], NULL, 10)), 0;
	fprintf(stderr, "usage: native time | scale | dump | lines | pairs VCPUS N\n");
	return 2;
}
