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

/**
 * struct claimant - a guest that a profile may be for
 * @foreign: another user's guest than the name was used for: what goes by the name alone is not
 *           for it
 */
struct claimant {
	const char	*name;
	uint32_t	uid;
	bool		foreign;
};

/*
 * Is something in @profile for that guest by its name alone, neither by its user nor because it is
 * for all?
 */
bool profile_goes_by_name(const struct profile *profile, const struct claimant *guest);

/*
 * Is what is for guests right, before there is one that it is for? As far as the module tells:
 * which knobs a VM has is known once there is a VM. -1 with the reason.
 */
int profile_check(const struct profile *profile, const struct tuner *t, struct trouble *why);

/*
 * What @profile wants for a target, which is that guest, or NULL for the host: a later line goes
 * before an earlier one. -1 with the reason; @intents is for free() in any case.
 */
int profile_intents(const struct profile *profile, const struct tuner *t,
		    const struct target *target, const struct claimant *guest,
		    struct intent **intents, size_t *nr, struct trouble *why);

#endif /* _KVMLAT_INTENT_H */
