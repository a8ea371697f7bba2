/* SPDX-License-Identifier: GPL-2.0-only */
/* What was changed, and the way back. All under kvmlat_mutex. */
#ifndef KVMLAT_KNOB_UNDO_H
#define KVMLAT_KNOB_UNDO_H

#include "knob.h"

struct kvmlat_undo;

/* Is told of each knob that an undo meets. */
struct kvmlat_undo_report {
	void (*knob)(struct kvmlat_undo_report *report, const struct kvmlat_knob_change *change);
	bool dry_run;
};

/* What an undo of everything restores. False if the knob was not changed. */
bool kvmlat_undo_original(const struct kvmlat_knob_of *of, struct kvmlat_knob_value *value);

/* The latest change in effect, 0 if none. */
u32 kvmlat_undo_change(const struct kvmlat_knob_of *of);

/*
 * The record of a knob that was just changed, before it is known whether the whole request
 * succeeds: kvmlat_undo_note() then keeps it, kvmlat_undo_drop() does not. NULL: no memory.
 */
struct kvmlat_undo *kvmlat_undo_record(const struct kvmlat_knob_of *of);
void kvmlat_undo_note(struct kvmlat_undo *undo, u32 change, const struct kvmlat_knob_value *old,
		      const struct kvmlat_knob_value *new);
void kvmlat_undo_drop(struct kvmlat_undo *undo);

/* Takes a change back. False if none of its knobs is known. */
bool kvmlat_undo_one(u32 change, struct kvmlat_undo_report *report);
void kvmlat_undo_all(struct kvmlat_undo_report *report);

/* Records of VMs that ended. None of kvmlat_undo_record() may be in use. */
void kvmlat_undo_forget_gone(void);

/* A module comes or goes, and its parameters with it. Takes kvmlat_mutex itself. */
void kvmlat_undo_module(const char *module);
void kvmlat_undo_exit(void);

#endif
