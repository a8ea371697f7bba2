/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_GUESTS_H
#define _KVMLAT_GUESTS_H

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
	}		*entries;
};

/* -1 if memory is short. */
int guests_learn(struct guests *g, const struct kvmlat_snapshot *snap);
void guests_expect(struct guests *g, uint32_t pid, char * const *argv);
const char *guests_name(const struct guests *g, uint32_t vm_id);
void guests_free(struct guests *g);

/* Which VMs the user asked for. */
struct selection {
	uint32_t	vm_id;
	uint32_t	pid;
	const char	*guest;
};

static inline bool selects(const struct selection *sel)
{
	return sel->vm_id || sel->pid || sel->guest;
}

/*
 * Turns a selection into a filter for the kernel. Returns an exit code, having complained:
 * EXIT_NO_VM if nothing matches, EXIT_AMBIGUOUS if the name is that of several VMs.
 */
int guests_select(const struct guests *g, const struct kvmlat_snapshot *snap,
		  const struct selection *sel, struct kvmlat_filter *filter);

#endif /* _KVMLAT_GUESTS_H */
