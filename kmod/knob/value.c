// SPDX-License-Identifier: GPL-2.0-only
/* Reading and writing a knob, whatever its scope. */
#include <linux/errno.h>

#include "file.h"
#include "halt.h"
#include "knob.h"
#include "lock.h"

int kvmlat_knob_read(const struct kvmlat_knob_of *of, struct kvmlat_knob_value *value,
		     const char **why)
{
	lockdep_assert_held(&kvmlat_mutex);
	*why = NULL;
	if (of->scope != KVMLAT_SCOPE_HOST)
		return kvmlat_knob_halt_read(of, value, why);
	value->source = KVMLAT_SCOPE_HOST;
	return kvmlat_param_read(&kvmlat_knobs[of->id].param, &value->value, why);
}

int kvmlat_knob_write(const struct kvmlat_knob_of *of, const struct kvmlat_knob_value *old,
		      const struct kvmlat_knob_value *value, const char **why)
{
	int err;

	lockdep_assert_held(&kvmlat_mutex);
	if (of->scope != KVMLAT_SCOPE_HOST)
		return kvmlat_knob_halt_write(of, old, value, why);
	err = kvmlat_param_write(&kvmlat_knobs[of->id].param, old->value, value->value, why);
	if (!err && of->id == KVMLAT_KNOB_HALT_POLL_NS)
		kvmlat_knob_halt_host();
	return err;
}

void kvmlat_knob_done(void)
{
	kvmlat_file_put_all();
}
