/* SPDX-License-Identifier: GPL-2.0-only */
/* Transactions: any number of knobs are changed, or none. */
#ifndef KVMLAT_KNOB_SET_H
#define KVMLAT_KNOB_SET_H

#include "knob.h"
#include "report.h"

struct kvmlat_changes {
	u32 change;		/* 0: a dry run or nothing done */
	u32 nr;
	bool dry_run;
	u32 culprit;		/* index of the knob that an error is about */
	const char *why;
	struct kvmlat_report *report;
	struct kvmlat_knob_change knob[KVMLAT_KNOBS_MAX];
};

/* Under kvmlat_mutex. 0, or an error with why and culprit. */
int kvmlat_changes_apply(struct kvmlat_changes *changes);

#endif
