// SPDX-License-Identifier: GPL-2.0-only
/*
 * What was changed, and the way back.
 *
 * The record of a knob holds what was in effect before each of its changes. A change that is
 * taken back while a later one is in effect is taken out from beneath it: so in whatever order
 * all are taken back, what was there first returns. A knob that is not what we have written
 * last was changed by somebody else. That value is not ours to take back, and a change
 * that comes after it begins a new record.
 */
#include <linux/list.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "undo.h"
#include "vms.h"

struct kvmlat_undo {
	struct list_head node;
	struct kvmlat_knob_of of;
	struct kvmlat_knob_value original;
	struct kvmlat_knob_value ours;		/* what we wrote last */
	u32 nr;
	struct step {
		u32 change;
		struct kvmlat_knob_value before;
	} step[KVMLAT_UNDO_MAX];		/* the latest last */
};

static LIST_HEAD(undos);

static struct kvmlat_undo *find(const struct kvmlat_knob_of *of)
{
	struct kvmlat_undo *undo;

	lockdep_assert_held(&kvmlat_mutex);
	list_for_each_entry(undo, &undos, node) {
		if (undo->of.id == of->id && undo->of.scope == of->scope &&
		    undo->of.vm_id == of->vm_id && undo->of.vcpu_id == of->vcpu_id)
			return undo;
	}
	return NULL;
}

static void forget(struct kvmlat_undo *undo)
{
	list_del(&undo->node);
	kfree(undo);
}

/* Whether two values are the same thing to have set. Inherited ones are, whatever they are. */
static bool same(const struct kvmlat_knob_of *of, const struct kvmlat_knob_value *a,
		 const struct kvmlat_knob_value *b)
{
	if (!kvmlat_knob_is_own(of, a) || !kvmlat_knob_is_own(of, b))
		return kvmlat_knob_is_own(of, a) == kvmlat_knob_is_own(of, b);
	return a->value == b->value;
}

bool kvmlat_undo_original(const struct kvmlat_knob_of *of, struct kvmlat_knob_value *value)
{
	const struct kvmlat_undo *undo = find(of);

	if (!undo)
		return false;
	*value = undo->original;
	return true;
}

u32 kvmlat_undo_change(const struct kvmlat_knob_of *of)
{
	const struct kvmlat_undo *undo = find(of);

	return undo && undo->nr ? undo->step[undo->nr - 1].change : 0;
}

/* This bounds the memory: otherwise a VM has at most a record for each of its vCPUs. */
void kvmlat_undo_forget_gone(void)
{
	struct kvmlat_undo *undo, *next;
	const char *why;

	list_for_each_entry_safe(undo, next, &undos, node) {
		if (undo->of.scope != KVMLAT_SCOPE_HOST &&
		    IS_ERR(kvmlat_vms_find(undo->of.vm_id, 0, true, &why)))
			forget(undo);
	}
}

struct kvmlat_undo *kvmlat_undo_record(const struct kvmlat_knob_of *of)
{
	struct kvmlat_undo *undo = find(of);

	if (undo)
		return undo;
	undo = kzalloc(sizeof(*undo), GFP_KERNEL);
	if (!undo)
		return NULL;
	undo->of = *of;
	list_add_tail(&undo->node, &undos);
	return undo;
}

/* A record that has nothing to take back: it was new, or all has been taken back. */
static bool is_void(const struct kvmlat_undo *undo)
{
	return !undo->nr && same(&undo->of, &undo->ours, &undo->original);
}

void kvmlat_undo_drop(struct kvmlat_undo *undo)
{
	if (is_void(undo))
		forget(undo);
}

void kvmlat_undo_note(struct kvmlat_undo *undo, u32 change, const struct kvmlat_knob_value *old,
		      const struct kvmlat_knob_value *new)
{
	if (is_void(undo) || !same(&undo->of, &undo->ours, old)) {
		undo->original = *old;
		undo->nr = 0;
	}
	if (undo->nr == KVMLAT_UNDO_MAX)
		memmove(&undo->step[0], &undo->step[1], --undo->nr * sizeof(undo->step[0]));
	undo->step[undo->nr++] = (struct step) { .change = change, .before = *old };
	undo->ours = *new;
}

/*
 * Writes @to, unless the knob is gone or somebody else's by now. Return: whether there is
 * still something to be known of it.
 */
static bool restore(struct kvmlat_undo *undo, const struct kvmlat_knob_value *to,
		    struct kvmlat_knob_change *done, bool dry_run)
{
	const char *why;
	int err;

	*done = (struct kvmlat_knob_change) { .of = undo->of };
	err = kvmlat_knob_read(&undo->of, &done->old, &why);
	if (err) {
		done->old = undo->ours;
		done->new = undo->ours;
		done->result = err == -ENOENT ? KVMLAT_RESULT_GONE : KVMLAT_RESULT_FAILED;
		return err != -ENOENT;
	}
	done->new = done->old;
	done->result = KVMLAT_RESULT_LEFT;
	if (!same(&undo->of, &done->old, &undo->ours))
		return false;
	done->new = *to;
	done->result = KVMLAT_RESULT_CHECKED;
	if (dry_run)
		return true;
	err = kvmlat_knob_write(&undo->of, &done->old, to, &why);
	done->result = !err ? KVMLAT_RESULT_RESTORED :
		       err == -ECANCELED ? KVMLAT_RESULT_LEFT :
		       err == -ENOENT ? KVMLAT_RESULT_GONE : KVMLAT_RESULT_FAILED;
	/* What an inherited value is now, or what was left. */
	if (kvmlat_knob_read(&undo->of, &done->new, &why))
		done->new = done->old;
	if (!err)
		undo->ours = *to;
	return !err || done->result == KVMLAT_RESULT_FAILED;
}

/* The @i-th step is not the latest. */
static void take_out(struct kvmlat_undo *undo, u32 i, struct kvmlat_knob_change *done,
		     bool dry_run)
{
	*done = (struct kvmlat_knob_change) {
		.of = undo->of,
		.result = KVMLAT_RESULT_COVERED,
		.old = undo->ours,
		.new = undo->ours,
	};
	if (dry_run)
		return;
	undo->step[i + 1].before = undo->step[i].before;
	undo->nr--;
	memmove(&undo->step[i], &undo->step[i + 1], (undo->nr - i) * sizeof(undo->step[0]));
}

static void tell(const struct kvmlat_undo_request *request,
		 const struct kvmlat_knob_change *done)
{
	request->report->knob(request->report, request->change, request->action, done);
}

static void undo_step(struct kvmlat_undo *undo, u32 i, const struct kvmlat_undo_request *request)
{
	struct kvmlat_knob_change done;
	bool known = true;

	if (i + 1 < undo->nr)
		take_out(undo, i, &done, request->dry_run);
	else
		known = restore(undo, &undo->step[i].before, &done, request->dry_run);
	if (done.result == KVMLAT_RESULT_RESTORED)
		undo->nr--;
	tell(request, &done);
	if (!request->dry_run && (!known || is_void(undo)))
		forget(undo);
}

static bool undo_one(const struct kvmlat_undo_request *request)
{
	struct kvmlat_undo *undo, *next;
	bool found = false;
	u32 i;

	list_for_each_entry_safe_reverse(undo, next, &undos, node) {
		for (i = 0; i < undo->nr && undo->step[i].change != request->change; i++)
			;
		if (i == undo->nr)
			continue;
		found = true;
		undo_step(undo, i, request);
	}
	return found;
}

static void undo_all(const struct kvmlat_undo_request *request)
{
	struct kvmlat_knob_change done;
	struct kvmlat_undo *undo, *next;

	list_for_each_entry_safe_reverse(undo, next, &undos, node) {
		restore(undo, &undo->original, &done, request->dry_run);
		tell(request, &done);
		if (!request->dry_run && done.result != KVMLAT_RESULT_FAILED)
			forget(undo);
	}
}

bool kvmlat_undo_apply(const struct kvmlat_undo_request *request)
{
	if (request->change)
		return undo_one(request);
	undo_all(request);
	return true;
}

void kvmlat_undo_module(const char *module)
{
	struct kvmlat_undo *undo, *next;

	mutex_lock(&kvmlat_mutex);
	list_for_each_entry_safe(undo, next, &undos, node) {
		if (undo->of.scope == KVMLAT_SCOPE_HOST &&
		    !strcmp(kvmlat_knobs[undo->of.id].param.module, module))
			forget(undo);
	}
	mutex_unlock(&kvmlat_mutex);
}

void kvmlat_undo_exit(void)
{
	struct kvmlat_undo *undo, *next;

	list_for_each_entry_safe(undo, next, &undos, node)
		forget(undo);
}
