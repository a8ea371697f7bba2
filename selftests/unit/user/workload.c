// SPDX-License-Identifier: GPL-2.0-only
#include <signal.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/workload.h"
#include "tap.h"

static const int ends[] = { SIGINT, SIGTERM, 0 };
static struct wait w;

/* How it ends, if it does within 10 s. */
static int run(char **argv)
{
	struct workload load = { 0 };

	EXPECT(!workload_start(&load, &w, argv));
	EXPECT_EQ(workload_release(&load), 0);
	EXPECT_EQ(workload_wait(&load, monotonic_ns() + 10 * NSEC_PER_SEC), WAKE_INPUT);
	return workload_exit_code(&load);
}

static void it_tells_how_it_ended(void)
{
	EXPECT_EQ(run((char *[]){ "sh", "-c", "exit 3", NULL }), 3);
	EXPECT_EQ(run((char *[]){ "sh", "-c", "kill -9 $$", NULL }), 128 + 9);
}

/* As some supervisors and shells hand it down: stat never ended then. */
static void sigchld_may_be_ignored(void)
{
	signal(SIGCHLD, SIG_IGN);
	EXPECT_EQ(run((char *[]){ "sh", "-c", "exit 3", NULL }), 3);
	/* The command has it as it would have without us: the 17th bit. */
	signal(SIGCHLD, SIG_IGN);
	EXPECT_EQ(run((char *[]){ "grep", "-q", "SigIgn:.*1....$", "/proc/self/status", NULL }), 0);
	signal(SIGCHLD, SIG_DFL);
	EXPECT_EQ(run((char *[]){ "grep", "-q", "SigIgn:.*0....$", "/proc/self/status", NULL }), 0);
}

/* When the module has gone there is nothing left to do but that. */
static void the_last_wait_can_be_ended(void)
{
	struct workload load = { 0 };

	alarm(20);
	EXPECT(!workload_start(&load, &w, (char *[]){ "sleep", "60", NULL }));
	EXPECT_EQ(workload_release(&load), 0);
	EXPECT(!raise(SIGTERM));
	EXPECT_EQ(workload_exit_code(&load), 128 + SIGTERM);
	alarm(0);
}

static void what_cannot_run_is_told(void)
{
	struct workload load = { 0 };

	EXPECT(!workload_start(&load, &w, (char *[]){ "/nonexistent", NULL }));
	EXPECT_EQ(workload_release(&load), 2);
	EXPECT_EQ(workload_exit_code(&load), 127);
}

static const struct tap_case cases[] = {
	{ "it tells how it ended", it_tells_how_it_ended },
	{ "SIGCHLD may be ignored", sigchld_may_be_ignored },
	{ "the last wait can be ended", the_last_wait_can_be_ended },
	{ "what cannot run is told", what_cannot_run_is_told },
};

int main(void)
{
	if (wait_begin(&w, ends))
		return 1;
	return tap_run(cases, TAP_CASES(cases));
}
