/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_UNDO_H
#define _KVMLAT_UNDO_H

#include "knobs.h"

/*
 * Takes back change @id; what somebody else has changed since is his, and only told. Nothing to
 * undo, since somebody did, or the VM ended, is as good. -1 with the reason if a knob could not be
 * set back.
 */
int undo_change(struct tuner *t, uint32_t id, tell_fn tell, struct trouble *why);

#endif /* _KVMLAT_UNDO_H */
