/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_SHOW_DIFF_H
#define _KVMLAT_SHOW_DIFF_H

#include <stdio.h>

#include "base/options.h"
#include "tune/intent.h"
#include "tune/profile.h"

/** struct diff_view - knobs that are not as a profile wants them; dma latencies are -1 for any */
struct diff_view {
	const struct profile	*profile;
	int32_t			dma_latency;
	size_t			nr;
	const struct diff_row {
		struct intent	intent;
		const char	*guest;
	}			*rows;
};

/* False if all that is shown is what this host lacks, which apply leaves out, too. */
bool diff_differs(const struct diff_view *v);

void show_diff(FILE *to, enum output output, const struct diff_view *v);

#endif /* _KVMLAT_SHOW_DIFF_H */
