/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_SHOW_KNOBS_H
#define _KVMLAT_SHOW_KNOBS_H

#include <stdio.h>

#include "base/options.h"
#include "knob.h"

struct knobs_view {
	size_t			nr;
	const struct knob_row	*rows;
};

void show_knobs(FILE *to, enum output output, const struct knobs_view *v);

#endif /* _KVMLAT_SHOW_KNOBS_H */
