/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_WATCH_H
#define _KVMLAT_WATCH_H

#include "base/options.h"
#include "base/wait.h"
#include "model/cause.h"
#include "model/outliers.h"
#include "model/selection.h"
#include "span.h"

/* What the user asked watch for, and what it needs to do it. */
struct watch {
	uint64_t		threshold;
	uint32_t		kinds;
	uint64_t		duration;
	uint32_t		count;
	struct selection	sel;
	enum output		output;
	struct span		span;

	struct kvmlat		*k;
	struct wait		wait;
	int64_t			wall;		/* of the module's clock */
	uint32_t		vendor;
	struct guests		guests;
	struct kvmlat_snapshot	*vms;
	struct outliers		outliers;
	bool			no_memory;
	bool			narrow;		/* what the kernel tells has to be */
	uint64_t		dropped;
	struct tolls		tolls;
};

extern const char watch_usage[];

/* Returns an exit code, having complained. */
int watch_options(struct watch *w, int argc, char **argv);

#endif /* _KVMLAT_WATCH_H */
