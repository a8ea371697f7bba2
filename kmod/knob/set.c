// SPDX-License-Identifier: GPL-2.0-only
/*
 * Transactions. All knobs of one are checked before the first is written; if one then cannot be
 * written, those before it get their old values back.
 */
#include <linux/errno.h>

#include "netlink/event.h"
#include "set.h"
#include "undo.h"
#include "vms.h"

static u32 last_change;

/* What the scope above has in effect. */
static int inherited(const struct kvmlat_knob_of *of, struct kvmlat_knob_value *value,
		     const char **why)
{
	struct kvmlat_knob_of above = *of;

	above.scope--;
	if (above.scope == KVMLAT_SCOPE_HOST)
		above.vm_id = 0;
	return kvmlat_knob_read(&above, value, why);
}

static bool is_expected(const struct kvmlat_knob_change *knob)
{
	if (knob->has_expect && knob->old.value != knob->expect)
		return false;
	return !knob->expect_inherit || !kvmlat_knob_is_own(&knob->of, &knob->old);
}

static int check(struct kvmlat_knob_change *knob, const char **why)
{
	const struct kvmlat_knob_kind *kind = &kvmlat_knobs[knob->of.id];
	int err;

	if (!knob->inherit && (knob->value < kind->min || knob->value > kind->max)) {
		*why = "the value is out of the knob's range";
		return -ERANGE;
	}
	err = kvmlat_knob_read(&knob->of, &knob->old, why);
	if (err == -ENOENT)
		*why = "the VM has just ended";
	if (err || *why)
		return err ?: -EOPNOTSUPP;
	if (!is_expected(knob)) {
		*why = "not changed, what is in effect is not what was expected";
		return -ECANCELED;
	}
	if (knob->inherit)
		return inherited(&knob->of, &knob->new, why);
	knob->new = (struct kvmlat_knob_value) { .value = knob->value, .source = knob->of.scope };
	return 0;
}

static void roll_back(struct kvmlat_set *set, u32 nr)
{
	const char *why;

	while (nr--) {
		struct kvmlat_knob_change back = set->knob[nr];

		back.old = set->knob[nr].new;
		back.new = set->knob[nr].old;
		back.result = kvmlat_knob_write(&back.of, &back.old, &back.new, &why) ?
			      KVMLAT_RESULT_FAILED : KVMLAT_RESULT_RESTORED;
		kvmlat_event_send(set->change, KVMLAT_ACTION_ROLLBACK, &back);
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
			kvmlat_event_send(set->change, KVMLAT_ACTION_SET, knob);
			roll_back(set, i);
			return err;
		}
		knob->result = KVMLAT_RESULT_APPLIED;
		kvmlat_event_send(set->change, KVMLAT_ACTION_SET, knob);
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
		err = check(&set->knob[i], &set->why);
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
