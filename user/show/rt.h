/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_SHOW_RT_H
#define _KVMLAT_SHOW_RT_H

#include <stdio.h>

#include "base/options.h"
#include "host/host.h"
#include "sched/threads.h"

struct rt_view {
	const struct host	*host;
	size_t			nr;
	const struct thread	*threads;
};

void show_rt(FILE *to, enum output output, const struct rt_view *v);

#endif /* _KVMLAT_SHOW_RT_H */
