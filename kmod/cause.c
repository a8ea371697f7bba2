// SPDX-License-Identifier: GPL-2.0-only
#include <linux/interrupt.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/tracepoint.h>

#include <trace/events/irq.h>
#include <trace/events/power.h>
#include <trace/events/sched.h>

#include "cause.h"
#include "cpulog.h"
#include "thread.h"

#define PRIO_FIRST	20	/* before the probe that asks who had the CPU */
#define PRIO_ANY	10

static void probe_waking(void *data, struct task_struct *task)
{
	kvmlat_thread_wakes(task);
}

static void probe_migrate(void *data, struct task_struct *task, int to)
{
	kvmlat_thread_moves(task);
}

/* On real-time kernels softirqs are in tasks that can lose their CPU: then those are named. */
static struct probe {
	const char *name;
	void *func;
	int prio;
	struct tracepoint *tp;		/* while it is attached */
} probes[] = {
	{ "sched_switch", kvmlat_cpulog_switch, PRIO_FIRST },
	{ "cpu_idle", kvmlat_cpulog_idle },
	{ "sched_waking", probe_waking },
	{ "sched_migrate_task", probe_migrate },
	{ "irq_handler_entry", kvmlat_cpulog_irq_entry },
	{ "irq_handler_exit", kvmlat_cpulog_irq_exit },
#ifndef CONFIG_PREEMPT_RT
	{ "softirq_entry", kvmlat_cpulog_softirq_entry },
	{ "softirq_exit", kvmlat_cpulog_softirq_exit },
#endif
	{ "nmi_handler", kvmlat_cpulog_nmi },
	{ "local_timer_entry", kvmlat_cpulog_vector_entry },
	{ "local_timer_exit", kvmlat_cpulog_vector_exit },
	{ "reschedule_entry", kvmlat_cpulog_vector_entry },
	{ "reschedule_exit", kvmlat_cpulog_vector_exit },
	{ "call_function_entry", kvmlat_cpulog_vector_entry },
	{ "call_function_exit", kvmlat_cpulog_vector_exit },
	{ "call_function_single_entry", kvmlat_cpulog_vector_entry },
	{ "call_function_single_exit", kvmlat_cpulog_vector_exit },
	{ "irq_work_entry", kvmlat_cpulog_vector_entry },
	{ "irq_work_exit", kvmlat_cpulog_vector_exit },
};

static bool is_on;

static void attach(struct tracepoint *tp, void *unused)
{
	struct probe *p;

	for (p = probes; p < probes + ARRAY_SIZE(probes); p++) {
		if (p->tp || strcmp(p->name, tp->name))
			continue;
		if (!tracepoint_probe_register_prio(tp, p->func, NULL, p->prio ?: PRIO_ANY))
			p->tp = tp;
		return;
	}
}

void kvmlat_cause_on(void)
{
	if (is_on || !kvmlat_cpulog_open())
		return;
	is_on = true;
	for_each_kernel_tracepoint(attach, NULL);
}

void kvmlat_cause_off(void)
{
	struct probe *p;

	if (!is_on)
		return;
	is_on = false;
	for (p = probes; p < probes + ARRAY_SIZE(probes); p++) {
		if (p->tp)
			tracepoint_probe_unregister(p->tp, p->func, NULL);
		p->tp = NULL;
	}
	tracepoint_synchronize_unregister();
	kvmlat_cpulog_close();
}

/* The compiler compares what it can: those events whose headers are installed. */
static void __maybe_unused compare_prototypes(void)
{
	check_trace_callback_type_sched_switch(kvmlat_cpulog_switch);
	check_trace_callback_type_cpu_idle(kvmlat_cpulog_idle);
	check_trace_callback_type_sched_waking(probe_waking);
	check_trace_callback_type_sched_migrate_task(probe_migrate);
	check_trace_callback_type_irq_handler_entry(kvmlat_cpulog_irq_entry);
	check_trace_callback_type_irq_handler_exit(kvmlat_cpulog_irq_exit);
	check_trace_callback_type_softirq_entry(kvmlat_cpulog_softirq_entry);
	check_trace_callback_type_softirq_exit(kvmlat_cpulog_softirq_exit);
}
