/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_GUESTS_H
#define _KVMLAT_GUESTS_H

#include "ask.h"
#include "lib/kvmlat.h"

/*
 * Names of VMs as they were while their processes lived: afterwards nobody can ask. One process
 * needs no asking, the command that stat runs, be it ever so short.
 */
struct guests {
	uint32_t	own_pid;
	char		own_name[KVMLAT_NAME_SIZE];
	size_t		nr;
	struct entry {
		uint32_t	vm_id;
		char		name[KVMLAT_NAME_SIZE];
		uint32_t	uid;
	}		*entries;
};

/* -1 if memory is short. */
int guests_learn(struct guests *g, const struct kvmlat_snapshot *snap);

/* Of VMs that have ended, or that are not in @snap. */
void guests_forget_ended(struct guests *g, const struct kvmlat_snapshot *snap);
void guests_expect(struct guests *g, uint32_t pid, char * const *argv);
const char *guests_name(const struct guests *g, uint32_t vm_id);

/* Whose the process is that claims that name; NO_UID where nobody can tell any more. */
uint32_t guests_uid(const struct guests *g, uint32_t vm_id);
void guests_free(struct guests *g);

#endif /* _KVMLAT_GUESTS_H */
