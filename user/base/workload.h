/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_WORKLOAD_H
#define _KVMLAT_WORKLOAD_H

#include <sys/types.h>

#include "wait.h"

/**
 * struct workload - the command that stat measures, held back until workload_release
 * @wait: with SIGINT and SIGTERM
 * @pidfd: can be read when it has ended
 * @on_child: what is done about SIGCHLD where the command is to run
 */
struct workload {
	pid_t			pid;
	int			pidfd;
	struct wait		*wait;
	struct sigaction	on_child;
	int			go;
	int			failure;
};

/* -1 with errno. */
int workload_start(struct workload *w, struct wait *wait, char **argv);

/*
 * Sleeps until a time of CLOCK_MONOTONIC or, which is WAKE_INPUT, the end of the workload. It gets
 * the signals of the keyboard itself, and SIGTERM is passed on to it: it decides.
 */
enum wake workload_wait(struct workload *w, uint64_t deadline);

/* Returns 0, or the errno for which the command could not be run. */
int workload_release(struct workload *w);

/*
 * Waits if need be, and forgets it. As a shell tells it: 128 + n for a command that signal n ended.
 */
int workload_exit_code(struct workload *w);

#endif /* _KVMLAT_WORKLOAD_H */
