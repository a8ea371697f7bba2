// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>

#include "base/options.h"
#include "base/workload.h"
#include "top.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/* Signals come only within ppoll, so that no value that was read before is used after. */
static sig_atomic_t stopped;
static sigset_t waiting;

static void stop(int sig)
{
	(void)sig;
	stopped = 1;
}

void top_signals(void)
{
	static const int ends[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
	struct sigaction action = { .sa_handler = stop };
	sigset_t held;
	size_t i;

	sigemptyset(&held);
	for (i = 0; i < ARRAY_SIZE(ends); i++) {
		sigaddset(&held, ends[i]);
		sigaction(ends[i], &action, NULL);
	}
	/* A change of the terminal's size must not slip by between looking and waiting, either. */
	sigaddset(&held, SIGWINCH);
	sigprocmask(SIG_BLOCK, &held, &waiting);
	for (i = 0; i < ARRAY_SIZE(ends); i++)
		sigdelset(&waiting, ends[i]);
	sigdelset(&waiting, SIGWINCH);
}

enum top_wake top_wait(uint64_t deadline, int fd)
{
	struct pollfd input = { .fd = fd, .events = POLLIN };
	struct timespec left = { 0 };
	uint64_t now;
	int n;

	now = monotonic_ns();
	if (now < deadline) {
		left.tv_sec = (deadline - now) / NSEC_PER_SEC;
		left.tv_nsec = (deadline - now) % NSEC_PER_SEC;
	}
	n = ppoll(&input, 1, &left, &waiting);
	if (stopped || (n > 0 && input.revents != POLLIN))
		return TOP_STOP;
	/* A signal that does not end the program can have left something to read. */
	return n ? TOP_INPUT : TOP_TIME;
}
