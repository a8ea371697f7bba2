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

void show_diff(FILE *to, enum output output, const struct diff_view *v);

#endif /* _KVMLAT_SHOW_DIFF_H */
