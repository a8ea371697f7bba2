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

static void tell(const struct kvmlat_changes *changes, u32 action,
		 const struct kvmlat_knob_change *knob)
{
	changes->report->knob(changes->report, changes->change, action, knob);
}

static void roll_back(struct kvmlat_changes *changes, u32 nr)
{
	const char *why;

	while (nr--) {
		struct kvmlat_knob_change back = changes->knob[nr];

		back.old = changes->knob[nr].new;
		back.new = changes->knob[nr].old;
		back.result = kvmlat_knob_write(&back.of, &back.old, &back.new, &why) ?
			      KVMLAT_RESULT_FAILED : KVMLAT_RESULT_RESTORED;
		tell(changes, KVMLAT_ACTION_ROLLBACK, &back);
	}
}

static int write_all(struct kvmlat_changes *changes)
{
	u32 i;
	int err;

	for (i = 0; i < changes->nr; i++) {
		struct kvmlat_knob_change *knob = &changes->knob[i];

		err = kvmlat_knob_write(&knob->of, &knob->old, &knob->new, &changes->why);
		if (err) {
			changes->culprit = i;
			if (err == -ENOENT)
				changes->why = "the VM has just ended";
			knob->result = KVMLAT_RESULT_FAILED;
			tell(changes, KVMLAT_ACTION_SET, knob);
			roll_back(changes, i);
			return err;
		}
		knob->result = KVMLAT_RESULT_APPLIED;
		tell(changes, KVMLAT_ACTION_SET, knob);
	}
	return 0;
}

int kvmlat_changes_apply(struct kvmlat_changes *changes)
{
	struct kvmlat_undo *undo[KVMLAT_KNOBS_MAX];
	u32 i, recorded = 0;
	int err = 0;

	for (i = 0; i < changes->nr; i++) {
		changes->culprit = i;
		changes->knob[i].result = KVMLAT_RESULT_CHECKED;
		err = kvmlat_check_change(&changes->knob[i], &changes->why);
		if (err)
			return err;
	}
	if (changes->dry_run)
		return 0;
	kvmlat_undo_forget_gone();
	for (; recorded < changes->nr; recorded++) {
		undo[recorded] = kvmlat_undo_record(&changes->knob[recorded].of);
		if (!undo[recorded]) {
			changes->why = "no memory to remember the change";
			err = -ENOMEM;
			break;
		}
	}
	if (!err) {
		changes->change = ++last_change ?: ++last_change;
		err = write_all(changes);
	}
	for (i = 0; i < recorded; i++) {
		if (err)
			kvmlat_undo_drop(undo[i]);
		else
			kvmlat_undo_note(undo[i], changes->change, &changes->knob[i].old,
					 &changes->knob[i].new);
	}
	return err;
}
