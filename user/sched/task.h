/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_TASK_H
#define _KVMLAT_TASK_H

#include <stdint.h>
#include <sys/types.h>

#include "host/cpus.h"

/**
 * struct sched - how and where a thread is scheduled
 * @policy: SCHED_*
 * @priority: of SCHED_FIFO and SCHED_RR, else 0
 * @nice: of the others
 * @flags: SCHED_FLAG_RESET_ON_FORK or 0
 */
struct sched {
	uint32_t	policy;
	uint32_t	priority;
	int32_t		nice;
	uint64_t	flags;
	struct cpus	cpus;
};

/**
 * struct task - a thread, which its time of start tells from a later one of the same id
 * @start: in clock ticks since boot
 */
struct task {
	uint32_t	pid;
	uint32_t	tid;
	uint64_t	start;
};

/* Finds @start. False if process @pid has no thread @tid. */
bool task_find(uint32_t pid, uint32_t tid, struct task *task);

/* False, with errno of ESRCH, if the thread is not that one any more. */
bool task_same(const struct task *task);

/* The CPUs of a text as of /proc/PID/status, those that are offline, too. False if it has none. */
bool task_allowed(const char *status, struct cpus *cpus);

/* 0, or -1 with errno. Setting leaves all as it was if it fails. */
int task_get(const struct task *task, struct sched *sched);
int task_set(const struct task *task, const struct sched *sched);

bool sched_same_policy(const struct sched *a, const struct sched *b);
bool sched_equal(const struct sched *a, const struct sched *b);

/* "fifo 1", "other", "other nice -5". */
void sched_format(const struct sched *sched, char *text, size_t size);
const char *policy_name(uint32_t policy);

#endif /* _KVMLAT_TASK_H */
