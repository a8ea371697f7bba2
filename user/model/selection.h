/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_SELECTION_H
#define _KVMLAT_SELECTION_H

#include "base/trouble.h"
#include "base/wait.h"
#include "guests.h"

#define SELECT_GUESTS	32
#define SELECT_RANGES	32

/* How many vCPUs a list may name. */
#define SELECT_VCPUS	65536

/**
 * struct selection - which VMs the user asked for, and which of their vCPUs
 * @guests: names, or patterns as the shell's
 * @vcpus: the list as it was written; NULL for all
 */
struct selection {
	uint32_t	vm_id;
	uint32_t	pid;
	size_t		nr_guests;
	const char	*guests[SELECT_GUESTS];
	const char	*vcpus;
	size_t		nr_ranges;
	struct range {
		uint32_t	first;
		uint32_t	last;
	}		ranges[SELECT_RANGES];
};

/* For a command's table of options; --pid is 'p' there, --guest 'g', its own begin at OPT_OWN. */
enum {
	OPT_VM = 256,
	OPT_VCPU,
	OPT_JSON,
	OPT_CSV,
	OPT_OWN,
};

/* Takes an option of next_option(). If its value @text is wrong, says so in @why. */
bool parse_selection(int option, const char *text, struct selection *sel, char *why, size_t size);

static inline bool selects(const struct selection *sel)
{
	return sel->vm_id || sel->pid || sel->nr_guests;
}

/* Is it in the list, or is there none? */
bool selects_vcpu(const struct selection *sel, uint32_t vcpu_id);

/* Is it asked for? Of one that ended, not if another of the name that is asked for runs. */
bool selects_vm(const struct selection *sel, const struct guests *g,
		const struct kvmlat_snapshot *snap, const struct kvmlat_vm *vm);

/* Is it asked for by nothing but its name, neither by an id or its user nor because all are? */
bool selects_by_name(const struct selection *sel, const struct guests *g,
		     const struct kvmlat_vm *vm);

/*
 * Turns a selection into a filter for the kernel, which knows one VM and one vCPU: select_narrow
 * does the rest. -1 with the reason: TROUBLE_NO_VM if nothing matches, or nothing that one of
 * several names, TROUBLE_AMBIGUOUS if a name is that of several VMs.
 */
int select_vms(const struct selection *sel, const struct guests *g,
	       const struct kvmlat_snapshot *snap, struct kvmlat_filter *filter,
	       struct trouble *why);

/* Drops what is not asked for. */
void select_narrow(const struct selection *sel, const struct guests *g,
		   struct kvmlat_snapshot *snap);

/* The same as select_vms of the VMs that the module knows now; their names are learnt. */
int ask_vms(struct kvmlat *k, const struct selection *sel, struct guests *g,
	    struct kvmlat_filter *filter, struct trouble *why);

/*
 * The same, but a guest that is not there yet is waited for until @deadline, a time of
 * CLOCK_MONOTONIC, or a signal that @wait is for; @tell is told of that.
 */
int await_vms(struct kvmlat *k, const struct selection *sel, struct guests *g,
	      struct kvmlat_filter *filter, struct wait *wait, uint64_t deadline, tell_fn tell,
	      struct trouble *why);

/* That none of them has the vCPUs, or that they never ran. Returns -1. */
int trouble_vcpu(struct trouble *why, const struct selection *sel);

#endif /* _KVMLAT_SELECTION_H */
