/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_STAT_H
#define _KVMLAT_STAT_H

#include <stdio.h>

#include "base/wait.h"
#include "model/sample.h"
#include "view_options.h"

/* What the user asked stat for, and what it needs to do it. */
struct stat {
	struct view_options	asked;
	bool			all;
	bool			all_reasons;
	bool			skip_empty;
	bool			has_key;
	enum sort_key		key;
	enum view		view;
	struct kvmlat_filter	filter;
	const char		*file;
	bool			file_is_new;
	bool			begun;
	char			**command;

	FILE			*to;
	struct kvmlat		*k;
	struct guests		guests;
	const struct interval	*read;		/* of a recording, in place of the module */
	struct quotas		quotas;
	struct quotas		quotas_before;
	struct quotas		quotas_first;
	struct wait		wait;
	const struct quotas	*read_quotas;
	unsigned int		parts;		/* that were shown of it */
	bool			shown;
};

extern const char stat_usage[];

/* The command; detail is it, too, with its own name. An exit code, having complained. */
int stat_run(int argc, char **argv);

/* Returns an exit code, having complained. */
int stat_options(struct stat *s, int argc, char **argv);

#endif /* _KVMLAT_STAT_H */
