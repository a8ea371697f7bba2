/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_PAST_H
#define _KVMLAT_PAST_H

#include "task.h"

/**
 * struct past - what threads were before kvmlat rt changed them, kept in a file until undone
 * @lock: held by who changes, so that two do not lose each other's records; else -1
 *
 * Threads that ended are forgotten when it is opened.
 */
struct past {
	int		lock;
	size_t		nr;
	struct record {
		struct task	task;
		struct sched	old;
		struct sched	new;
	}		*records;
};

/* Each 0, or -1 with a sentence why; past_close is due in any case. Only to read: no @change. */
int past_open(struct past *past, bool change, char *why, size_t size);
int past_save(const struct past *past, char *why, size_t size);
void past_close(struct past *past);

struct record *past_find(const struct past *past, const struct task *task);

/* Keeps what a thread was before the first of several changes. -1 if memory is short. */
int past_add(struct past *past, const struct task *task, const struct sched *old,
	     const struct sched *new);
void past_remove(struct past *past, struct record *record);

#endif /* _KVMLAT_PAST_H */
