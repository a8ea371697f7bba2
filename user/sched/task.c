// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/file.h"
#include "lib/kvmlat.h"
#include "task.h"

#ifndef PIDFD_THREAD
#define PIDFD_THREAD	O_EXCL
#endif

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

bool task_allowed(const char *status, struct cpus *cpus)
{
	static const char key[] = "\nCpus_allowed_list:\t";
	const char *list = strstr(status, key);
	char text[CPUS_TEXT];

	if (!list)
		return false;
	list += strlen(key);
	snprintf(text, sizeof(text), "%.*s", (int)strcspn(list, "\n"), list);
	return cpus_parse(text, cpus);
}

/* sched_getaffinity(2) leaves out CPUs that are offline, which would then be lost for good. */
static int get_cpus(const struct task *task, struct cpus *cpus)
{
	char path[64], *status;
	bool good;

	snprintf(path, sizeof(path), "/proc/%u/task/%u/status", task->pid, task->tid);
	status = file_read(path);
	if (!status) {
		errno = errno == ENOENT ? ESRCH : errno;
		return -1;
	}
	good = task_allowed(status, cpus);
	free(status);
	errno = EPROTO;
	return good ? 0 : -1;
}

int task_get(const struct task *task, struct sched *s)
{
	struct attributes a = { .size = sizeof(a) };

	memset(s, 0, sizeof(*s));
	if (!task_same(task) || syscall(SYS_sched_getattr, task->tid, &a, sizeof(a), 0) ||
	    get_cpus(task, &s->cpus))
		return -1;
	s->policy = a.policy;
	s->priority = a.priority;
	s->nice = a.nice;
	s->flags = a.flags & RESET_ON_FORK;
	return 0;
}

static int set_policy(const struct task *task, const struct sched *s, const struct sched *old)
{
	struct attributes a = {
		.size = sizeof(a), .policy = s->policy, .priority = s->priority,
		.nice = s->nice, .flags = s->flags,
	};

	return sched_same_policy(s, old) ? 0 : syscall(SYS_sched_setattr, task->tid, &a, 0);
}

/* Setting what is there already would take away CPUs that are offline. */
static int set_cpus(const struct task *task, const struct sched *s, const struct sched *old)
{
	return cpus_equal(&s->cpus, &old->cpus) ? 0 :
	       syscall(SYS_sched_setaffinity, task->tid, sizeof(s->cpus), &s->cpus);
}

/*
 * A thread must never run with a real-time priority on a CPU that was not meant for it, so it
 * moves before its priority rises and after it falls.
 */
static int set(const struct task *task, const struct sched *s, const struct sched *old)
{
	bool rises = s->priority > old->priority;
	int error;

	if (rises ? set_cpus(task, s, old) : set_policy(task, s, old))
		return -1;
	if (!(rises ? set_policy(task, s, old) : set_cpus(task, s, old)))
		return 0;
	error = errno;
	(void)(rises ? set_cpus(task, old, s) : set_policy(task, old, s));
	errno = error;
	return -1;
}

/*
 * A descriptor of the thread, by which its end can be told from the begin of another one of its id;
 * kernels before 6.9 have only those of processes, and there the time of start has to do.
 */
static int pin(const struct task *task)
{
	int fd = syscall(SYS_pidfd_open, task->tid, PIDFD_THREAD);

	if (fd < 0 && errno == EINVAL)
		fd = syscall(SYS_pidfd_open, task->pid, 0);
	if (fd >= 0 && !task_same(task)) {
		close(fd);
		errno = ESRCH;
		return -1;
	}
	return fd;
}

static bool lives(int fd, const struct task *task)
{
	struct pollfd ended = { .fd = fd, .events = POLLIN };

	if (!poll(&ended, 1, 0) && task_same(task))
		return true;
	errno = ESRCH;
	return false;
}

int task_set(const struct task *task, const struct sched *s)
{
	int fd = pin(task), ret = -1, error;
	struct sched old;

	if (fd < 0)
		return -1;
	if (!task_get(task, &old)) {
		errno = EBUSY;
		if (old.policy != SCHED_DEADLINE)
			ret = set(task, s, &old);
	}
	/* A thread that lives now has lived all the time, and its id was that of no other. */
	if (!ret && !lives(fd, task))
		ret = -1;
	error = errno;
	close(fd);
	errno = error;
	return ret;
}

bool sched_same_policy(const struct sched *a, const struct sched *b)
{
	return a->policy == b->policy && a->priority == b->priority && a->nice == b->nice &&
	       a->flags == b->flags;
}

bool sched_equal(const struct sched *a, const struct sched *b)
{
	return sched_same_policy(a, b) && cpus_equal(&a->cpus, &b->cpus);
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
