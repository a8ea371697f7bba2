/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_HIST_H
#define _KVMLAT_HIST_H

#include <stdio.h>

#include "base/options.h"
#include "base/wait.h"
#include "model/sample.h"
#include "model/selection.h"

/* What the user asked hist for, and what it needs to do it. */
struct hist {
	struct hist_wish	wish;
	const char		*picked;
	bool			all;
	bool			per_vcpu;
	bool			once;
	uint64_t		interval;
	uint64_t		duration;
	struct selection	sel;
	struct kvmlat_filter	filter;
	const char		*file;
	bool			hdr;
	enum output		output;

	FILE			*to;
	struct kvmlat		*k;
	struct guests		guests;
	struct wait		wait;
	bool			shown;
};

extern const char hist_usage[];

/* Returns an exit code, having complained. */
int hist_options(struct hist *h, int argc, char **argv);

#endif /* _KVMLAT_HIST_H */
