// SPDX-License-Identifier: GPL-2.0-only
/* May a knob be changed: by this processor, to this value, from what is in effect now. */
#include <linux/errno.h>

#include "check.h"
#include "undo.h"

/*
 * A vendor module sets all to 0 where the processor has no pause-loop exits, and must then not
 * be told otherwise. A 0 that we have written ourselves is none of those.
 */
static bool has_hardware(const struct kvmlat_knob_kind *knob)
{
	struct kvmlat_knob_of gate = { .scope = KVMLAT_SCOPE_HOST };
	struct kvmlat_knob_value value;
	const char *why;

	for (gate.id = 0; gate.id <= KVMLAT_KNOB_MAX; gate.id++) {
		if (!(knob->gates & BIT(gate.id)))
			continue;
		if (kvmlat_knob_read(&gate, &value, &why))
			return false;
		if (!value.value && !(kvmlat_undo_original(&gate, &value) && value.value))
			return false;
	}
	return true;
}

int kvmlat_check_read(const struct kvmlat_knob_of *of, struct kvmlat_knob_value *value,
		      const char **why)
{
	int err = kvmlat_knob_read(of, value, why);

	if (!err && !*why && of->scope == KVMLAT_SCOPE_HOST &&
	    !has_hardware(&kvmlat_knobs[of->id]))
		*why = "this processor, or an option of its module, has no pause-loop exits";
	return err;
}

/* What the scope above has in effect. */
static int inherited(const struct kvmlat_knob_of *of, struct kvmlat_knob_value *value,
		     const char **why)
{
	struct kvmlat_knob_of above = *of;

	above.scope--;
	if (above.scope == KVMLAT_SCOPE_HOST)
		above.vm_id = 0;
	return kvmlat_check_read(&above, value, why);
}

static bool is_expected(const struct kvmlat_knob_change *change)
{
	if (change->has_expect && change->old.value != change->expect)
		return false;
	return !change->expect_inherit || !kvmlat_knob_is_own(&change->of, &change->old);
}

int kvmlat_check_change(struct kvmlat_knob_change *change, const char **why)
{
	const struct kvmlat_knob_kind *kind = &kvmlat_knobs[change->of.id];
	int err;

	if (!change->inherit && (change->value < kind->min || change->value > kind->max)) {
		*why = "the value is out of the knob's range";
		return -ERANGE;
	}
	err = kvmlat_check_read(&change->of, &change->old, why);
	if (err == -ENOENT)
		*why = "the VM has just ended";
	if (err || *why)
		return err ?: -EOPNOTSUPP;
	if (!is_expected(change)) {
		*why = "not changed, what is in effect is not what was expected";
		return -ECANCELED;
	}
	if (change->inherit)
		return inherited(&change->of, &change->new, why);
	change->new = (struct kvmlat_knob_value) {
		.value = change->value,
		.source = change->of.scope,
	};
	return 0;
}
