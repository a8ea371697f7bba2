/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_OTHERS_H
#define _KVMLAT_OTHERS_H

#include "model/selection.h"
#include "task.h"

/**
 * struct other - a thread that works for VMs and runs no vCPU, or, with a tid of 0, all that do
 * @kernel: the kernel's, as vhost's worker is before Linux 6.4
 * @vcpus: how many threads of vCPUs these are; 0 for one thread that is none
 * @known: how it is scheduled is known
 * @cpu: where it ran last
 * @ran: ns on a CPU, since it began or of an interval; @all_ran since it began
 * @waited: ns runnable without a CPU, likewise; only if @has_waited
 */
struct other {
	struct task	task;
	bool		kernel;
	uint32_t	vcpus;
	char		name[64];
	bool		known;
	struct sched	sched;
	uint32_t	cpu;
	uint64_t	ran;
	uint64_t	all_ran;
	bool		has_waited;
	uint64_t	waited;
	uint64_t	all_waited;
};

/**
 * struct vmm - a process that has VMs, and its threads
 * @vms: their ids, as 1,2
 * @age: ns that @ran and @waited of the threads are shares of; 0 if it is new in an interval
 */
struct vmm {
	uint32_t	pid;
	uint64_t	start;
	char		guest[KVMLAT_NAME_SIZE];
	char		vms[128];
	uint64_t	age;
	size_t		nr;
	struct other	*all;
};

/** struct others - at the moment @at of CLOCK_MONOTONIC */
struct others {
	uint64_t	at;
	size_t		nr;
	struct vmm	*all;
};

/*
 * Of the VMs of @snap that run and are asked for. Processes and threads that end meanwhile are not
 * there. -1 if memory is short.
 */
int others_read(struct others *o, const struct kvmlat_snapshot *snap, const struct guests *guests,
		const struct selection *sel);

/* Makes of @newer what happened since @older. A thread that is new has all its time in it. */
void others_since(struct others *newer, const struct others *older);
void others_free(struct others *o);

/* Of a line of /proc/PID/stat: false if it is none. @kernel: it is a thread of the kernel. */
bool other_parse_stat(const char *text, bool *kernel, uint64_t *ticks, uint32_t *cpu);

/* Does this name say that the thread of the kernel works for that process? */
bool other_works_for(const char *name, uint32_t pid);

#endif /* _KVMLAT_OTHERS_H */
