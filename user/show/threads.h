/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_SHOW_THREADS_H
#define _KVMLAT_SHOW_THREADS_H

#include <stdio.h>

#include "base/options.h"
#include "sched/others.h"

/**
 * struct threads_view - what the threads of VMMs did
 * @time_ms: since the epoch
 * @cumulative: since each began, not in an interval
 */
struct threads_view {
	int64_t			time_ms;
	bool			cumulative;
	const struct others	*others;
};

/* @first: with a header of CSV. */
void show_threads(FILE *to, enum output output, const struct threads_view *v, bool first);

#endif /* _KVMLAT_SHOW_THREADS_H */
