/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_SHOW_KNOBS_H
#define _KVMLAT_SHOW_KNOBS_H

#include <stdio.h>

#include "base/options.h"
#include "knob.h"
#include "tune/beside.h"

/** struct knobs_view - knobs, and what people look for among them */
struct knobs_view {
	size_t			nr;
	const struct knob_row	*rows;
	size_t			nr_beside;
	const struct beside	*beside;
};

void show_knobs(FILE *to, enum output output, const struct knobs_view *v);

#endif /* _KVMLAT_SHOW_KNOBS_H */
