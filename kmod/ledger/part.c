// SPDX-License-Identifier: GPL-2.0-only
#include <linux/string.h>

#include "part.h"

static bool is_same(const struct kvmlat_part *a, const struct kvmlat_part *b)
{
	return a->id == b->id && a->kind == b->kind && a->state == b->state &&
	       a->took == b->took && a->cpu == b->cpu && a->idle == b->idle;
}

u64 kvmlat_parts_begin(struct kvmlat_parts *p)
{
	p->fence = p->head;
	return p->head;
}

static void add(struct kvmlat_parts *p, const struct kvmlat_part *part)
{
	u64 i, oldest = p->head > KVMLAT_PARTS_KEPT ? p->head - KVMLAT_PARTS_KEPT : 0;

	oldest = oldest > p->fence ? oldest : p->fence;
	for (i = p->head; i > oldest; i--) {
		struct kvmlat_part *had = &p->part[(i - 1) % KVMLAT_PARTS_KEPT];

		if (is_same(had, part)) {
			had->time += part->time;
			had->count++;
			return;
		}
	}
	p->part[p->head++ % KVMLAT_PARTS_KEPT] = *part;
}

void kvmlat_parts_interrupts(struct kvmlat_parts *p, u64 since, u64 until, u32 state)
{
	const struct kvmlat_cpu_log *log = kvmlat_cpu_log(raw_smp_processor_id());
	u64 i, n, oldest;

	since = since > p->settled ? since : p->settled;
	if (!log || since >= until)
		return;
	p->settled = until;
	n = READ_ONCE(log->interrupts);
	oldest = n > KVMLAT_INTERRUPTS ? n - KVMLAT_INTERRUPTS : 0;
	for (i = n; i > oldest; i--) {
		const struct kvmlat_interrupt *irq = &log->interrupt[(i - 1) % KVMLAT_INTERRUPTS];
		struct kvmlat_part part = {
			.kind = irq->kind, .id = irq->id, .state = state, .time = irq->ns,
			.cpu = raw_smp_processor_id(), .idle = KVMLAT_IDLE_UNKNOWN, .count = 1,
		};

		if (irq->end <= since)
			return;
		if (irq->end - since < part.time)
			part.time = irq->end - since;
		if (irq->end <= until && part.time)
			add(p, &part);
	}
}

/*
 * Who had the CPU between the two, its newest slice being given. The log of another CPU may be
 * written meanwhile: of what was overwritten nothing is said.
 */
static void waited_on(struct kvmlat_parts *p, u32 cpu, u64 begin, u64 end, bool took, bool here)
{
	const struct kvmlat_cpu_log *log = kvmlat_cpu_log(cpu);
	u64 newest, i, oldest;

	/* It may go at any time. */
	if (!log)
		return;
	newest = READ_ONCE(log->slices);
	oldest = newest > KVMLAT_SLICES - 1 ? newest - (KVMLAT_SLICES - 1) : 0;
	/* The latest here is its own, which began a few ns ago: they are the one's before. */
	for (i = newest - (here && newest); i > oldest && end > begin; i--) {
		const struct kvmlat_slice *slice = &log->slice[(i - 1) % KVMLAT_SLICES];
		struct kvmlat_part part = {
			.kind = KVMLAT_PART_KIND_TASK, .state = KVMLAT_STATE_RUNQ, .cpu = cpu,
			.id = slice->tid, .prio = slice->prio, .took = took, .count = 1,
			.idle = slice->tid ? KVMLAT_IDLE_UNKNOWN : slice->idle,
		};
		u64 from = slice->begin > begin ? slice->begin : begin;

		memcpy(part.comm, slice->comm, sizeof(part.comm));
		/* Its place may be the next one's by now. */
		smp_rmb();
		if (READ_ONCE(log->slices) - i >= KVMLAT_SLICES - 1)
			return;
		if (from >= end)
			continue;
		part.time = end - from;
		add(p, &part);
		end = from;
	}
}

void kvmlat_parts_waited(struct kvmlat_parts *p, u64 begin, u64 end, bool took)
{
	u32 here = raw_smp_processor_id(), cpu = here;
	u64 i, oldest = p->moves > KVMLAT_MOVES ? p->moves - KVMLAT_MOVES : 0;

	/* It is on its CPU from here on. */
	kvmlat_parts_skip(p, end);
	for (i = p->moves; i > oldest && begin < end; i--) {
		u64 at = p->move[(i - 1) % KVMLAT_MOVES].at;

		if (at <= begin)
			break;
		if (at < end) {
			waited_on(p, cpu, at, end, took, cpu == here && i == p->moves);
			end = at;
		}
		cpu = p->move[(i - 1) % KVMLAT_MOVES].from;
	}
	waited_on(p, cpu, begin, end, took, i == p->moves);
}

static u32 shortest(const struct kvmlat_part *part, u32 nr)
{
	u32 i, least = 0;

	for (i = 1; i < nr; i++)
		least = part[i].time < part[least].time ? i : least;
	return least;
}

/* Once more for each that comes again; what is pushed out and comes again begins anew. */
static u32 take(const struct kvmlat_part *part, struct kvmlat_part *to, u32 nr)
{
	u32 i;

	for (i = 0; i < nr; i++) {
		if (is_same(&to[i], part)) {
			to[i].time += part->time;
			to[i].count += part->count;
			return nr;
		}
	}
	if (nr < KVMLAT_PARTS) {
		to[nr] = *part;
		return nr + 1;
	}
	i = shortest(to, nr);
	if (to[i].time < part->time)
		to[i] = *part;
	return nr;
}

u32 kvmlat_parts_take(const struct kvmlat_parts *p, u64 from, u64 until, struct kvmlat_part *to)
{
	u64 i, oldest = p->head > KVMLAT_PARTS_KEPT ? p->head - KVMLAT_PARTS_KEPT : 0;
	u32 nr = 0;

	for (i = from > oldest ? from : oldest; i < until; i++)
		nr = take(&p->part[i % KVMLAT_PARTS_KEPT], to, nr);
	return nr;
}

u32 kvmlat_parts_trim(struct kvmlat_part *part, u32 nr, const u64 *time)
{
	u64 left[KVMLAT_STATES];
	u32 i, kept = 0;

	memcpy(left, time, sizeof(left));
	for (i = 0; i < nr; i++) {
		u64 *of = &left[part[i].state];

		if (part[i].time > *of)
			part[i].time = *of;
		*of -= part[i].time;
		if (part[i].time)
			part[kept++] = part[i];
	}
	return kept;
}
