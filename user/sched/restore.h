/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_RESTORE_H
#define _KVMLAT_RESTORE_H

#include "task.h"

/**
 * struct restore - what threads were before kvmlat rt changed them, kept in a file until undone
 * @records: what a thread was, what rt has made of it, and what it is about to make
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
		struct sched	next;
	}		*records;
};

/*
 * Each 0, or -1 with a sentence why; restore_close is due in any case. Only to read: no @change.
 */
int restore_open(struct restore *restore, bool change, char *why, size_t size);
int restore_save(const struct restore *restore, char *why, size_t size);
void restore_close(struct restore *restore);

struct record *restore_find(const struct restore *restore, const struct task *task);

/*
 * Before a thread is set: keeps what it was before the first of several changes, and what it is to
 * become, so that whoever is killed meanwhile has left a record. -1 if memory is short.
 */
int restore_announce(struct restore *restore, const struct task *task, const struct sched *now,
		     const struct sched *next);

/* And afterwards: what it has become. If that is what it was before all, there is no record. */
void restore_done(struct restore *restore, const struct task *task, const struct sched *now);

/* Is that what rt has set, was about to set, or found; or somebody else's? */
bool record_policy_is_ours(const struct record *record, const struct sched *now);
bool record_cpus_are_ours(const struct record *record, const struct sched *now,
			  const struct cpus *online);

void restore_remove(struct restore *restore, struct record *record);

#endif /* _KVMLAT_RESTORE_H */
