// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the kernel does for a dump of every vCPU with all histograms, except for the memory of
 * its messages and the way through the socket: a copy of the bytes, which is timed as one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <net/netlink.h>

#include "events.h"
#include "netlink/request.h"
#include "netlink/message.h"
#include "ledger/snapshot.h"

/* As kmod/netlink/ has it; its header needs the kernel's generic netlink. */
#define MESSAGE_SIZE	16384
#define VCPUS		4096
#define RUNS		5

static u64 cpu_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

static u64 now(void)
{
	return kvmlat_clock_tsc();
}

struct totals {
	u64 bytes;
	u64 messages;
	u64 rows;
};

/* To the reader, whose buffer is his own. */
static void send(struct sk_buff *skb, struct totals *t)
{
	static unsigned char reader[MESSAGE_SIZE];

	memcpy(reader, skb->data, skb->len);
	t->bytes += skb->len;
	t->messages++;
	skb->len = 0;
}

static void dump_vcpu(const struct kvmlat_ledger *l, struct kvmlat_snap *snap,
		      struct sk_buff *skb, struct totals *t)
{
	static const struct kvmlat_filter filter = { .histograms = true };
	u32 i, begin, row = 0;

	for (i = 0; i < ARRAY_SIZE(snap->row); i++)
		snap->row[i].cell = NULL;
	if (!kvmlat_snapshot_take(l, snap, now))
		exit(1);
	t->rows += snap->rows;
	do {
		begin = skb->len;
		if (kvmlat_message_vcpu(skb, snap, NULL, &filter, &row)) {
			skb->len = begin;
			if (!begin)
				exit(1);
			send(skb, t);
		}
	} while (row < snap->rows);
}

int bench_dump(void)
{
	struct kvmlat_ledger **ledgers = calloc(VCPUS, sizeof(*ledgers));
	struct kvmlat_snap *snap = calloc(1, sizeof(*snap));
	struct sk_buff skb = { .data = malloc(MESSAGE_SIZE), .size = MESSAGE_SIZE };
	u64 best = ~0ULL, from, took;
	struct totals t;
	int v, run;

	if (!ledgers || !snap || !skb.data)
		return 1;
	snap->histograms = true;
	for (v = 0; v < VCPUS; v++)
		ledgers[v] = bench_ledger();
	for (run = 0; run < RUNS; run++) {
		t = (struct totals){};
		from = cpu_ns();
		for (v = 0; v < VCPUS; v++)
			dump_vcpu(ledgers[v], snap, &skb, &t);
		send(&skb, &t);
		took = cpu_ns() - from;
		if (took < best)
			best = took;
	}
	printf("dump of %u vCPUs x %llu rows: %.1f ms of CPU, %llu messages, %llu bytes\n", VCPUS,
	       (unsigned long long)t.rows / VCPUS, best / 1e6, (unsigned long long)t.messages,
	       (unsigned long long)t.bytes);
	return 0;
}
