// SPDX-License-Identifier: GPL-2.0-only
/*
 * Transactions. All knobs of one are checked before the first is written; if one then cannot be
 * written, those before it get their old values back.
 */
#include <linux/errno.h>

#include "check.h"
#include "set.h"
#include "undo.h"

static u32 last_change;

static void roll_back(struct kvmlat_set *set, u32 nr)
{
	const char *why;

	while (nr--) {
		struct kvmlat_knob_change back = set->knob[nr];

		back.old = set->knob[nr].new;
		back.new = set->knob[nr].old;
		back.result = kvmlat_knob_write(&back.of, &back.old, &back.new, &why) ?
			      KVMLAT_RESULT_FAILED : KVMLAT_RESULT_RESTORED;
		set->report->knob(set->report, set->change, KVMLAT_ACTION_ROLLBACK, &back);
	}
}

static int write_all(struct kvmlat_set *set)
{
	u32 i;
	int err;

	for (i = 0; i < set->nr; i++) {
		struct kvmlat_knob_change *knob = &set->knob[i];

		err = kvmlat_knob_write(&knob->of, &knob->old, &knob->new, &set->why);
		if (err) {
			set->culprit = i;
			if (err == -ENOENT)
				set->why = "the VM has just ended";
			knob->result = KVMLAT_RESULT_FAILED;
			set->report->knob(set->report, set->change, KVMLAT_ACTION_SET, knob);
			roll_back(set, i);
			return err;
		}
		knob->result = KVMLAT_RESULT_APPLIED;
		set->report->knob(set->report, set->change, KVMLAT_ACTION_SET, knob);
	}
	return 0;
}

int kvmlat_set_apply(struct kvmlat_set *set)
{
	struct kvmlat_undo *undo[KVMLAT_KNOBS_MAX];
	u32 i, recorded = 0;
	int err = 0;

	for (i = 0; i < set->nr; i++) {
		set->culprit = i;
		set->knob[i].result = KVMLAT_RESULT_CHECKED;
		err = kvmlat_check_change(&set->knob[i], &set->why);
		if (err)
			return err;
	}
	if (set->dry_run)
		return 0;
	kvmlat_undo_forget_gone();
	for (; recorded < set->nr; recorded++) {
		undo[recorded] = kvmlat_undo_record(&set->knob[recorded].of);
		if (!undo[recorded]) {
			set->why = "no memory to remember the change";
			err = -ENOMEM;
			break;
		}
	}
	if (!err) {
		set->change = ++last_change ?: ++last_change;
		err = write_all(set);
	}
	for (i = 0; i < recorded; i++) {
		if (err)
			kvmlat_undo_drop(undo[i]);
		else
			kvmlat_undo_note(undo[i], set->change, &set->knob[i].old,
					 &set->knob[i].new);
	}
	return err;
}
