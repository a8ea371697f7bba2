// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "wait.h"

int wait_begin(struct wait *w, const int *signals)
{
	sigset_t waited;

	sigemptyset(&waited);
	for (; *signals; signals++)
		sigaddset(&waited, *signals);
	w->signals = signalfd(-1, &waited, SFD_CLOEXEC);
	if (w->signals < 0)
		return -1;
	sigprocmask(SIG_BLOCK, &waited, &w->before);
	sigorset(&w->meanwhile, &w->before, &waited);
	return 0;
}

void wait_end(struct wait *w)
{
	if (w->signals >= 0)
		close(w->signals);
	w->signals = -1;
}

static struct timespec time_left(uint64_t deadline)
{
	struct timespec left = { 0 };
	uint64_t now = monotonic_ns();

	if (now < deadline) {
		left.tv_sec = (deadline - now) / NSEC_PER_SEC;
		left.tv_nsec = (deadline - now) % NSEC_PER_SEC;
	}
	return left;
}

static enum wake take_signal(struct wait *w, int *which)
{
	struct signalfd_siginfo info;

	if (read(w->signals, &info, sizeof(info)) != sizeof(info))
		return WAKE_FAILED;
	*which = info.ssi_signo;
	return WAKE_SIGNAL;
}

enum wake wait_for(struct wait *w, uint64_t deadline, const int *fds, size_t nr, int *which)
{
	struct pollfd polled[WAIT_FDS + 1] = { { .fd = w->signals, .events = POLLIN } };
	struct timespec left;
	int n, ignored;
	size_t i;

	if (!which)
		which = &ignored;
	for (i = 0; i < nr && i < WAIT_FDS; i++)
		polled[i + 1] = (struct pollfd){ .fd = fds[i], .events = POLLIN };
	left = time_left(deadline);
	n = ppoll(polled, i + 1, deadline == UINT64_MAX ? NULL : &left, &w->meanwhile);
	if (!n)
		return WAKE_TIME;
	if (n < 0)
		return errno == EINTR ? WAKE_HANDLER : WAKE_FAILED;
	if (polled[0].revents)
		return take_signal(w, which);
	for (i = 1; !polled[i].revents; i++)
		;
	*which = i - 1;
	return polled[i].revents & (POLLHUP | POLLNVAL) ? WAKE_HANGUP : WAKE_INPUT;
}
