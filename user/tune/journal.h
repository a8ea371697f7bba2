/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_JOURNAL_H
#define _KVMLAT_JOURNAL_H

#include "knobs.h"

/** struct applied - a change of a VM, or with vm_id 0 of the host; 0 if nothing had to change */
struct applied {
	uint32_t	vm_id;
	uint32_t	change;
};

/**
 * struct pending - a change that was asked for, but whose number is not known yet
 * @last: the latest change before it
 */
struct pending {
	uint32_t			last;
	size_t				nr;
	struct kvmlat_knob_change	wanted[KVMLAT_KNOBS_MAX];
};

/**
 * struct journal - what a profile, or auto, has changed, kept in a file of path_run_dir()
 * @name: whose it is: "profile" or "auto"
 * @module: which load of the module that was, see module_load_id(): another one undid everything
 * @all: in the order of time
 *
 * A holder that is killed cannot undo; who comes after it does, by this.
 */
struct journal {
	const char	*name;
	uint64_t	module;
	size_t		nr;
	struct applied	*all;
	struct pending	pending;
};

/* What is in the file; nothing if there is none. -1 with the reason. */
int journal_load(struct journal *journal, const char *name, struct trouble *why);
void journal_free(struct journal *journal);

/* Each changes the file, too. -1 with the reason. */
int journal_add(struct journal *journal, uint32_t vm_id, uint32_t change, struct trouble *why);
int journal_announce(struct journal *journal, const struct tuner *t,
		     const struct kvmlat_knob_change *changes, size_t nr, struct trouble *why);
int journal_save(const struct journal *journal, struct trouble *why);

/* A change is undone, or was taken out from beneath a later one. Does not write. */
void journal_drop(struct journal *journal, uint32_t change);

/* Forgets VMs that do not run any more, but not the host. Does not write. Were there any? */
bool journal_drop_ended(struct journal *journal, const struct kvmlat_snapshot *vms);
void journal_clear(struct journal *journal);

bool journal_has(const struct journal *journal, uint32_t vm_id);

/*
 * Undoes all of it, newest first, and forgets what is undone. Of several troubles the last is the
 * one that is left to the caller.
 */
int journal_undo(struct journal *journal, struct tuner *t, tell_fn tell, struct trouble *why);

#endif /* _KVMLAT_JOURNAL_H */
