/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_SAVE_H
#define _KVMLAT_SAVE_H

#include <stdbool.h>

/*
 * Writes the host's knobs, and what VMs have of their own, to a profile in the first directory of
 * the path. Returns an exit code, having complained.
 */
int profile_save(const char *name, bool force);

#endif /* _KVMLAT_SAVE_H */
