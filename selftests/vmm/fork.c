// SPDX-License-Identifier: GPL-2.0-only
/*
 * --fork: one process for each VM. Every child is this program executed anew, so that its command
 * line carries its own name; the parent holds the gate, passes signals on and prints the children's
 * lines whole.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "vmm.h"

struct child {
	pid_t pid;
	int control;
	int out;
	char *line;
	size_t len;
};

static void child_exec(char **argv, unsigned int index, int control, int out)
{
	static char child_arg[64], name[256];
	unsigned int argc = 0, n = 0;
	bool named = false;
	char **args;

	while (argv[argc])
		argc++;
	args = calloc(argc + 5, sizeof(*args));
	if (!args)
		die(EXIT_SYSTEM, "no memory for a command line");
	while (n < argc) {
		args[n] = argv[n];
		n++;
	}
	/* The last of an option counts; --child also takes back --fork and --vms */
	if (opt.name) {
		snprintf(name, sizeof(name), "%s-%u", opt.name, index);
		for (unsigned int i = 1; i < argc; i++)
			if (argv[i] == opt.name) {
				args[i] = name;
				named = true;
			}
		/* It was --name=NAME */
		if (!named) {
			args[n++] = (char *)"-name";
			args[n++] = name;
		}
	}
	snprintf(child_arg, sizeof(child_arg), "%u:%d", index, control);
	args[n++] = (char *)"--child";
	args[n++] = child_arg;

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	/* Ctrl-C reaches the whole group: children wait for the parent's SIGTERM instead */
	signal(SIGINT, SIG_IGN);
	dup2(out, STDOUT_FILENO);
	execv("/proc/self/exe", args);
	die(EXIT_SYSTEM, "cannot execute this program anew: %s", strerror(errno));
}

static void child_start(struct child *child, char **argv, unsigned int index)
{
	int control[2], out[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, control) ||
	    pipe2(out, O_CLOEXEC))
		die(EXIT_SYSTEM, "cannot create a pipe: %s", strerror(errno));
	child->pid = fork();
	if (child->pid < 0)
		die(EXIT_SYSTEM, "cannot fork: %s", strerror(errno));
	if (!child->pid)
		child_exec(argv, index, dup(control[1]), out[1]);
	close(control[1]);
	close(out[1]);
	child->control = control[0];
	child->out = out[0];
}

/* Prints what is complete; returns false at the end of the child's output */
static bool child_read(struct child *child)
{
	char buf[65536];
	ssize_t got = read(child->out, buf, sizeof(buf));
	char *end;

	if (got <= 0)
		return false;
	child->line = realloc(child->line, child->len + got);
	if (!child->line)
		die(EXIT_SYSTEM, "no memory for a child's output");
	memcpy(child->line + child->len, buf, got);
	child->len += got;
	end = memrchr(child->line, '\n', child->len);
	if (end) {
		size_t n = end + 1 - child->line;

		fwrite(child->line, 1, n, stdout);
		fflush(stdout);
		child->len -= n;
		memmove(child->line, end + 1, child->len);
	}
	return true;
}

static void pass_signal(const struct child *children)
{
	struct signalfd_siginfo info;

	if (read(signals_fd(), &info, sizeof(info)) != sizeof(info))
		die(EXIT_SYSTEM, "cannot read a signal: %s", strerror(errno));
	for (unsigned int i = 0; i < opt.vms; i++)
		kill(children[i].pid, SIGTERM);
}

static void collect(struct child *children)
{
	struct pollfd *fds = calloc(opt.vms + 1, sizeof(*fds));
	unsigned int left = opt.vms;

	if (!fds)
		die(EXIT_SYSTEM, "no memory for '%u' children", opt.vms);
	for (unsigned int i = 0; i < opt.vms; i++)
		fds[i] = (struct pollfd){ .fd = children[i].out, .events = POLLIN };
	fds[opt.vms] = (struct pollfd){ .fd = signals_fd(), .events = POLLIN };
	while (left) {
		if (poll(fds, opt.vms + 1, -1) < 0 && errno != EINTR)
			die(EXIT_SYSTEM, "cannot poll: %s", strerror(errno));
		if (fds[opt.vms].revents)
			pass_signal(children);
		for (unsigned int i = 0; i < opt.vms; i++)
			if (fds[i].fd >= 0 && fds[i].revents && !child_read(&children[i])) {
				fds[i].fd = -1;
				left--;
			}
	}
	free(fds);
}

int run_forked(char **argv)
{
	struct child *children = calloc(opt.vms, sizeof(*children));
	int worst = 0;
	char c;

	if (!children)
		die(EXIT_SYSTEM, "no memory for '%u' children", opt.vms);
	for (unsigned int i = 0; i < opt.vms; i++)
		child_start(&children[i], argv, i);

	/* A child that fails closes its end; its status tells why */
	for (unsigned int i = 0; i < opt.vms; i++)
		if (read(children[i].control, &c, 1) != 1)
			worst = EXIT_SYSTEM;
	if (!worst)
		wait_for_gate();
	for (unsigned int i = 0; i < opt.vms; i++) {
		if (worst || was_stopped())
			kill(children[i].pid, SIGTERM);
		else if (send(children[i].control, "\n", 1, MSG_NOSIGNAL) != 1)
			worst = EXIT_SYSTEM;
	}
	collect(children);

	for (unsigned int i = 0; i < opt.vms; i++) {
		int status;

		if (waitpid(children[i].pid, &status, 0) < 0)
			die(EXIT_SYSTEM, "cannot wait for a child: %s", strerror(errno));
		if (!WIFEXITED(status))
			worst = EXIT_SYSTEM;
		else if (WEXITSTATUS(status) && (!worst || worst == EXIT_SYSTEM))
			worst = WEXITSTATUS(status);
	}
	return worst;
}
