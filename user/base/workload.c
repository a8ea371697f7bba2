// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "workload.h"

enum wake workload_wait(struct workload *w, uint64_t deadline)
{
	enum wake wake;
	int which;

	for (;;) {
		wake = wait_for(w->wait, deadline, &w->pidfd, 1, &which);
		if (wake != WAKE_SIGNAL)
			return wake;
		if (which == SIGTERM)
			kill(w->pid, SIGTERM);
	}
}

static _Noreturn void child(const struct workload *w, char **argv, int go, int failure)
{
	char byte;
	int error;

	/* The end of the pipe in the place of a byte: the parent gave up before it began. */
	if (read(go, &byte, 1) == 1) {
		sigaction(SIGCHLD, &w->on_child, NULL);
		signal(SIGPIPE, SIG_DFL);
		sigprocmask(SIG_SETMASK, &w->wait->before, NULL);
		execvp(argv[0], argv);
		error = errno;
		if (write(failure, &error, sizeof(error)) < 0)
			_exit(126);
	}
	_exit(127);
}

int workload_start(struct workload *w, struct wait *wait, char **argv)
{
	int go[2], failure[2];

	struct sigaction usual = { .sa_handler = SIG_DFL };

	w->wait = wait;
	/* Where it is ignored, as some parents hand it down, nobody learns how a child ended. */
	sigaction(SIGCHLD, &usual, &w->on_child);
	if (pipe2(go, O_CLOEXEC))
		return -1;
	if (pipe2(failure, O_CLOEXEC)) {
		close(go[0]);
		close(go[1]);
		return -1;
	}
	w->pid = fork();
	if (!w->pid) {
		close(go[1]);
		child(w, argv, go[0], failure[1]);
	}
	close(go[0]);
	close(failure[1]);
	w->go = go[1];
	w->failure = failure[0];
	if (w->pid < 0)
		return -1;
	w->pidfd = syscall(SYS_pidfd_open, w->pid, 0);
	return w->pidfd < 0 ? -1 : 0;
}

int workload_release(struct workload *w)
{
	int error = 0;

	if (write(w->go, "", 1) != 1)
		error = errno;
	close(w->go);
	/* Ends without a byte when exec closed the child's end. */
	while (read(w->failure, &error, sizeof(error)) < 0 && errno == EINTR)
		;
	close(w->failure);
	return error;
}

int workload_exit_code(struct workload *w)
{
	int status;

	/* Until it ends; who wants an end before that tells it by SIGTERM, which is passed on. */
	workload_wait(w, UINT64_MAX);
	close(w->pidfd);
	while (waitpid(w->pid, &status, 0) != w->pid)
		if (errno != EINTR)
			return 127;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
