/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Knobs: what can be tuned, for the host, a VM or a vCPU, and how it is taken back.
 *
 *	knob-table.c	what there is
 *	knob-param.c	the host's values, parameters of KVM's modules
 *	knob-vm.c	values of VMs and vCPUs
 *	knob.c		reads and writes a knob, whatever its scope
 *	knob-undo.c	what was changed, and the way back
 *	knob-set.c	transactions
 *	knob-event.c	knobs in messages, the multicast group
 *	knob-dump.c	KNOB_GET
 *	netlink-knob.c	KNOB_SET and KNOB_UNDO
 *
 * All but the probe runs under kvmlat_mutex.
 */
#ifndef KVMLAT_KNOB_H
#define KVMLAT_KNOB_H

#include <linux/bits.h>

#include <uapi/linux/kvmlat-gen.h>

#include "param.h"

struct module;

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

/* A value that is in effect for a scope, and the scope that it is of. */
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
	const struct nlattr *attr;	/* of the request, and in it what is at fault */
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

static inline bool kvmlat_knob_is_own(const struct kvmlat_knob_of *of,
				      const struct kvmlat_knob_value *value)
{
	return value->source == of->scope;
}

#endif
