// SPDX-License-Identifier: GPL-2.0-only
/* "kvmlat profile apply" and "kvmlat profile undo" */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/notify.h"
#include "command.h"
#include "profile.h"
#include "tune/active.h"
#include "tune/holder.h"

/* What the holder of a profile may say before its first words are forgotten. */
#define LOG_MAX		(64 * 1024)

static void stay(void *ctx)
{
	(void)ctx;
	notify_manager("READY=1");
}

static void send_code(int to, int code)
{
	unsigned char byte = code;

	if (write(to, &byte, 1) != 1)
		complain(0, "who applied the profile has gone");
	close(to);
}

/* From here on nobody looks at this process: what it has to say goes to a file. */
static void leave_terminal(void *ctx)
{
	int *parent = ctx, null, log;

	fflush(stderr);
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	log = open(active_log(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC | O_NOFOLLOW,
		   0644);
	if (null >= 0) {
		dup2(null, STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
		dup2(log >= 0 ? log : null, STDERR_FILENO);
		close(null);
	}
	if (log >= 0)
		close(log);
	send_code(*parent, EXIT_OK);
	*parent = -1;
}

/* The log lies in memory, and "profile undo" shows it. */
static void tell_log(const char *sentence)
{
	struct stat st, log;

	if (!fstat(STDERR_FILENO, &st) && !stat(active_log(), &log) && st.st_ino == log.st_ino &&
	    st.st_size > LOG_MAX && !ftruncate(STDERR_FILENO, 0))
		tell("what was told before is not kept, since it was too much");
	tell(sentence);
}

static int begin_and_hold(struct profile_request *r, tell_fn tell, void (*ready)(void *), void *ctx)
{
	struct trouble cause;

	if (active_begin(r->profile.name, &cause))
		return complain_of(&cause);
	return outcome(hold(&r->profile, tell, ready, ctx, &cause), &cause);
}

/*
 * Descriptors that this process was given are not its own: who reads the other end of a pipe among
 * them would wait for as long as the profile is active. Returns the place of @parent.
 */
static int keep_only(int parent)
{
	if (parent != STDERR_FILENO + 1 && dup3(parent, STDERR_FILENO + 1, O_CLOEXEC) < 0)
		return parent;
	close_range(STDERR_FILENO + 2, ~0U, 0);
	return STDERR_FILENO + 1;
}

static _Noreturn void hold_in_background(struct profile_request *r, int parent)
{
	int ret;

	parent = keep_only(parent);
	setsid();
	if (chdir("/"))
		complain(0, "cannot leave this directory: %s", strerror(errno));
	ret = begin_and_hold(r, tell_log, leave_terminal, &parent);
	if (parent >= 0)
		send_code(parent, ret);
	_exit(ret);
}

static int apply_in_background(struct profile_request *r)
{
	unsigned char code;
	int ends[2], status;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC))
		return complain(EXIT_REFUSED, "cannot make a pipe: %s", strerror(errno));
	pid = fork();
	if (pid < 0)
		return complain(EXIT_REFUSED, "cannot start a process: %s", strerror(errno));
	if (!pid)
		hold_in_background(r, ends[1]);
	close(ends[1]);
	if (read(ends[0], &code, 1) != 1)
		return complain(EXIT_REFUSED, "the process that holds the profile ended at once");
	close(ends[0]);
	if (code)
		waitpid(pid, &status, 0);
	else
		printf("profile \"%s\" is active, held by process %d; \"kvmlat profile undo\" ends it\n",
		       r->profile.name, pid);
	return code;
}

int profile_apply(struct profile_request *r)
{
	if (r->hold)
		return begin_and_hold(r, tell, stay, NULL);
	return apply_in_background(r);
}

static void show_log(void)
{
	char *log = file_read(active_log());

	if (log)
		fputs(log, stderr);
	free(log);
	unlink(active_log());
}

int profile_undo(struct profile_request *r)
{
	char name[PROFILE_NAME_SIZE];
	bool active, left_behind;
	struct trouble cause;
	pid_t pid;

	(void)r;
	active = active_now(&pid, name, sizeof(name));
	if (active && active_end(pid, &cause))
		return complain_of(&cause);
	if (active)
		show_log();
	if (undo_left_behind(tell, &left_behind, &cause))
		return complain_of(&cause);
	if (active)
		printf("profile \"%s\" has ended\n", name);
	else if (left_behind)
		printf("what a profile had left behind is undone\n");
	else
		return complain(EXIT_REFUSED, "no profile is active");
	return EXIT_OK;
}
