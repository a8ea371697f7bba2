/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_INTENT_H
#define _KVMLAT_INTENT_H

#include "knobs.h"
#include "profile.h"

/**
 * struct intent - a knob of a profile, for one VM or for the host
 * @knob: as it is now
 */
struct intent {
	const struct kvmlat_knob_value	*knob;
	const char			*text;
	uint64_t			value;
	bool				inherit;
};

/*
 * What @profile wants for a target whose guest has that name (NULL for the host): a later line
 * goes before an earlier one. -1 with the reason; @intents is for free() in any case.
 */
int profile_intents(const struct profile *profile, const struct tuner *t,
		    const struct target *target, const char *guest, struct intent **intents,
		    size_t *nr, struct trouble *why);

#endif /* _KVMLAT_INTENT_H */
