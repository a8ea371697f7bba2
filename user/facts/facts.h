/* SPDX-License-Identifier: GPL-2.0-only */
/* What the machine and its guests are, as read once: all that the checks of check/ know. */
#ifndef _KVMLAT_FACTS_H
#define _KVMLAT_FACTS_H

#include "host/host.h"
#include "lib/kvmlat.h"
#include "model/guests.h"
#include "model/quota.h"
#include "model/selection.h"
#include "tune/modprobe_order.h"

/**
 * enum known - whether a file tells
 * @UNREAD: it could not be read, or the folder that would have it is not there: nothing follows
 * @ABSENT: it is not there, and the folder that would have it is: the kernel has no such thing
 */
enum known {
	UNREAD,
	ABSENT,
	READ,
};

/* Files that are one fact each; facts/files.c has their paths. */
enum fact_file {
	FACT_RELEASE,
	FACT_VERSION,
	FACT_CMDLINE,
	FACT_CPUINFO,
	FACT_REALTIME,
	FACT_PREEMPT,
	FACT_SCHED_EXT,
	FACT_SCHED_EXT_OPS,
	FACT_SMT,
	FACT_IDLE_DRIVER,
	FACT_THP,
	FACT_THP_DEFRAG,
	FACT_KSM,
	FACT_KSM_SHARING,
	FACT_NODES,
	FACT_NUMA_BALANCING,
	FACT_CLOCKSOURCE,
	FACT_CLOCKSOURCES,
	FACT_HALT_POLL,
	FACT_HALT_POLL_GROW,
	FACT_NX_HUGE_PAGES,
	FACT_NX_RECOVERY,
	FACT_TIMER_ADVANCE_NS,
	FACT_TIMER_ADVANCE,
	FACT_CLOCK_SYNC,
	FACT_EPT,
	FACT_NPT,
	FACT_APICV,
	FACT_AVIC,
	FACT_PLE_GAP,
	FACT_PAUSE_FILTER,
	FACT_TRACER,
	FACT_TRACE_EVENTS,
	FACT_TRACING_ON,
	FACT_NMI_WATCHDOG,
	FACT_TUNED,
	FACT_UPTIME,
	NR_FACT_FILES,
};

/** struct fact - the text of a file, without controls but newlines, only if it is READ */
struct fact {
	enum known	known;
	char		*text;
};

#define FACT_NAME	32
#define FACT_IDLE	12

/**
 * struct idle_state - of a CPU
 * @latency: us that it takes to come out of it
 */
struct idle_state {
	char		name[FACT_NAME];
	uint32_t	latency;
	bool		disabled;
};

/**
 * struct fact_cpu - a CPU that is online
 * @core: the lowest CPU of its core, itself if it is alone there; -1 if that is not known
 * @node: of memory; -1 if that is not known
 * @governor: empty if there is none, or if it cannot be read
 * @preference: for energy, likewise
 * @limit: us that coming out of an idle state may take, or 0 if anything goes; -1: only polling
 */
struct fact_cpu {
	uint32_t		cpu;
	int			core;
	int			node;
	enum known		has_governor;
	char			governor[FACT_NAME];
	enum known		has_preference;
	char			preference[FACT_NAME];
	enum known		has_idle;
	uint32_t		nr_idle;
	struct idle_state	idle[FACT_IDLE];
	int32_t			limit;
};

/** struct fact_irq - an interrupt that somebody handles, and where it comes now */
struct fact_irq {
	uint32_t	irq;
	char		name[64];
	bool		known;
	struct cpus	cpus;
};

/**
 * struct fact_thread - a thread of a VMM
 * @vcpu: which it runs, or -1
 * @known: all that follows was read
 */
struct fact_thread {
	uint32_t	tid;
	int64_t		vcpu;
	char		name[FACT_NAME];
	bool		known;
	uint32_t	policy;
	uint32_t	priority;
	uint32_t	cpu;
	struct cpus	allowed;
};

#define FACT_NODES_MAX	64

/**
 * struct fact_vm - a VM that runs and is asked for
 * @threads: of its process; -1 in @vcpu for those that run none
 * @has_memory: @swapped, @resident and @huge, in KiB, are known
 * @has_nodes: @node, KiB on each node, is
 * @has_group: whether a quota limits it is known
 * @account: of all its vCPUs together
 */
struct fact_vm {
	uint32_t		vm_id;
	uint32_t		pid;
	uint32_t		vcpus;
	char			guest[KVMLAT_NAME_SIZE];
	bool			details;
	size_t			nr_threads;
	struct fact_thread	*threads;
	bool			has_swap;
	uint64_t		swapped;
	bool			has_memory;
	uint64_t		resident;
	uint64_t		huge;
	bool			has_nodes;
	uint64_t		node[FACT_NODES_MAX];
	bool			has_group;
	struct kvmlat_account	account;
};

/** struct fact_option - files that give a parameter of a module different values, in their order */
struct fact_option {
	const char		*module;
	const char		*name;
	size_t			nr;
	struct module_setting	settings[MODULE_SETTINGS_MAX];
	struct fact		now;
};

/** struct fact_watcher - a process that measures the kernel */
struct fact_watcher {
	uint32_t	pid;
	char		name[FACT_NAME];
};

/** struct fact_flaw - of the processor, and what the kernel does about it */
struct fact_flaw {
	char	name[FACT_NAME];
	char	text[160];
};

/**
 * struct facts
 * @has_host: @host, @cpus were read
 * @latency: us, what anybody asks for by /dev/cpu_dma_latency; -1 if that is not known
 * @smis: since boot, if @has_smis; else @why_no_smis
 * @has_vms: @vms, @vendor and @quotas are known; else @why_no_vms
 * @running: vCPUs of all VMs that run, also of those that nobody asked for
 */
struct facts {
	struct fact		file[NR_FACT_FILES];
	bool			has_host;
	struct host		host;
	size_t			nr_cpus;
	struct fact_cpu		*cpus;
	int32_t			latency;
	bool			has_irqs;
	size_t			nr_irqs;
	struct fact_irq		*irqs;
	bool			has_options;
	size_t			nr_options;
	struct fact_option	*options;
	bool			has_watchers;
	size_t			nr_watchers;
	struct fact_watcher	*watchers;
	bool			has_flaws;
	size_t			nr_flaws;
	struct fact_flaw	*flaws;
	bool			has_smis;
	uint32_t		smis;
	char			why_no_smis[160];
	bool			has_vms;
	char			why_no_vms[512];
	uint32_t		vendor;
	uint32_t		running;
	size_t			nr_vms;
	struct fact_vm		*vms;
	struct quotas		quotas;
};

/*
 * Reads all below path_root(); what cannot be read is not known. facts_free is due. Of the VMs
 * those that @snap has, with histograms; without @snap none is known, and @why tells the reason.
 * @running: vCPUs of all that run
 */
void facts_read(struct facts *f, const struct kvmlat_snapshot *snap, const struct guests *guests,
		uint32_t running, const char *why);
void facts_free(struct facts *f);

/* The path of a file that is one fact, for sentences. */
const char *fact_path(enum fact_file file);

#endif /* _KVMLAT_FACTS_H */
