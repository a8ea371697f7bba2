/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_SAVE_H
#define _KVMLAT_SAVE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/trouble.h"

/*
 * Writes the host's knobs, and what VMs have of their own, to a profile in the first directory of
 * the path, which is written to @path. -1 with the reason.
 */
int profile_save(const char *name, bool force, char *path, size_t size, tell_fn tell,
		 struct trouble *why);

#endif /* _KVMLAT_SAVE_H */
