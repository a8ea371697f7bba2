// SPDX-License-Identifier: GPL-2.0-only
/*
 * In which order a thread's CPUs and its priority change, and what is left when the second of them
 * is refused. The scheduler's system calls are played here, for this process' own thread; which
 * CPUs it has is read in /proc, and so never changes.
 */
#include <errno.h>
#include <sched.h>
#include <stdarg.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sched/task.h"
#include "tap.h"

#define RESET_ON_FORK	1ULL

/* As the kernel has it: linux/sched/types.h cannot be included beside <sched.h>. */
struct attributes {
	uint32_t size, policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime, deadline, period;
};

static struct attributes is;
static struct cpus allowed;	/* what was set last */
static char order[16];
static char refused;	/* which of the calls fails, once */

static int note(char what)
{
	order[strlen(order)] = what;
	if (refused != what)
		return 0;
	refused = 0;
	errno = EPERM;
	return -1;
}

/* What libc has is passed over: a program's own functions come before those of libraries. */
long syscall(long number, ...)
{
	struct attributes *a;
	long size;
	va_list args;
	void *at;
	int tid;

	va_start(args, number);
	tid = va_arg(args, int);
	EXPECT_EQ(tid, getpid());
	/* Nobody ever writes to it: as of a process that lives. */
	if (number == SYS_pidfd_open) {
		va_end(args);
		return eventfd(0, EFD_CLOEXEC);
	}
	if (number == SYS_sched_setaffinity) {
		size = va_arg(args, size_t);
		EXPECT_EQ(size, sizeof(allowed));
		at = va_arg(args, void *);
		va_end(args);
		if (note('c'))
			return -1;
		memcpy(&allowed, at, sizeof(allowed));
		return 0;
	}
	a = va_arg(args, void *);
	va_end(args);
	EXPECT(number == SYS_sched_getattr || number == SYS_sched_setattr);
	if (number == SYS_sched_getattr) {
		*a = is;
		return 0;
	}
	if (note('p'))
		return -1;
	is = *a;
	return 0;
}

static struct task me;
static struct sched other, fifo;

static void begin(uint32_t policy, uint32_t priority)
{
	memset(order, 0, sizeof(order));
	memset(&other, 0, sizeof(other));
	memset(&fifo, 0, sizeof(fifo));
	refused = 0;
	is = (struct attributes){ .size = sizeof(is), .policy = policy, .priority = priority };
	EXPECT(task_find(getpid(), getpid(), &me));
	other.policy = SCHED_OTHER;
	other.nice = 7;
	/* The last that there can be, which nobody has. */
	EXPECT(cpus_parse("8191", &other.cpus));
	memset(&allowed, 0, sizeof(allowed));
	fifo.policy = SCHED_FIFO;
	fifo.priority = 5;
	fifo.flags = RESET_ON_FORK;
	fifo.cpus = other.cpus;
}

static void what_is_read(void)
{
	struct sched s;

	begin(SCHED_RR, 3);
	is.nice = -4;
	is.flags = RESET_ON_FORK | 0x28;
	EXPECT(!task_get(&me, &s));
	EXPECT_EQ(s.policy, SCHED_RR);
	EXPECT_EQ(s.priority, 3);
	EXPECT(s.nice == -4);
	/* Of the flags only the one that is set again. */
	EXPECT_EQ(s.flags, RESET_ON_FORK);
	EXPECT(cpus_count(&s.cpus) > 0);
}

static void moves_before_it_rises(void)
{
	begin(SCHED_OTHER, 0);
	EXPECT(!task_set(&me, &fifo));
	EXPECT_STR(order, "cp");
	EXPECT_EQ(is.policy, SCHED_FIFO);
	EXPECT_EQ(is.priority, 5);
	EXPECT_EQ(is.flags, RESET_ON_FORK);
	EXPECT(cpus_equal(&allowed, &fifo.cpus));
}

static void falls_before_it_moves(void)
{
	begin(SCHED_FIFO, 5);
	EXPECT(!task_set(&me, &other));
	EXPECT_STR(order, "pc");
	EXPECT_EQ(is.policy, SCHED_OTHER);
	EXPECT(is.nice == 7);
	EXPECT(cpus_equal(&allowed, &other.cpus));
}

static void what_is_there_is_not_set(void)
{
	struct sched s;

	begin(SCHED_FIFO, 5);
	EXPECT(!task_get(&me, &s));
	EXPECT(!task_set(&me, &s));
	EXPECT_STR(order, "");
	s.priority = 6;
	EXPECT(!task_set(&me, &s));
	EXPECT_STR(order, "p");
}

static void refused_calls_leave_it_as_it_was(void)
{
	struct sched was;

	begin(SCHED_OTHER, 0);
	EXPECT(!task_get(&me, &was));
	refused = 'p';
	EXPECT(task_set(&me, &fifo));
	EXPECT_EQ(errno, EPERM);
	EXPECT_STR(order, "cpc");
	EXPECT_EQ(is.policy, SCHED_OTHER);
	EXPECT(cpus_equal(&allowed, &was.cpus));

	begin(SCHED_FIFO, 5);
	refused = 'c';
	EXPECT(task_set(&me, &other));
	EXPECT_STR(order, "pcp");
	EXPECT_EQ(is.policy, SCHED_FIFO);
	EXPECT_EQ(is.priority, 5);

	begin(SCHED_OTHER, 0);
	refused = 'c';
	EXPECT(task_set(&me, &fifo));
	EXPECT_STR(order, "c");
	EXPECT_EQ(is.policy, SCHED_OTHER);
}

static void deadlines_are_left_alone(void)
{
	begin(6, 0);
	EXPECT(task_set(&me, &fifo));
	EXPECT_EQ(errno, EBUSY);
	EXPECT_STR(order, "");
}

static void a_stranger_is_not_touched(void)
{
	struct sched s;

	begin(SCHED_OTHER, 0);
	me.start++;
	EXPECT(task_set(&me, &fifo));
	EXPECT_EQ(errno, ESRCH);
	EXPECT(task_get(&me, &s));
	EXPECT_STR(order, "");
}

static void what_is_the_same(void)
{
	struct sched s;

	begin(SCHED_OTHER, 0);
	s = fifo;
	EXPECT(sched_equal(&s, &fifo));
	s.policy = SCHED_RR;
	EXPECT(!sched_equal(&s, &fifo));
	s = fifo;
	s.priority++;
	EXPECT(!sched_equal(&s, &fifo));
	s = fifo;
	s.nice++;
	EXPECT(!sched_equal(&s, &fifo));
	s = fifo;
	s.flags = 0;
	EXPECT(!sched_equal(&s, &fifo));
	s = fifo;
	memset(&s.cpus, 0, sizeof(s.cpus));
	EXPECT(!sched_equal(&s, &fifo));
}

static void what_it_is_called(void)
{
	static const char * const names[] = {
		"other", "fifo", "rr", "batch", "unknown", "idle", "deadline", "unknown",
	};
	struct sched s = { .policy = SCHED_FIFO, .priority = 9, .nice = 3 };
	char text[32];
	uint32_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++)
		EXPECT_STR(policy_name(i), names[i]);
	sched_format(&s, text, sizeof(text));
	EXPECT_STR(text, "fifo 9");
	s = (struct sched){ .policy = SCHED_BATCH, .nice = -3 };
	sched_format(&s, text, sizeof(text));
	EXPECT_STR(text, "batch nice -3");
	s.nice = 0;
	sched_format(&s, text, sizeof(text));
	EXPECT_STR(text, "batch");
}

static const struct tap_case cases[] = {
	{ "what is read", what_is_read },
	{ "a thread moves before its priority rises", moves_before_it_rises },
	{ "a thread's priority falls before it moves", falls_before_it_moves },
	{ "what is there already is not set", what_is_there_is_not_set },
	{ "what is refused leaves it as it was", refused_calls_leave_it_as_it_was },
	{ "deadlines are left alone", deadlines_are_left_alone },
	{ "a stranger is not touched", a_stranger_is_not_touched },
	{ "what is the same", what_is_the_same },
	{ "what it is called", what_it_is_called },
};

int main(void)
{
	return tap_run(cases, TAP_CASES(cases));
}
