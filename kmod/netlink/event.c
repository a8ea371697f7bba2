// SPDX-License-Identifier: GPL-2.0-only
/* Knobs in messages, and the multicast group that is told of each change. */
#include <linux/cred.h>
#include <linux/sched.h>
#include <linux/uidgid.h>
#include <linux/user_namespace.h>
#include <net/genetlink.h>

#include "clock.h"
#include "event.h"
#include "knob/undo.h"
#include "family.h"
#include "netlink-gen.h"

static int put_value(struct sk_buff *skb, const struct kvmlat_knob_value *value, int attr,
		     int source)
{
	if (nla_put_u64_64bit(skb, attr, value->value, KVMLAT_A_KNOB_PAD) ||
	    nla_put_u32(skb, source, value->source))
		return -EMSGSIZE;
	return 0;
}

static int put_of(struct sk_buff *skb, const struct kvmlat_knob_of *of)
{
	if (nla_put_u32(skb, KVMLAT_A_KNOB_ID, of->id) ||
	    nla_put_string(skb, KVMLAT_A_KNOB_NAME, kvmlat_knobs[of->id].param.name) ||
	    nla_put_u32(skb, KVMLAT_A_KNOB_SCOPE, of->scope))
		return -EMSGSIZE;
	if (of->scope == KVMLAT_SCOPE_HOST)
		return 0;
	if (nla_put_u32(skb, KVMLAT_A_KNOB_VM_ID, of->vm_id) ||
	    nla_put_u32(skb, KVMLAT_A_KNOB_PID, of->pid) ||
	    (of->scope == KVMLAT_SCOPE_VCPU &&
	     nla_put_u32(skb, KVMLAT_A_KNOB_VCPU_ID, of->vcpu_id)))
		return -EMSGSIZE;
	return 0;
}

int kvmlat_event_put_state(struct sk_buff *skb, const struct kvmlat_knob_of *of, int err,
			   const struct kvmlat_knob_value *value, const char *why)
{
	struct nlattr *nest = nla_nest_start(skb, KVMLAT_A_KNOB);
	const struct kvmlat_knob_kind *knob = &kvmlat_knobs[of->id];
	struct kvmlat_knob_value original;
	u32 change = kvmlat_undo_change(of);

	if (!nest || put_of(skb, of) ||
	    (!err && put_value(skb, value, KVMLAT_A_KNOB_VALUE, KVMLAT_A_KNOB_SOURCE)) ||
	    (kvmlat_undo_original(of, &original) &&
	     put_value(skb, &original, KVMLAT_A_KNOB_ORIGINAL, KVMLAT_A_KNOB_ORIGINAL_SOURCE)) ||
	    (change && nla_put_u32(skb, KVMLAT_A_KNOB_CHANGE, change)) ||
	    nla_put_u64_64bit(skb, KVMLAT_A_KNOB_RANGE_MIN, knob->min, KVMLAT_A_KNOB_PAD) ||
	    nla_put_u64_64bit(skb, KVMLAT_A_KNOB_RANGE_MAX, knob->max, KVMLAT_A_KNOB_PAD) ||
	    nla_put_u32(skb, KVMLAT_A_KNOB_UNIT, knob->unit) ||
	    (knob->later && nla_put_flag(skb, KVMLAT_A_KNOB_LATER)) ||
	    (why && nla_put_string(skb, KVMLAT_A_KNOB_WHY, why)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

int kvmlat_event_put_change(struct sk_buff *skb, const struct kvmlat_knob_change *change)
{
	struct nlattr *nest = nla_nest_start(skb, KVMLAT_A_KNOB);

	if (!nest || put_of(skb, &change->of) ||
	    put_value(skb, &change->old, KVMLAT_A_KNOB_OLD, KVMLAT_A_KNOB_OLD_SOURCE) ||
	    put_value(skb, &change->new, KVMLAT_A_KNOB_VALUE, KVMLAT_A_KNOB_SOURCE) ||
	    (kvmlat_knobs[change->of.id].later && nla_put_flag(skb, KVMLAT_A_KNOB_LATER)) ||
	    nla_put_u32(skb, KVMLAT_A_KNOB_RESULT, change->result))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_author(struct sk_buff *skb, u32 action)
{
	struct nlattr *nest = nla_nest_start(skb, KVMLAT_A_AUTHOR);
	char comm[TASK_COMM_LEN];

	get_task_comm(comm, current);
	if (!nest || nla_put_u32(skb, KVMLAT_A_AUTHOR_ACTION, action) ||
	    nla_put_u32(skb, KVMLAT_A_AUTHOR_PID, task_tgid_nr(current)) ||
	    nla_put_u32(skb, KVMLAT_A_AUTHOR_UID, from_kuid(&init_user_ns, current_uid())) ||
	    nla_put_string(skb, KVMLAT_A_AUTHOR_COMM, comm) ||
	    nla_put_u64_64bit(skb, KVMLAT_A_AUTHOR_AT, kvmlat_clock_ordered(),
			      KVMLAT_A_AUTHOR_PAD))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

void kvmlat_event_send(u32 of_change, u32 action, const struct kvmlat_knob_change *change)
{
	struct sk_buff *skb;
	void *head;

	if (!genl_has_listeners(&kvmlat_family, &init_net, KVMLAT_NLGRP_EVENTS))
		return;
	skb = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!skb)
		goto lost;
	head = genlmsg_put(skb, 0, 0, &kvmlat_family, 0, KVMLAT_CMD_KNOB_CHANGED);
	if (!head || (of_change && nla_put_u32(skb, KVMLAT_A_CHANGE, of_change)) ||
	    put_author(skb, action) || kvmlat_event_put_change(skb, change)) {
		nlmsg_free(skb);
		goto lost;
	}
	genlmsg_end(skb, head);
	genlmsg_multicast(&kvmlat_family, skb, 0, KVMLAT_NLGRP_EVENTS, GFP_KERNEL);
	return;
lost:
	/* As when a listener's own buffer is full: it reads ENOBUFS. */
	genl_set_err(&kvmlat_family, &init_net, 0, KVMLAT_NLGRP_EVENTS, -ENOBUFS);
}
