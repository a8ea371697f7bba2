/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_PLACEMENT_H
#define _KVMLAT_PLACEMENT_H

#include "host/host.h"
#include "task.h"

/**
 * struct placement - what is asked for
 * @policy: SCHED_*, or -1 to leave policy and priority as they are
 * @one_each: each thread gets one of @cpus for itself
 */
struct placement {
	bool		has_cpus;
	bool		one_each;
	struct cpus	cpus;
	int		policy;
	uint32_t	priority;
};

/* What thread number @index of @nr becomes. */
struct sched placement_of(const struct placement *want, const struct sched *now,
			  unsigned int index);

/* Each false with a sentence why: the CPUs are not there; the host would starve. */
bool placement_possible(const struct placement *want, const struct host *host, unsigned int nr,
			char *why, size_t size);
bool placement_safe(const struct sched *sched, const struct host *host, char *why, size_t size);

/*
 * What is done and should be known, each true with a sentence: nobody can tell whether the host
 * may starve; of these threads with real-time priorities several have to share a CPU.
 */
bool placement_unsure(const struct host *host, char *why, size_t size);
bool placement_crowded(const struct sched *all, size_t nr, const struct host *host, char *why,
		       size_t size);

#endif /* _KVMLAT_PLACEMENT_H */
