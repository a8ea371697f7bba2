/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Knobs: what can be tuned, for the host, a VM or a vCPU, and how it is taken back.
 *
 *	table.c		what there is
 *	param.c		the host's values, parameters of KVM's modules
 *	file.c		the way into a VM
 *	halt.c		values of VMs and vCPUs
 *	value.c		reads and writes a knob, whatever its scope
 *	undo.c		what was changed, and the way back
 *	check.c		may a knob be changed
 *	set.c		transactions
 *
 * Each uses those above it only. All but halt.c's probe runs under kvmlat_mutex. No message is
 * read or written here: whoever asks for a change is told of it by report.h.
 */
#ifndef KVMLAT_KNOB_H
#define KVMLAT_KNOB_H

#include <linux/bits.h>

#include <uapi/linux/kvmlat-gen.h>

#include "param.h"

struct kvmlat_knob_kind {
	struct kvmlat_param param;
	u64 min;
	u64 max;
	u8 unit;
	u8 scopes;		/* mask */
	bool later;		/* only new VMs see it */
	u16 gates;		/* mask of knobs that are 0 where the processor cannot do it */
};

/* Which knob of whom. */
struct kvmlat_knob_of {
	u32 id;
	u32 scope;
	u32 vm_id;		/* 0 for the host */
	u32 pid;
	u32 vcpu_id;
};

/* What is in effect, and the scope where it is set. */
struct kvmlat_knob_value {
	u64 value;
	u32 source;
};

struct kvmlat_knob_change {
	struct kvmlat_knob_of of;
	bool inherit;		/* wanted, else value */
	bool has_expect;
	bool expect_inherit;
	u64 value;
	u64 expect;
	u32 result;
	struct kvmlat_knob_value old;
	struct kvmlat_knob_value new;
};

extern const struct kvmlat_knob_kind kvmlat_knobs[KVMLAT_KNOB_MAX + 1];

/*
 * What is in effect. *why is NULL, or says in one sentence why it cannot be changed, or with
 * -EOPNOTSUPP why there is no such knob here. -ENOENT if there is no such VM or vCPU any more.
 */
int kvmlat_knob_read(const struct kvmlat_knob_of *of, struct kvmlat_knob_value *value,
		     const char **why);

/*
 * If value->source is not the scope itself, it inherits from now on. Otherwise an error with
 * *why as kvmlat_knob_read() says, or -ECANCELED if @old is not in effect any more.
 */
int kvmlat_knob_write(const struct kvmlat_knob_of *of, const struct kvmlat_knob_value *old,
		      const struct kvmlat_knob_value *value, const char **why);

/* A request is over: VMs that it looked into are let go. Before kvmlat_mutex is. */
void kvmlat_knob_done(void);

static inline bool kvmlat_knob_is_own(const struct kvmlat_knob_of *of,
				      const struct kvmlat_knob_value *value)
{
	return value->source == of->scope;
}

#endif
