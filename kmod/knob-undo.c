// SPDX-License-Identifier: GPL-2.0-only
/* What was changed, and the way back. */
#include <linux/list.h>

#include "knob-undo.h"
#include "vcpu.h"

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

bool kvmlat_undo_original(const struct kvmlat_knob_of *of, struct kvmlat_knob_value *value)
{
	const struct kvmlat_undo *undo = find(of);

	if (undo)
		*value = undo->original;
	return undo;
}

u32 kvmlat_undo_change(const struct kvmlat_knob_of *of)
{
	const struct kvmlat_undo *undo = find(of);

	return undo && undo->nr ? undo->step[undo->nr - 1].change : 0;
}
