// SPDX-License-Identifier: GPL-2.0-only
/* What is known of a knob, and what became of one in a request, as attributes. */
#include <net/netlink.h>

#include "knob/undo.h"
#include "knob-message.h"

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

int kvmlat_message_knob(struct sk_buff *skb, const struct kvmlat_knob_of *of, int err,
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

int kvmlat_message_change(struct sk_buff *skb, const struct kvmlat_knob_change *change)
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
