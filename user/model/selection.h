/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_SELECTION_H
#define _KVMLAT_SELECTION_H

#include "base/trouble.h"
#include "guests.h"

/* Which VMs the user asked for, and which of their vCPUs. */
struct selection {
	uint32_t	vm_id;
	uint32_t	pid;
	const char	*guest;
	bool		has_vcpu;
	uint32_t	vcpu_id;
};

/* For a command's table of options; --pid is 'p' there, --guest 'g', its own begin at OPT_OWN. */
enum {
	OPT_VM = 256,
	OPT_VCPU,
	OPT_OWN,
};

/* Takes an option of next_option(). If its value @text is wrong, says so in @why. */
bool parse_selection(int option, const char *text, struct selection *sel, char *why, size_t size);

static inline bool selects(const struct selection *sel)
{
	return sel->vm_id || sel->pid || sel->guest;
}

/*
 * Turns a selection into a filter for the kernel. -1 with the reason: TROUBLE_NO_VM if nothing
 * matches, TROUBLE_AMBIGUOUS if the name is that of several VMs.
 */
int select_vms(const struct selection *sel, const struct guests *g,
	       const struct kvmlat_snapshot *snap, struct kvmlat_filter *filter,
	       struct trouble *why);

/* The same of the VMs that the module knows now; their names are learnt. */
int ask_vms(struct kvmlat *k, const struct selection *sel, struct guests *g,
	    struct kvmlat_filter *filter, struct trouble *why);

/* That none of them has the vCPU, or that it never ran. Returns -1. */
int trouble_vcpu(struct trouble *why, const struct selection *sel);

#endif /* _KVMLAT_SELECTION_H */
