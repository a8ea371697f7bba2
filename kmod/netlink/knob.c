// SPDX-License-Identifier: GPL-2.0-only
/* Handlers of the commands that change knobs; the contract is in linux/kvmlat.h. */
#include <linux/slab.h>
#include <net/genetlink.h>

#include "request.h"
#include "event.h"
#include "knob/set.h"
#include "knob/undo.h"
#include "family.h"
#include "netlink-gen.h"
#include "knob.h"
#include "vms.h"

/* The generated table has no flags: whoever listens must be allowed to read. */
const struct genl_multicast_group kvmlat_knob_mcgrps[] = {
	[KVMLAT_NLGRP_EVENTS] = {
		.name = KVMLAT_MCGRP_EVENTS,
		.flags = GENL_MCAST_CAP_SYS_ADMIN,
	},
};

#define REQUEST_ATTRS	(BIT(KVMLAT_A_KNOB_ID) | BIT(KVMLAT_A_KNOB_SCOPE) | \
			 BIT(KVMLAT_A_KNOB_VM_ID) | BIT(KVMLAT_A_KNOB_PID) | \
			 BIT(KVMLAT_A_KNOB_VCPU_ID) | BIT(KVMLAT_A_KNOB_VALUE) | \
			 BIT(KVMLAT_A_KNOB_INHERIT) | BIT(KVMLAT_A_KNOB_EXPECT) | \
			 BIT(KVMLAT_A_KNOB_EXPECT_INHERIT))

static int only_requests(struct nlattr **tb, struct netlink_ext_ack *extack)
{
	int i;

	for (i = 1; i <= KVMLAT_A_KNOB_MAX; i++) {
		if (!tb[i] || (REQUEST_ATTRS & BIT(i)))
			continue;
		NL_SET_ERR_MSG_ATTR(extack, tb[i], "this attribute of a knob is for replies only");
		return -EINVAL;
	}
	return 0;
}

/* Which VM and vCPU, by their attributes. */
static int find_target(struct nlattr **tb, struct kvmlat_knob_of *of,
		       struct netlink_ext_ack *extack)
{
	struct nlattr *id = tb[KVMLAT_A_KNOB_VM_ID], *pid = tb[KVMLAT_A_KNOB_PID];
	struct kvmlat_vm *vm;
	const char *why;

	vm = kvmlat_vms_find(id ? nla_get_u32(id) : 0, pid ? nla_get_u32(pid) : 0, true, &why);
	if (IS_ERR(vm))
		return kvmlat_refuse(extack, id ?: pid, why, PTR_ERR(vm));
	of->vm_id = vm->id;
	of->pid = vm->pid;
	if (of->scope == KVMLAT_SCOPE_VM)
		return 0;
	of->vcpu_id = nla_get_u32(tb[KVMLAT_A_KNOB_VCPU_ID]);
	if (kvmlat_vms_vcpu(vm, of->vcpu_id))
		return 0;
	return kvmlat_refuse(extack, tb[KVMLAT_A_KNOB_VCPU_ID], kvmlat_vms_no_vcpu, -ENOENT);
}

static int get_of(struct nlattr *attr, struct nlattr **tb, struct kvmlat_knob_of *of,
		  struct netlink_ext_ack *extack)
{
	bool vm = tb[KVMLAT_A_KNOB_VM_ID] || tb[KVMLAT_A_KNOB_PID];
	bool vcpu = tb[KVMLAT_A_KNOB_VCPU_ID];

	if (!tb[KVMLAT_A_KNOB_ID]) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "the knob's id is missing");
		return -EINVAL;
	}
	of->id = nla_get_u32(tb[KVMLAT_A_KNOB_ID]);
	of->scope = vcpu ? KVMLAT_SCOPE_VCPU : vm ? KVMLAT_SCOPE_VM : KVMLAT_SCOPE_HOST;
	if (vcpu && !vm) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "a vCPU is named by its VM and its id, the VM is missing");
		return -EINVAL;
	}
	if (tb[KVMLAT_A_KNOB_SCOPE] && nla_get_u32(tb[KVMLAT_A_KNOB_SCOPE]) != of->scope) {
		NL_SET_ERR_MSG_ATTR(extack, tb[KVMLAT_A_KNOB_SCOPE],
				    "the scope does not fit to whether a VM and a vCPU are named");
		return -EINVAL;
	}
	if (!(kvmlat_knobs[of->id].scopes & BIT(of->scope))) {
		NL_SET_ERR_MSG_ATTR(extack, tb[KVMLAT_A_KNOB_ID],
				    "KVM has this knob for the whole host only, not for a VM or a vCPU");
		return -EINVAL;
	}
	return vm ? find_target(tb, of, extack) : 0;
}

static int get_value(struct nlattr *attr, struct nlattr **tb, struct kvmlat_knob_change *knob,
		     struct netlink_ext_ack *extack)
{
	knob->inherit = tb[KVMLAT_A_KNOB_INHERIT];
	if (knob->inherit == !!tb[KVMLAT_A_KNOB_VALUE]) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "a knob needs either a value or inherit");
		return -EINVAL;
	}
	if (knob->inherit && knob->of.scope == KVMLAT_SCOPE_HOST) {
		NL_SET_ERR_MSG_ATTR(extack, tb[KVMLAT_A_KNOB_INHERIT],
				    "the host has nothing to inherit from, undo brings an earlier value back");
		return -EINVAL;
	}
	if (tb[KVMLAT_A_KNOB_VALUE])
		knob->value = nla_get_u64(tb[KVMLAT_A_KNOB_VALUE]);
	knob->has_expect = tb[KVMLAT_A_KNOB_EXPECT];
	if (knob->has_expect)
		knob->expect = nla_get_u64(tb[KVMLAT_A_KNOB_EXPECT]);
	knob->expect_inherit = tb[KVMLAT_A_KNOB_EXPECT_INHERIT];
	knob->attr = tb[KVMLAT_A_KNOB_VALUE] ?: tb[KVMLAT_A_KNOB_INHERIT];
	return 0;
}

static int get_knob(struct nlattr *attr, struct kvmlat_set *set, struct netlink_ext_ack *extack)
{
	struct nlattr *tb[KVMLAT_A_KNOB_MAX + 1];
	struct kvmlat_knob_change *knob;
	u32 i;
	int err;

	if (set->nr == KVMLAT_KNOBS_MAX) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "one request can change "
				    __stringify(KVMLAT_KNOBS_MAX) " knobs at most");
		return -EINVAL;
	}
	knob = &set->knob[set->nr];
	err = nla_parse_nested(tb, KVMLAT_A_KNOB_MAX, attr, kvmlat_knob_nl_policy, extack) ?:
	      only_requests(tb, extack) ?:
	      get_of(attr, tb, &knob->of, extack) ?:
	      get_value(attr, tb, knob, extack);
	if (err)
		return err;
	for (i = 0; i < set->nr; i++) {
		const struct kvmlat_knob_of *other = &set->knob[i].of;

		if (other->id == knob->of.id && other->scope == knob->of.scope &&
		    other->vm_id == knob->of.vm_id && other->vcpu_id == knob->of.vcpu_id) {
			NL_SET_ERR_MSG_ATTR(extack, attr, "the same knob comes twice in one request");
			return -EINVAL;
		}
	}
	set->nr++;
	return 0;
}

static int get_knobs(struct genl_info *info, struct kvmlat_set *set)
{
	struct nlattr *attr;
	int rem, err;

	set->dry_run = info->attrs[KVMLAT_A_DRY_RUN];
	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem) {
		err = nla_type(attr) == KVMLAT_A_KNOB ? get_knob(attr, set, info->extack) : 0;
		if (err)
			return err;
	}
	if (set->nr)
		return 0;
	GENL_SET_ERR_MSG(info, "there is no knob in the request");
	return -EINVAL;
}

/* The module leaves: what would be changed now nobody would undo. */
static bool leaving;

static int set_and_fill(struct genl_info *info, struct kvmlat_set *set, struct sk_buff *skb)
{
	int err;
	u32 i;

	if (leaving) {
		GENL_SET_ERR_MSG(info, "the module is being unloaded");
		return -ENODEV;
	}
	err = get_knobs(info, set);
	if (err)
		return err;
	err = kvmlat_set_apply(set);
	if (err)
		return kvmlat_refuse(info->extack, set->knob[set->culprit].attr, set->why, err);
	if (set->change && nla_put_u32(skb, KVMLAT_A_CHANGE, set->change))
		return -EMSGSIZE;
	for (i = 0; i < set->nr; i++) {
		if (kvmlat_event_put_change(skb, &set->knob[i]))
			return -EMSGSIZE;
	}
	return 0;
}

static struct sk_buff *new_reply(struct genl_info *info, u8 cmd, void **head)
{
	struct sk_buff *skb = genlmsg_new(KVMLAT_MESSAGE_SIZE, GFP_KERNEL);

	if (!skb)
		return NULL;
	*head = genlmsg_put_reply(skb, info, &kvmlat_family, 0, cmd);
	if (*head)
		return skb;
	nlmsg_free(skb);
	return NULL;
}

int kvmlat_nl_knob_set_doit(struct sk_buff *unused, struct genl_info *info)
{
	struct kvmlat_set *set;
	struct sk_buff *skb;
	void *head;
	int err;

	err = kvmlat_may_change(unused, info->extack) ?:
	      kvmlat_filter_only(info->attrs, info->extack,
				 BIT(KVMLAT_A_KNOB) | BIT(KVMLAT_A_DRY_RUN));
	if (err)
		return err;
	set = kzalloc(sizeof(*set), GFP_KERNEL);
	/* First, so that what was done can always be told. */
	skb = new_reply(info, KVMLAT_CMD_KNOB_SET, &head);
	if (!set || !skb) {
		kfree(set);
		nlmsg_free(skb);
		return -ENOMEM;
	}
	mutex_lock(&kvmlat_mutex);
	err = set_and_fill(info, set, skb);
	mutex_unlock(&kvmlat_mutex);
	kfree(set);
	if (err) {
		nlmsg_free(skb);
		return err;
	}
	genlmsg_end(skb, head);
	return genlmsg_reply(skb, info);
}

struct undo {
	struct kvmlat_undo_report report;
	struct sk_buff *skb;
	u32 change;
	u32 action;
};

static void report_knob(struct kvmlat_undo_report *report, const struct kvmlat_knob_change *knob)
{
	struct undo *undo = container_of(report, struct undo, report);
	void *before;

	if (!report->dry_run)
		kvmlat_event_send(undo->change, undo->action, knob);
	if (!undo->skb)
		return;
	before = skb_tail_pointer(undo->skb);
	/* As many as fit, see linux/kvmlat.h. */
	if (kvmlat_event_put_change(undo->skb, knob))
		nlmsg_trim(undo->skb, before);
}

int kvmlat_nl_knob_undo_doit(struct sk_buff *unused, struct genl_info *info)
{
	struct nlattr *change = info->attrs[KVMLAT_A_CHANGE];
	struct undo undo = {
		.report = { .knob = report_knob, .dry_run = info->attrs[KVMLAT_A_DRY_RUN] },
		.change = change ? nla_get_u32(change) : 0,
		.action = KVMLAT_ACTION_UNDO,
	};
	void *head;
	int err;

	err = kvmlat_may_change(unused, info->extack) ?:
	      kvmlat_filter_only(info->attrs, info->extack,
				 BIT(KVMLAT_A_CHANGE) | BIT(KVMLAT_A_DRY_RUN));
	if (err)
		return err;
	undo.skb = new_reply(info, KVMLAT_CMD_KNOB_UNDO, &head);
	if (!undo.skb)
		return -ENOMEM;
	mutex_lock(&kvmlat_mutex);
	if (!change)
		kvmlat_undo_all(&undo.report);
	else if (!kvmlat_undo_one(undo.change, &undo.report))
		err = -ENOENT;
	mutex_unlock(&kvmlat_mutex);
	if (err) {
		NL_SET_ERR_MSG_ATTR(info->extack, change,
				    "no change with this id is in effect, or it is too old to be taken back alone");
		nlmsg_free(undo.skb);
		return err;
	}
	genlmsg_end(undo.skb, head);
	return genlmsg_reply(undo.skb, info);
}

void kvmlat_knob_exit(void)
{
	struct undo undo = {
		.report.knob = report_knob,
		.action = KVMLAT_ACTION_UNLOAD,
	};

	mutex_lock(&kvmlat_mutex);
	leaving = true;
	kvmlat_undo_all(&undo.report);
	kvmlat_undo_exit();
	mutex_unlock(&kvmlat_mutex);
}
