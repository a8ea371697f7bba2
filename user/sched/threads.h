/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_THREADS_H
#define _KVMLAT_THREADS_H

#include "model/selection.h"
#include "restore.h"

/**
 * struct thread - a vCPU's thread and how it is scheduled
 * @known: the thread is there; of @task and @sched nothing holds if not
 * @changed: kvmlat rt changed it, and can undo that
 */
struct thread {
	uint32_t	vm_id;
	uint32_t	pid;
	uint32_t	vcpu_id;
	const char	*guest;
	char		name[64];
	bool		known;
	bool		changed;
	struct task	task;
	struct sched	sched;
};

/** struct threads - those of the vCPUs that the user asked for, and the VMs that there were */
struct threads {
	struct kvmlat_snapshot	*snap;
	struct guests	guests;
	size_t		nr;
	struct thread	*all;
};

/* Asks the module. -1 with the reason. */
int threads_find(struct threads *threads, const struct selection *sel,
		 const struct restore *restore, struct trouble *why);
void threads_free(struct threads *threads);

/* Looks again how the thread is scheduled. */
void thread_look(struct thread *thread, const struct restore *restore);

#endif /* _KVMLAT_THREADS_H */
