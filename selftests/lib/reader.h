/* SPDX-License-Identifier: GPL-2.0-only */
/* Threads that take one snapshot after the other, and see whether any of them can be true. */
#ifndef SELFTESTS_READER_H
#define SELFTESTS_READER_H

#include <pthread.h>

#include "snapshot.h"

#define READERS 4

struct reader {
	pthread_t thread;
	bool *stop;
	unsigned int dumps;
	unsigned int accts;
	unsigned int resets_seen;
	char bad[512];
};

struct readers {
	struct reader reader[READERS];
	bool stop;
	/* After readers_stop(): sums, and the first complaint or "" */
	unsigned int dumps;
	unsigned int accts;
	unsigned int resets_seen;
	char bad[512];
};

int readers_start(struct readers *r);
void readers_stop(struct readers *r);

/* NULL, or what got less from one snapshot of a vCPU to a later one that may only grow */
const char *acct_goes_back(const struct acct *old, const struct acct *new);

#endif
