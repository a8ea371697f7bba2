/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_WORKLOAD_H
#define _KVMLAT_WORKLOAD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* The command that stat measures, held back until workload_release. */
struct workload {
	pid_t	pid;
	int	go;
	int	failure;
	bool	ended;
	int	status;
};

enum wake {
	WAKE_TIME,
	WAKE_STOP,
	WAKE_END,
};

/*
 * signals_hold - keep SIGINT, SIGTERM and SIGCHLD pending, for wait_until to take: then none
 * can slip by between looking and waiting.
 */
void signals_hold(void);

/* What time it is by CLOCK_MONOTONIC. */
uint64_t monotonic_ns(void);

/*
 * wait_until - sleep until a time of CLOCK_MONOTONIC, the end of the workload, or a signal to stop.
 * A workload gets the signals of the keyboard itself, and SIGTERM is passed on to it: it decides.
 */
enum wake wait_until(uint64_t deadline_ns, struct workload *w);

int workload_start(struct workload *w, char **argv);

/* Returns 0, or the errno for which the command could not be run. */
int workload_release(struct workload *w);

/* Waits if need be. As a shell tells it: 128 + n for a command that signal n ended. */
int workload_exit_code(struct workload *w);

#endif /* _KVMLAT_WORKLOAD_H */
