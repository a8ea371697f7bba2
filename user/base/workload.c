// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "options.h"
#include "workload.h"

static sigset_t held, before;

void signals_hold(void)
{
	sigemptyset(&held);
	sigaddset(&held, SIGINT);
	sigaddset(&held, SIGTERM);
	sigaddset(&held, SIGCHLD);
	sigprocmask(SIG_BLOCK, &held, &before);
}

uint64_t monotonic_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * NSEC_PER_SEC + now.tv_nsec;
}

static bool reap(struct workload *w)
{
	if (!w->ended && waitpid(w->pid, &w->status, WNOHANG) == w->pid)
		w->ended = true;
	return w->ended;
}

enum wake wait_until(uint64_t deadline, struct workload *w)
{
	struct timespec left;
	uint64_t now;
	int sig;

	for (;;) {
		if (w && reap(w))
			return WAKE_END;
		now = monotonic_ns();
		if (now >= deadline)
			return WAKE_TIME;
		left.tv_sec = (deadline - now) / NSEC_PER_SEC;
		left.tv_nsec = (deadline - now) % NSEC_PER_SEC;
		sig = sigtimedwait(&held, NULL, &left);
		if (!w && (sig == SIGINT || sig == SIGTERM))
			return WAKE_STOP;
		if (w && sig == SIGTERM)
			kill(w->pid, SIGTERM);
	}
}

static _Noreturn void child(char **argv, int go, int failure)
{
	char byte;
	int error;

	/* The end of the pipe in the place of a byte: the parent gave up before it began. */
	if (read(go, &byte, 1) == 1) {
		sigprocmask(SIG_SETMASK, &before, NULL);
		execvp(argv[0], argv);
		error = errno;
		if (write(failure, &error, sizeof(error)) < 0)
			_exit(126);
	}
	_exit(127);
}

int workload_start(struct workload *w, char **argv)
{
	int go[2], failure[2];

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
		child(argv, go[0], failure[1]);
	}
	close(go[0]);
	close(failure[1]);
	w->go = go[1];
	w->failure = failure[0];
	return w->pid < 0 ? -1 : 0;
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
	while (!w->ended) {
		if (waitpid(w->pid, &w->status, 0) == w->pid)
			w->ended = true;
		else if (errno != EINTR)
			return 127;
	}
	return WIFSIGNALED(w->status) ? 128 + WTERMSIG(w->status) : WEXITSTATUS(w->status);
}
