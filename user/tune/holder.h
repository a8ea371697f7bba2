/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_HOLDER_H
#define _KVMLAT_HOLDER_H

#include "profile.h"
#include "base/trouble.h"

/*
 * Applies @profile, calls @ready once that is done, and keeps the profile, for VMs that start later
 * too, until a signal asks for the end. Undoes it then. -1 with the reason; @ready was not called
 * if the profile could not be applied. What a holder before was killed with is undone first.
 */
int hold(const struct profile *profile, tell_fn tell, void (*ready)(void *ctx), void *ctx,
	 struct trouble *why);

/*
 * Takes back what a holder that was killed, or could not undo, left behind. *any tells whether
 * there was something. -1 with the reason.
 */
int undo_left_behind(tell_fn tell, bool *any, struct trouble *why);

#endif /* _KVMLAT_HOLDER_H */
