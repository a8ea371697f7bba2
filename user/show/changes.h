/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_SHOW_CHANGES_H
#define _KVMLAT_SHOW_CHANGES_H

#include <stdio.h>

#include "base/options.h"
#include "knob.h"
#include "tune/modprobe.h"

/**
 * struct changes_view - what a set or an undo did
 * @command: "set" or "undo"
 * @change: names it; 0 for a dry run and for an undo of everything
 * @file: that keeps the values of @options, which are to stay; NULL if nothing is
 *
 * What an undo finds in the file stays there.
 */
struct changes_view {
	const char			*command;
	bool				dry_run;
	uint32_t			change;
	size_t				nr;
	const struct knob_row		*rows;
	const char			*file;
	size_t				nr_options;
	const struct module_option	*options;
};

void show_changes(FILE *to, enum output output, const struct changes_view *v);

#endif /* _KVMLAT_SHOW_CHANGES_H */
