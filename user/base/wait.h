/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_WAIT_H
#define _KVMLAT_WAIT_H

#include <signal.h>
#include <stddef.h>
#include <stdint.h>

/**
 * enum wake - why a wait ended
 * @WAKE_TIME: its time has come
 * @WAKE_INPUT: a descriptor can be read
 * @WAKE_HANGUP: nothing will ever come from a descriptor again
 * @WAKE_SIGNAL: one of the signals that are waited for came
 * @WAKE_HANDLER: another signal came and its handler has run
 * @WAKE_FAILED: the kernel cannot wait; errno tells why
 */
enum wake {
	WAKE_TIME,
	WAKE_INPUT,
	WAKE_HANGUP,
	WAKE_SIGNAL,
	WAKE_HANDLER,
	WAKE_FAILED,
};

#define WAIT_FDS	4

/**
 * struct wait - the signals that end a wait
 * @signals: they are read there; -1 before wait_begin and after wait_end
 * @before: what was blocked before, as a child should have it
 * @meanwhile: what is blocked while it waits
 */
struct wait {
	int		signals;
	sigset_t	before;
	sigset_t	meanwhile;
};

/*
 * From now on the signals of the list, which a 0 ends, stay pending until wait_for takes them: then
 * none can slip by between looking and waiting. -1 with errno.
 */
int wait_begin(struct wait *wait, const int *signals);
void wait_end(struct wait *wait);

/*
 * Sleeps until a time of CLOCK_MONOTONIC (UINT64_MAX for no such time), until one of up to WAIT_FDS
 * descriptors (those that are -1 are passed over) can be read, or until a signal. *which, if
 * @which is not NULL, is the place of the descriptor in @fds, or the number of the signal.
 */
enum wake wait_for(struct wait *wait, uint64_t deadline, const int *fds, size_t nr, int *which);

#endif /* _KVMLAT_WAIT_H */
