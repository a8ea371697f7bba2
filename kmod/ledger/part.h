/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Parts of an outlier's time: which task had the CPU, which interrupt took it. Pure.
 *
 * While somebody watches, each CPU remembers what it did last (struct kvmlat_cpu_log, which
 * cpulog.c writes). When a vCPU's thread has a CPU again, or leaves one, or an outlier is made,
 * what is new of that and fell into the vCPU's time goes to the vCPU's own list. A record gets
 * what was added since it began, the longest of it.
 */
#ifndef KVMLAT_PART_H
#define KVMLAT_PART_H

#include <linux/compiler.h>
#include <linux/kvmlat.h>
#include <linux/types.h>

#include "ledger.h"

#define KVMLAT_PARTS		8	/* that a record names */
#define KVMLAT_PARTS_KEPT	32	/* that a vCPU remembers */
#define KVMLAT_SLICES		64	/* that a CPU remembers: who had it */
#define KVMLAT_INTERRUPTS	256	/* and what interrupted whom */
#define KVMLAT_MOVES		4	/* that a vCPU remembers, while it waits */
#define KVMLAT_IDLE_UNKNOWN	(~0U)	/* as the idle state */

struct kvmlat_slice {
	u64 begin;			/* it ends when the next one begins */
	char comm[KVMLAT_COMM_LEN];
	u32 tid;
	u32 prio;
	u32 idle;			/* of the idle task: the state that the CPU went to last */
};

struct kvmlat_interrupt {
	u64 end;
	u32 ns;				/* its own, without what interrupted it */
	u16 kind;			/* KVMLAT_PART_KIND_* */
	u16 id;
};

/* Written on its own CPU. Both count how many there were; the newest are kept. */
struct kvmlat_cpu_log {
	u64 slices;
	u64 interrupts;
	struct kvmlat_slice slice[KVMLAT_SLICES];
	struct kvmlat_interrupt interrupt[KVMLAT_INTERRUPTS];
};

struct kvmlat_part {
	u64 time;
	char comm[KVMLAT_COMM_LEN];
	u32 id;				/* a task's tid, or which interrupt */
	u32 prio;
	u32 idle;
	u32 count;
	u16 cpu;			/* there are 8192 at most */
	u8 kind;			/* KVMLAT_PART_KIND_* */
	u8 state;			/* in whose time it lies */
	bool took;			/* the vCPU's thread had not slept */
};

struct kvmlat_waker {
	char comm[KVMLAT_COMM_LEN];
	u32 tid;
	u32 cpu;
	u64 at;				/* 0: not known */
	bool interrupt;			/* one that came while the task had the CPU */
};

/* Of a vCPU that is watched. */
struct kvmlat_parts {
	u64 head;			/* parts added; the newest are kept */
	u64 fence;			/* those before it do not grow any more */
	u64 settled;			/* interrupts up to then were looked at */
	struct kvmlat_part part[KVMLAT_PARTS_KEPT];
	/* Under the vCPU's lock, while its thread has no CPU: */
	struct kvmlat_waker waker;
	u64 moves;			/* from CPU to CPU; the latest: */
	struct {
		u64 at;
		u32 from;
	} move[KVMLAT_MOVES];
};

/* Who compiles this provides it: what the CPU did last, NULL if nobody notes that. */
const struct kvmlat_cpu_log *kvmlat_cpu_log(u32 cpu);

/* What comes is not part of what went before. Returns where it begins. */
u64 kvmlat_parts_begin(struct kvmlat_parts *p);
/* The interrupts on this CPU since the last such call, and since @since, fell into that state. */
void kvmlat_parts_interrupts(struct kvmlat_parts *p, u64 since, u64 until, u32 state);

/* Interrupts up to now were not the vCPU's. */
static inline void kvmlat_parts_skip(struct kvmlat_parts *p, u64 now)
{
	p->settled = now;
}

/* The vCPU's thread waited for the CPU that it has now; @took: it had not slept. */
void kvmlat_parts_waited(struct kvmlat_parts *p, u64 begin, u64 end, bool took);
/* Those from @from until before @until, at most KVMLAT_PARTS; returns their number. */
u32 kvmlat_parts_take(const struct kvmlat_parts *p, u64 from, u64 until, struct kvmlat_part *to);
/* So that the parts within a state are never more than its time. Returns how many are left. */
u32 kvmlat_parts_trim(struct kvmlat_part *part, u32 nr, const u64 *time);

#endif
