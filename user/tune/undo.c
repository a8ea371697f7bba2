// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>

#include "undo.h"

/* Returns -1 for a knob that is not as it was. */
static int verdict(struct tuner *t, struct kvmlat_knob_value *k, tell_fn tell, struct trouble *why)
{
	char what[512], left[600];

	tuner_complete(t, k);
	tuner_describe(t, k, what, sizeof(what));
	if (k->result == KVMLAT_RESULT_FAILED)
		return trouble(why, TROUBLE_REFUSED, "%s could not be set back%s%s", what,
			       k->why[0] ? ": " : "", k->why);
	if (k->result == KVMLAT_RESULT_LEFT) {
		snprintf(left, sizeof(left),
			 "%s is left as it is: somebody else changed it since", what);
		tell(left);
	}
	return 0;
}

int undo_change(struct tuner *t, uint32_t id, tell_fn tell, struct trouble *why)
{
	struct kvmlat_error err = { 0 };
	struct kvmlat_knobs reply;
	int ret = 0;
	size_t i;

	if (kvmlat_undo_knobs(t->k, id, false, &reply, &err)) {
		if (err.status == KVMLAT_E_NOT_FOUND || err.status == KVMLAT_E_NO_MODULE)
			return 0;
		return trouble_kvmlat(why, &err);
	}
	for (i = 0; i < reply.nr; i++)
		if (verdict(t, &reply.all[i], tell, why))
			ret = -1;
	kvmlat_knobs_free(&reply);
	return ret;
}
