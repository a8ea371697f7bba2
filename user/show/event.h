/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_SHOW_EVENT_H
#define _KVMLAT_SHOW_EVENT_H

#include <stdio.h>

#include "base/options.h"
#include "lib/kvmlat.h"

/** struct event_view - @time is in ms since the epoch */
struct event_view {
	int64_t					time;
	const char				*guest;
	const struct kvmlat_knob_event		*event;
};

/* @first tells the first of a run, which a header goes before. */
void show_event(FILE *to, enum output output, const struct event_view *v, bool first);

#endif /* _KVMLAT_SHOW_EVENT_H */
