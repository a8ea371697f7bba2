/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_PAST_H
#define _KVMLAT_PAST_H

#include "lib/kvmlat.h"

/*
 * Names of guests outlive their processes in a file of path_run_dir(). Only the commands know
 * them: the module would have to read the memory of a process that may be somebody's who wants to
 * hurt, in the midst of its first KVM_RUN. So a VM that no command ever saw running has none.
 */

/* From now on names that this process learns are kept there, if it may write. Tests do not. */
void past_begin(void);

/**
 * struct past - who a VM was
 * @uid: whose process it was
 */
struct past {
	uint32_t	vm_id;
	uint32_t	pid;
	uint32_t	uid;
	char		name[KVMLAT_NAME_SIZE];
};

/* The file as it is now, for free(); NULL if there is none. */
char *past_read(void);

/* A VM that ended in what past_read() gave. False if nobody has seen it. */
bool past_find(const char *text, const struct kvmlat_vm *vm, struct past *past);

/* VMs that run, and are new to this process. What cannot be kept is not. */
void past_note(const struct past *list, size_t nr);

#endif /* _KVMLAT_PAST_H */
