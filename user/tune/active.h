/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_ACTIVE_H
#define _KVMLAT_ACTIVE_H

#include <sys/types.h>

#include "base/trouble.h"
#include "profile.h"

/*
 * A profile is active for as long as the process lives that applied it. It holds a lock on a file
 * with the profile's name, so that neither can be stale.
 */

/* -1 with the reason, one that names the profile that is active if there is. */
int active_begin(const char *name, struct trouble *why);

/* Writes of which process and its profile's name; false if none is active. */
bool active_now(pid_t *pid, char *name, size_t size);

/* Asks the process to end and waits for that; -1 with a sentence why. */
int active_end(pid_t pid, struct trouble *why);

/* What the holder of a profile had to say in the background. */
const char *active_log(void);

#endif /* _KVMLAT_ACTIVE_H */
