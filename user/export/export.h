/* SPDX-License-Identifier: GPL-2.0-only */
/* A recording in formats that other programs open: each a file, written while it is read. */
#ifndef _KVMLAT_EXPORT_EXPORT_H
#define _KVMLAT_EXPORT_EXPORT_H

#include <stdio.h>

#include "model/selection.h"
#include "record/recording.h"

/**
 * struct exported - what happened in an interval
 * @delta: to the VMs that are asked for
 * @sel: what is asked for, for what is in @in
 */
struct exported {
	const struct interval		*in;
	const struct kvmlat_snapshot	*delta;
	const struct selection		*sel;
};

/**
 * struct export_format - functions return -1 if memory is short
 * @name: as the option
 * @state: so many bytes of it, all zero at first, are for its functions
 */
struct export_format {
	const char	*name;
	size_t		state;
	int	(*begin)(FILE *to, void *state, int64_t real);
	int	(*interval)(FILE *to, void *state, const struct exported *x);
	int	(*end)(FILE *to, void *state);
};

extern const struct export_format perfetto_format;
extern const struct export_format hlog_format;
extern const struct export_format openmetrics_format;

#endif /* _KVMLAT_EXPORT_EXPORT_H */
