/* SPDX-License-Identifier: GPL-2.0-only */
/* What was changed, and the way back. All under kvmlat_mutex. */
#ifndef KVMLAT_KNOB_UNDO_H
#define KVMLAT_KNOB_UNDO_H

#include "knob.h"

/*
 * The record of a knob that has been changed. It holds what was in effect before each of the
 * changes. A change that is taken back while a later one is in effect is taken out from
 * beneath it, so that in whatever order all are taken back, what was there first returns.
 */
struct kvmlat_undo {
	struct list_head node;
	struct kvmlat_knob_of of;
	struct kvmlat_knob_value original;
	struct kvmlat_knob_value ours;		/* what we wrote last */
	u32 nr;
	struct {
		u32 change;
		struct kvmlat_knob_value before;
	} step[KVMLAT_UNDO_MAX];		/* the latest last */
};

/* What an undo of everything restores. False if the knob was not changed. */
bool kvmlat_undo_original(const struct kvmlat_knob_of *of, struct kvmlat_knob_value *value);

/* The latest change in effect, 0 if none. */
u32 kvmlat_undo_change(const struct kvmlat_knob_of *of);

#endif
