/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_HIST_H
#define _KVMLAT_HIST_H

#include <stdio.h>

#include "base/wait.h"
#include "model/sample.h"
#include "view_options.h"

/* What the user asked hist for, and what it needs to do it. */
struct hist {
	struct hist_wish	wish;
	const char		*picked;
	bool			all;
	struct view_options	asked;
	struct kvmlat_filter	filter;
	const char		*file;
	bool			hdr;

	FILE			*to;
	struct kvmlat		*k;
	struct guests		guests;
	const struct interval	*read;		/* of a recording, in place of the module */
	struct wait		wait;
	unsigned int		parts;		/* that were shown of it */
	bool			shown;
};

extern const char hist_usage[];

/* Returns an exit code, having complained. */
int hist_options(struct hist *h, int argc, char **argv);

#endif /* _KVMLAT_HIST_H */
