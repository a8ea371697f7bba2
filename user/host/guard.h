/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_GUARD_H
#define _KVMLAT_GUARD_H

#include "cpus.h"

/**
 * struct guard - what keeps some of a CPU's time from real-time threads, for all others
 * @fair_server: the CPU's fair server does, as since Linux 6.12; else real-time throttling
 * @known: false if debugfs, which has the fair servers, cannot be read
 * @lacking: the CPUs on which nothing does
 */
struct guard {
	bool		fair_server;
	bool		known;
	struct cpus	lacking;
};

void guard_read(const char *root, const struct cpus *online, struct guard *guard);

#endif /* _KVMLAT_GUARD_H */
