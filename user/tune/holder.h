/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_HOLD_H
#define _KVMLAT_HOLD_H

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
 * goes before an earlier one. Returns an exit code, having complained; @intents is for free().
 */
int profile_intents(const struct profile *profile, const struct tuner *t,
		    const struct target *target, const char *guest, struct intent **intents,
		    size_t *nr);

/* The wake-up latency that is in effect, in us; -1 if that cannot be read. */
int32_t dma_latency_now(void);

/*
 * Applies @profile, calls @ready with the exit code of that, and if it is EXIT_OK keeps the
 * profile, for VMs that start later too, until a signal asks for the end. Undoes it then.
 */
int hold(const struct profile *profile, void (*ready)(int code, void *ctx), void *ctx);

#endif /* _KVMLAT_HOLD_H */
