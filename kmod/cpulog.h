/* SPDX-License-Identifier: GPL-2.0-only */
/* What each CPU did last: who had it and what interrupted whom, for the parts of an outlier. */
#ifndef KVMLAT_CPULOG_H
#define KVMLAT_CPULOG_H

#include "ledger/part.h"

struct irqaction;
struct task_struct;

/* False: there is no memory. */
bool kvmlat_cpulog_open(void);
/* No probe runs any more. May sleep. */
void kvmlat_cpulog_close(void);

/* Probes, each of the tracepoint of its name, while it is open. */
void kvmlat_cpulog_switch(void *data, bool preempt, struct task_struct *prev,
			  struct task_struct *next, unsigned int prev_state);
void kvmlat_cpulog_idle(void *data, unsigned int state, unsigned int cpu_id);
void kvmlat_cpulog_irq_entry(void *data, int irq, struct irqaction *action);
void kvmlat_cpulog_irq_exit(void *data, int irq, struct irqaction *action, int ret);
void kvmlat_cpulog_vector_entry(void *data, int vector);
void kvmlat_cpulog_vector_exit(void *data, int vector);
void kvmlat_cpulog_softirq_entry(void *data, unsigned int nr);
void kvmlat_cpulog_softirq_exit(void *data, unsigned int nr);
void kvmlat_cpulog_nmi(void *data, void *handler, s64 ns, int handled);

#endif
