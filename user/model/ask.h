/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_ASK_H
#define _KVMLAT_ASK_H

#include "lib/guest.h"

#define NO_UID	UINT32_MAX

/** struct guest_name - a name, or nothing, and whose the process is that claims it, or NO_UID */
struct guest_name {
	uint32_t	uid;
	char		text[KVMLAT_NAME_SIZE];
};

/* Finds that out about process @pid. */
typedef void (*ask_fn)(uint32_t pid, struct guest_name *name);

/*
 * Asks for the names of several processes, in a child: the command line of a process is in its
 * memory, and whoever reads it waits for as long as the process is stuck in changing that. The name
 * of one that has not answered in a second stays empty, unless the child had only no CPU for that
 * long. -1 with errno, and then all are.
 */
int ask_names(const uint32_t *pids, size_t nr, ask_fn ask, struct guest_name *names);

#endif /* _KVMLAT_ASK_H */
