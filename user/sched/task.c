// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/kvmlat.h"
#include "task.h"

#ifndef SCHED_DEADLINE
#define SCHED_DEADLINE	6
#endif

/* linux/sched/types.h cannot be included beside <sched.h> of some libc versions. */
struct attributes {
	uint32_t	size;
	uint32_t	policy;
	uint64_t	flags;
	int32_t		nice;
	uint32_t	priority;
	uint64_t	runtime;
	uint64_t	deadline;
	uint64_t	period;
};

#define RESET_ON_FORK	1ULL

bool task_find(uint32_t pid, uint32_t tid, struct task *task)
{
	if (kvmlat_thread_start(pid, tid, &task->start))
		return false;
	task->pid = pid;
	task->tid = tid;
	return true;
}

bool task_same(const struct task *task)
{
	struct task now;

	if (task_find(task->pid, task->tid, &now) && now.start == task->start)
		return true;
	errno = ESRCH;
	return false;
}

int task_get(const struct task *task, struct sched *s)
{
	struct attributes a = { .size = sizeof(a) };

	memset(s, 0, sizeof(*s));
	if (!task_same(task) || syscall(SYS_sched_getattr, task->tid, &a, sizeof(a), 0) ||
	    syscall(SYS_sched_getaffinity, task->tid, sizeof(s->cpus), &s->cpus) < 0)
		return -1;
	s->policy = a.policy;
	s->priority = a.priority;
	s->nice = a.nice;
	s->flags = a.flags & RESET_ON_FORK;
	return 0;
}

static int set_policy(const struct task *task, const struct sched *s)
{
	struct attributes a = {
		.size = sizeof(a), .policy = s->policy, .priority = s->priority,
		.nice = s->nice, .flags = s->flags,
	};

	return syscall(SYS_sched_setattr, task->tid, &a, 0);
}

static int set_cpus(const struct task *task, const struct sched *s)
{
	return syscall(SYS_sched_setaffinity, task->tid, sizeof(s->cpus), &s->cpus);
}

/*
 * A thread must never run with a real-time priority on a CPU that was not meant for it, so it
 * moves before its priority rises and after it falls.
 */
int task_set(const struct task *task, const struct sched *s)
{
	struct sched old;
	bool rises;
	int error;

	if (task_get(task, &old))
		return -1;
	if (old.policy == SCHED_DEADLINE) {
		errno = EBUSY;
		return -1;
	}
	rises = s->priority > old.priority;
	if (rises ? set_cpus(task, s) : set_policy(task, s))
		return -1;
	if (!(rises ? set_policy(task, s) : set_cpus(task, s)))
		return 0;
	error = errno;
	(void)(rises ? set_cpus(task, &old) : set_policy(task, &old));
	errno = error;
	return -1;
}

bool sched_equal(const struct sched *a, const struct sched *b)
{
	return a->policy == b->policy && a->priority == b->priority && a->nice == b->nice &&
	       a->flags == b->flags && cpus_equal(&a->cpus, &b->cpus);
}

const char *policy_name(uint32_t policy)
{
	static const char * const names[] = {
		[SCHED_OTHER]		= "other",
		[SCHED_FIFO]		= "fifo",
		[SCHED_RR]		= "rr",
		[SCHED_BATCH]		= "batch",
		[SCHED_IDLE]		= "idle",
		[SCHED_DEADLINE]	= "deadline",
	};

	return policy < sizeof(names) / sizeof(*names) && names[policy] ? names[policy] : "unknown";
}

void sched_format(const struct sched *s, char *text, size_t size)
{
	if (s->priority)
		snprintf(text, size, "%s %u", policy_name(s->policy), s->priority);
	else if (s->nice)
		snprintf(text, size, "%s nice %d", policy_name(s->policy), s->nice);
	else
		snprintf(text, size, "%s", policy_name(s->policy));
}
