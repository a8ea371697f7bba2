/* SPDX-License-Identifier: GPL-2.0-only */
/* What took a vCPU longer than a threshold. Part of kvmlat.h, which includes it. */
#ifndef _KVMLAT_OUTLIER_H
#define _KVMLAT_OUTLIER_H

#include "account.h"
#include "handle.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Kinds that this header knows, and what a watch has room for: that does not grow. */
#define KVMLAT_NR_OUTLIER_KINDS		(KVMLAT_OUTLIER_KIND_MAX + 1)
#define KVMLAT_OUTLIER_KINDS_ROOM	16

/**
 * struct kvmlat_watch - what to watch for
 * @vm_id: only this VM; 0 for any
 * @pid: only the VMs of this process; 0 for any
 * @vcpu_id: only the vCPU of this id, if @has_vcpu_id
 * @kinds: a bit for each enum kvmlat_outlier_kind that @threshold has
 * @threshold: what takes more ns is an outlier, by kind
 */
struct kvmlat_watch {
	uint32_t	vm_id;
	uint32_t	pid;
	uint32_t	vcpu_id;
	bool		has_vcpu_id;
	uint32_t	kinds;
	uint64_t	threshold[KVMLAT_OUTLIER_KINDS_ROOM];
	uint64_t	spare[4];
};

/**
 * struct kvmlat_culprit - who had the CPU while a vCPU waited for it
 * @comm: its name; swapper is the idle task
 * @tid: its thread id, 0 of the idle task
 * @prio: the kernel's priority: below 100 of a real-time class, 120 is nice 0
 * @took: it took the CPU from the vCPU; else the vCPU had slept
 * @time: how long the vCPU waited; 0: it did not, and there is no culprit
 */
struct kvmlat_culprit {
	char		comm[64];
	uint32_t	tid;
	uint32_t	prio;
	bool		took;
	uint64_t	time;
};

/**
 * struct kvmlat_part - whose a part of an outlier's time is
 * @kind: enum kvmlat_part_kind
 * @state: enum kvmlat_state in whose time it lies
 * @id: of a task its thread id, 0 of the idle task; else which interrupt
 * @cpu: where
 * @count: of how many slices of CPU time or interrupts it is the sum
 * @time: that sum
 * @comm: of a task
 * @prio: of a task, as of a culprit
 * @took: of a task: the vCPU's thread had not slept before that wait
 * @has_idle: of the idle task, that it is known which @idle_state the CPU was in
 */
struct kvmlat_part {
	uint32_t	kind;
	uint32_t	state;
	uint32_t	id;
	uint32_t	cpu;
	uint32_t	count;
	uint64_t	time;
	char		comm[64];
	uint32_t	prio;
	bool		took;
	bool		has_idle;
	uint32_t	idle_state;
	uint64_t	spare[4];
};

/**
 * struct kvmlat_waker - who woke the vCPU's thread
 * @comm: name of the task that ran then
 * @tid: its thread id, 0 of the idle task
 * @cpu: where it ran
 * @interrupt: not that task did it but an interrupt that came meanwhile
 * @at: when
 */
struct kvmlat_waker {
	char		comm[64];
	uint32_t	tid;
	uint32_t	cpu;
	bool		interrupt;
	uint64_t	at;
	uint64_t	spare[4];
};

/**
 * struct kvmlat_outlier - members as the attributes of the same name
 * @kind: enum kvmlat_outlier_kind
 * @dropped: so many of this vCPU before this one are lost
 * @times: by enum kvmlat_state; their sum is @total
 * @cls: with @code, the row that it is in; of gap the exit's
 * @visit: KVM_EXIT_* of the latest visit to the VMM, if @visited
 * @detail_kind: with @detail_key, what the exit or the visit was about, if @has_detail
 * @parts: whose the time was, as far as that is known; @nr_parts of them, the longest
 * @waker: who woke the thread last, NULL if that is not known
 * @moves: how often the thread was moved to another CPU
 */
struct kvmlat_outlier {
	uint32_t		vm_id;
	uint32_t		pid;
	uint32_t		vcpu_id;
	uint32_t		tid;
	uint32_t		kind;
	uint64_t		dropped;
	uint64_t		begin;
	uint64_t		end;
	uint64_t		total;
	uint64_t		threshold;
	uint64_t		times[KVMLAT_STATES_ROOM];
	uint32_t		cls;
	uint32_t		code;
	bool			visited;
	uint32_t		visit;
	bool			has_detail;
	uint32_t		detail_kind;
	uint64_t		detail_key;
	struct kvmlat_culprit	culprit;
	uint32_t		cpu_before;
	uint32_t		cpu;
	const struct kvmlat_part *parts;
	const struct kvmlat_waker *waker;
	uint32_t		nr_parts;
	uint32_t		moves;
	uint64_t		spare[13];
};

/**
 * kvmlat_watch - from now on the module keeps outliers for this handle, until it is closed
 * @watch: in place of what was watched for before; NULL for nothing
 */
KVMLAT_API int kvmlat_watch(struct kvmlat *handle, const struct kvmlat_watch *watch,
			    struct kvmlat_error *err);

/** typedef kvmlat_outlier_fn - what kvmlat_get_outliers calls; @outlier is gone afterwards */
typedef void (*kvmlat_outlier_fn)(const struct kvmlat_outlier *outlier, void *ctx);

/**
 * kvmlat_get_outliers - call @fn for each outlier since the last call, of a vCPU the oldest first
 * @dropped: how many were lost since kvmlat_watch, since newer ones took their places; or NULL
 */
KVMLAT_API int kvmlat_get_outliers(struct kvmlat *handle, kvmlat_outlier_fn fn, void *ctx,
				   uint64_t *dropped, struct kvmlat_error *err);

/* The name of a constant of linux/kvmlat.h; "unknown" for one of a newer module */
KVMLAT_API const char *kvmlat_outlier_kind_name(uint32_t kind);

#ifdef __cplusplus
}
#endif

#endif /* _KVMLAT_OUTLIER_H */
