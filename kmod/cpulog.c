// SPDX-License-Identifier: GPL-2.0-only
/*
 * Context of the probes: that of their tracepoints, up to NMI. What they write is their own CPU's,
 * and each comes back before what it interrupted goes on. From Linux 7.0 on a tracepoint does not
 * turn preemption off; all of these come with IRQs off or from an interrupt, but for those of
 * softirqs, which have bottom halves off.
 */
#include <linux/compiler.h>
#include <linux/percpu.h>
#include <linux/pid.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "clock.h"
#include "cpulog.h"

#define NEST_MAX	4	/* a softirq, an interrupt's vector, its handler, one more */

struct nesting {
	u64 at;
	u64 others;			/* what of it was something else's */
	u32 kind;
};

struct history {
	struct kvmlat_cpu_log log;
	u32 depth;
	struct nesting nest[NEST_MAX];
};

static struct history __percpu *cpus;

const struct kvmlat_cpu_log *kvmlat_cpu_log(u32 cpu)
{
	struct history __percpu *all = READ_ONCE(cpus);

	return all ? &per_cpu_ptr(all, cpu)->log : NULL;
}

static void add(struct history *cpu, u32 kind, u32 id, u64 end, u64 ns)
{
	/* An NMI in between takes the next place. */
	u64 n = this_cpu_inc_return(cpus->log.interrupts) - 1;
	struct kvmlat_interrupt *irq = &cpu->log.interrupt[n % KVMLAT_INTERRUPTS];

	irq->end = end;
	irq->ns = min_t(u64, ns, U32_MAX);
	irq->kind = kind;
	irq->id = id;
}

static __always_inline void begin(u32 kind)
{
	struct history *cpu = this_cpu_ptr(cpus);

	if (cpu->depth < NEST_MAX)
		cpu->nest[cpu->depth] = (struct nesting){ .kind = kind, .at = kvmlat_clock() };
	cpu->depth++;
}

/* One that was under way when the probes came has no begin. */
static __always_inline void end(u32 kind, u32 id)
{
	struct history *cpu = this_cpu_ptr(cpus);
	struct nesting *nest;
	u64 now, ns;

	if (!cpu->depth)
		return;
	cpu->depth--;
	if (cpu->depth >= NEST_MAX)
		return;
	nest = &cpu->nest[cpu->depth];
	/* Nor has one of which the begin was probed last: then the rest is not known, either. */
	if (nest->kind != kind) {
		cpu->depth = 0;
		return;
	}
	now = kvmlat_clock();
	ns = now - nest->at;
	if (cpu->depth)
		cpu->nest[cpu->depth - 1].others += ns;
	add(cpu, kind, id, now, ns - min(ns, nest->others));
}

void kvmlat_cpulog_irq_entry(void *data, int irq, struct irqaction *action)
{
	begin(KVMLAT_PART_KIND_IRQ);
}

void kvmlat_cpulog_irq_exit(void *data, int irq, struct irqaction *action, int ret)
{
	end(KVMLAT_PART_KIND_IRQ, irq);
}

void kvmlat_cpulog_vector_entry(void *data, int vector)
{
	begin(KVMLAT_PART_KIND_VECTOR);
}

void kvmlat_cpulog_vector_exit(void *data, int vector)
{
	end(KVMLAT_PART_KIND_VECTOR, vector);
}

void kvmlat_cpulog_softirq_entry(void *data, unsigned int nr)
{
	begin(KVMLAT_PART_KIND_SOFTIRQ);
}

void kvmlat_cpulog_softirq_exit(void *data, unsigned int nr)
{
	end(KVMLAT_PART_KIND_SOFTIRQ, nr);
}

void kvmlat_cpulog_nmi(void *data, void *handler, s64 ns, int handled)
{
	struct history *cpu = this_cpu_ptr(cpus);

	if (ns <= 0)
		return;
	if (cpu->depth && cpu->depth <= NEST_MAX)
		cpu->nest[cpu->depth - 1].others += ns;
	add(cpu, KVMLAT_PART_KIND_NMI, 0, kvmlat_clock(), ns);
}

void kvmlat_cpulog_switch(void *data, bool preempt, struct task_struct *prev,
			  struct task_struct *next, unsigned int prev_state)
{
	struct kvmlat_cpu_log *log = this_cpu_ptr(&cpus->log);
	u64 n = log->slices;
	struct kvmlat_slice *slice = &log->slice[n % KVMLAT_SLICES];

	slice->begin = kvmlat_clock();
	memcpy(slice->comm, next->comm, sizeof(slice->comm));
	slice->tid = task_pid_nr(next);
	slice->prio = next->prio;
	slice->idle = KVMLAT_IDLE_UNKNOWN;
	/* Whoever reads it from elsewhere. */
	smp_store_release(&log->slices, n + 1);
}

/* state is PWR_EVENT_EXIT, which is no state, when it comes out of it again. */
void kvmlat_cpulog_idle(void *data, unsigned int state, unsigned int cpu_id)
{
	struct kvmlat_cpu_log *log = this_cpu_ptr(&cpus->log);

	if (state != KVMLAT_IDLE_UNKNOWN && log->slices)
		log->slice[(log->slices - 1) % KVMLAT_SLICES].idle = state;
}

bool kvmlat_cpulog_open(void)
{
	struct history __percpu *all = alloc_percpu(struct history);

	WRITE_ONCE(cpus, all);
	return all;
}

void kvmlat_cpulog_close(void)
{
	struct history __percpu *all = cpus;

	WRITE_ONCE(cpus, NULL);
	synchronize_rcu();
	free_percpu(all);
}
