/* SPDX-License-Identifier: GPL-2.0-only */
/* What was changed, and the way back. All under kvmlat_mutex. */
#ifndef KVMLAT_KNOB_UNDO_H
#define KVMLAT_KNOB_UNDO_H

#include "knob.h"
#include "report.h"

struct kvmlat_undo;

/* What shall be taken back, and who is told of each knob that is met. */
struct kvmlat_undo_request {
	u32 change;		/* 0: everything */
	u32 action;		/* for the report */
	bool dry_run;
	struct kvmlat_report *report;
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

/* False if none of the change's knobs is known. */
bool kvmlat_undo_apply(const struct kvmlat_undo_request *request);

/* Records of VMs that ended. None of kvmlat_undo_record() may be in use. */
void kvmlat_undo_forget_gone(void);

/* A module comes or goes, and its parameters with it. Takes kvmlat_mutex itself. */
void kvmlat_undo_module(const char *module);
void kvmlat_undo_exit(void);

#endif
