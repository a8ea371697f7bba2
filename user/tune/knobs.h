/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_KNOBS_H
#define _KVMLAT_KNOBS_H

#include "model/selection.h"

/**
 * struct target - what a knob is set for
 * @vm_id: a VM, or 0 for the host
 * @has_vcpu: not the VM but its vCPU @vcpu_id
 */
struct target {
	uint32_t	vm_id;
	uint32_t	vcpu_id;
	bool		has_vcpu;
};

/** struct tuner - the module, its VMs and its knobs as they were when asked */
struct tuner {
	struct kvmlat		*k;
	struct kvmlat_snapshot	*vms;
	struct guests		guests;
	struct kvmlat_knobs	table;
};

/* Each 0, or -1 with the reason. tuner_close is due in any case. */
int tuner_open(struct tuner *t, struct trouble *why);
int tuner_refresh(struct tuner *t, struct trouble *why);
void tuner_close(struct tuner *t);

/* The VMs that run and are asked for. -1 with the reason; @targets is for free() in any case. */
int tuner_targets(const struct tuner *t, const struct selection *sel, struct target **targets,
		  size_t *nr, struct trouble *why);

/* "-" in a name is as good as "_". */
bool knob_is_called(const struct kvmlat_knob_value *knob, const char *name);

/* The knob of this name for this target; -1 with the reason where there is none. */
int tuner_demand(const struct tuner *t, const char *name, const struct target *target,
		 const struct kvmlat_knob_value **knob, struct trouble *why);

/* Replies to a set or undo and events do not repeat what the table says. */
void tuner_complete(const struct tuner *t, struct kvmlat_knob_value *knob);

const char *tuner_guest(const struct tuner *t, const struct kvmlat_knob_value *knob);

/* 'halt_poll_ns of vCPU 1 of VM 2 "db"' */
void tuner_describe(const struct tuner *t, const struct kvmlat_knob_value *knob, char *text,
		    size_t size);

#endif /* _KVMLAT_KNOBS_H */
