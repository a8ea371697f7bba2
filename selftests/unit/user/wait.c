// SPDX-License-Identifier: GPL-2.0-only
#include <signal.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/wait.h"
#include "tap.h"

static const int ends[] = { SIGTERM, SIGUSR1, 0 };

static void handle(int sig)
{
	(void)sig;
}

static uint64_t soon(void)
{
	return monotonic_ns() + NSEC_PER_SEC / 50;
}

static void time_passes(void)
{
	uint64_t until = soon();
	struct wait w;

	EXPECT(!wait_begin(&w, ends));
	EXPECT_EQ(wait_for(&w, until, NULL, 0, NULL), WAKE_TIME);
	EXPECT(monotonic_ns() >= until);
	EXPECT_EQ(wait_for(&w, 0, NULL, 0, NULL), WAKE_TIME);
	wait_end(&w);
	EXPECT_EQ(w.signals, -1);
}

static void something_can_be_read(void)
{
	int one[2], two[2], fds[3], which = -1;
	struct wait w;

	EXPECT(!wait_begin(&w, ends));
	EXPECT(!pipe(one) && !pipe(two));
	fds[0] = -1;
	fds[1] = one[0];
	fds[2] = two[0];
	EXPECT_EQ(wait_for(&w, soon(), fds, 3, &which), WAKE_TIME);
	EXPECT_EQ(write(two[1], "x", 1), 1);
	EXPECT_EQ(wait_for(&w, UINT64_MAX, fds, 3, &which), WAKE_INPUT);
	EXPECT_EQ(which, 2);
	close(one[1]);
	EXPECT_EQ(wait_for(&w, UINT64_MAX, fds, 3, &which), WAKE_HANGUP);
	EXPECT_EQ(which, 1);
	close(one[0]);
	close(two[0]);
	close(two[1]);
	wait_end(&w);
}

/* What comes before the wait is not lost; what is not of the list runs its handler meanwhile. */
static void signals_come(void)
{
	int which = 0;
	struct wait w;

	EXPECT(!wait_begin(&w, ends));
	EXPECT(!raise(SIGUSR1));
	EXPECT_EQ(wait_for(&w, UINT64_MAX, NULL, 0, &which), WAKE_SIGNAL);
	EXPECT_EQ(which, SIGUSR1);
	EXPECT_EQ(wait_for(&w, soon(), NULL, 0, &which), WAKE_TIME);
	signal(SIGALRM, handle);
	alarm(1);
	EXPECT_EQ(wait_for(&w, UINT64_MAX, NULL, 0, NULL), WAKE_HANDLER);
	wait_end(&w);
}

static const struct tap_case cases[] = {
	{ "time passes", time_passes },
	{ "something can be read", something_can_be_read },
	{ "signals come", signals_come },
};

int main(void)
{
	return tap_run(cases, TAP_CASES(cases));
}
