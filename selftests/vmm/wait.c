// SPDX-License-Identifier: GPL-2.0-only
/* What the main thread waits for: gate, guests, leave to go. Signals are taken only here. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "vmm.h"

static int signal_fd = -1;
static bool stopped;

void signals_block(void)
{
	sigset_t set;

	sigemptyset(&set);
	/* A child of --fork ignores it, but a blocked signal is queued even so */
	if (opt.parent_fd < 0)
		sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_SETMASK, &set, NULL);
	signal_fd = signalfd(-1, &set, SFD_CLOEXEC);
	if (signal_fd < 0)
		die(EXIT_SYSTEM, "cannot create a signalfd: %s", strerror(errno));
}

int signals_fd(void)
{
	return signal_fd;
}

bool was_stopped(void)
{
	return stopped;
}

/* Returns true when @fd has something to say, false on a signal */
static bool wait_for(int fd, short *events)
{
	struct pollfd fds[] = {
		{ .fd = fd, .events = POLLIN },
		{ .fd = signal_fd, .events = POLLIN },
	};
	struct signalfd_siginfo info;

	for (;;) {
		if (poll(fds, 2, -1) < 0) {
			if (errno == EINTR)
				continue;
			die(EXIT_SYSTEM, "cannot poll: %s", strerror(errno));
		}
		if (fds[1].revents) {
			if (read(signal_fd, &info, sizeof(info)) != sizeof(info))
				die(EXIT_SYSTEM, "cannot read a signal: %s", strerror(errno));
			return false;
		}
		*events = fds[0].revents;
		return true;
	}
}

static int gate_open(void)
{
	int fd = open(opt.gate, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		die(EXIT_USAGE, "cannot open the gate '%s': %s", opt.gate, strerror(errno));
	return fd;
}

/* A FIFO's writer can open it only when we have: to its other end that means "all set up" */
void wait_for_gate(void)
{
	char buf[256];
	short events;
	int fd;

	if (opt.parent_fd >= 0) {
		fd = opt.parent_fd;
		if (write(fd, "r", 1) != 1)
			die(EXIT_SYSTEM, "cannot tell the parent: %s", strerror(errno));
	} else if (opt.gate) {
		fd = gate_open();
	} else {
		return;
	}

	for (;;) {
		ssize_t got;

		if (!wait_for(fd, &events)) {
			stopped = true;
			break;
		}
		got = read(fd, buf, sizeof(buf));
		if (got > 0 && memchr(buf, '\n', got))
			break;
		if (got == 0 && opt.parent_fd >= 0)
			die(EXIT_SYSTEM, "the parent is gone");
		if (got == 0) {
			close(fd);
			fd = gate_open();
		}
	}
	if (fd != opt.parent_fd)
		close(fd);
}

void wait_for_workers(struct vm *vms, unsigned int nr)
{
	short events;

	if (stopped)
		for (unsigned int i = 0; i < nr; i++)
			vm_stop(&vms[i]);
	while (!wait_for(workers_done_fd(), &events)) {
		if (stopped)
			die(EXIT_WRONG, "told to stop twice: the guests did not, no totals");
		stopped = true;
		for (unsigned int i = 0; i < nr; i++)
			vm_stop(&vms[i]);
	}
}

void wait_for_release(void)
{
	char buf[256];
	short events;

	while (wait_for(STDIN_FILENO, &events))
		if (read(STDIN_FILENO, buf, sizeof(buf)) <= 0)
			break;
}
