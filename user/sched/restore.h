/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_RESTORE_H
#define _KVMLAT_RESTORE_H

#include "task.h"

/**
 * struct restore - what threads were before kvmlat rt changed them, kept in a file until undone
 * @lock: held by who changes, so that two do not lose each other's records; else -1
 *
 * Threads that ended are forgotten when it is opened.
 */
struct restore {
	int		lock;
	size_t		nr;
	struct record {
		struct task	task;
		struct sched	old;
		struct sched	new;
	}		*records;
};

/*
 * Each 0, or -1 with a sentence why; restore_close is due in any case. Only to read: no @change.
 */
int restore_open(struct restore *restore, bool change, char *why, size_t size);
int restore_save(const struct restore *restore, char *why, size_t size);
void restore_close(struct restore *restore);

struct record *restore_find(const struct restore *restore, const struct task *task);

/* Keeps what a thread was before the first of several changes. -1 if memory is short. */
int restore_add(struct restore *restore, const struct task *task, const struct sched *old,
		const struct sched *new);
void restore_remove(struct restore *restore, struct record *record);

#endif /* _KVMLAT_RESTORE_H */
