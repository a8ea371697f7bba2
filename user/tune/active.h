/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_ACTIVE_H
#define _KVMLAT_ACTIVE_H

#include <sys/types.h>

#include "base/trouble.h"
#include "profile.h"

/*
 * A profile is active for as long as the process lives that applied it. It holds a lock, and a file
 * that everybody can read tells which process that is and the profile's name; when the process
 * started tells it from a later one of its id.
 */

/*
 * The lock, until the descriptor that is returned is closed: whoever has it changes what a profile
 * keeps. -1 with the reason, which names the profile that is active if there is.
 */
int active_lock(struct trouble *why);

/* Takes it for as long as the process lives. -1 with the reason. */
int active_begin(const char *name, struct trouble *why);

/* Writes of which process and its profile's name; false if none is active. */
bool active_now(pid_t *pid, char *name, size_t size);

/* Asks the process to end and waits for that; -1 with the reason. */
int active_end(pid_t pid, struct trouble *why);

/* What the holder of a profile had to say in the background. */
const char *active_log(void);

#endif /* _KVMLAT_ACTIVE_H */
