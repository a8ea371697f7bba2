// SPDX-License-Identifier: GPL-2.0-only
/* Reading and writing a knob, whatever its scope. */
#include <linux/errno.h>

#include "knob.h"
#include "undo.h"
#include "halt.h"
#include "vms.h"

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
		if (kvmlat_param_read(&kvmlat_knobs[gate.id].param, &value.value, &why))
			return false;
		if (!value.value && !(kvmlat_undo_original(&gate, &value) && value.value))
			return false;
	}
	return true;
}

static int read_host(const struct kvmlat_knob_kind *knob, struct kvmlat_knob_value *value,
		     const char **why)
{
	int err = kvmlat_param_read(&knob->param, &value->value, why);

	value->source = KVMLAT_SCOPE_HOST;
	if (!err && !*why && !has_hardware(knob))
		*why = "this processor, or an option of its module, has no pause-loop exits";
	return err;
}

int kvmlat_knob_read(const struct kvmlat_knob_of *of, struct kvmlat_knob_value *value,
		     const char **why)
{
	lockdep_assert_held(&kvmlat_mutex);
	*why = NULL;
	if (of->scope != KVMLAT_SCOPE_HOST)
		return kvmlat_knob_halt_read(of, value, why);
	return read_host(&kvmlat_knobs[of->id], value, why);
}

int kvmlat_knob_write(const struct kvmlat_knob_of *of, const struct kvmlat_knob_value *old,
		      const struct kvmlat_knob_value *value, const char **why)
{
	int err;

	lockdep_assert_held(&kvmlat_mutex);
	if (of->scope != KVMLAT_SCOPE_HOST)
		return kvmlat_knob_halt_write(of, value, why);
	err = kvmlat_param_write(&kvmlat_knobs[of->id].param, old->value, value->value, why);
	if (!err && of->id == KVMLAT_KNOB_HALT_POLL_NS)
		kvmlat_knob_halt_host();
	return err;
}
