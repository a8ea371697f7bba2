// SPDX-License-Identifier: GPL-2.0-only
/* Handlers of the commands that change knobs; family.c has admitted who asks. */
#include <linux/slab.h>
#include <net/genetlink.h>

#include "event.h"
#include "knob.h"
#include "knob-message.h"
#include "knob/set.h"
#include "knob/undo.h"
#include "netlink-gen.h"
#include "reply.h"
#include "request.h"
#include "vms.h"

/* What KNOB_SET asks for, and of each knob the attribute that is at fault if it cannot be set. */
struct set_request {
	struct kvmlat_changes changes;
	const struct nlattr *attr[KVMLAT_KNOBS_MAX];
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
	return 0;
}

static int get_knob(struct nlattr *attr, struct set_request *request,
		    struct netlink_ext_ack *extack)
{
	struct nlattr *tb[KVMLAT_A_KNOB_MAX + 1];
	struct kvmlat_changes *changes = &request->changes;
	struct kvmlat_knob_change *knob;
	u32 i;
	int err;

	if (changes->nr == KVMLAT_KNOBS_MAX) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "one request can change "
				    __stringify(KVMLAT_KNOBS_MAX) " knobs at most");
		return -EINVAL;
	}
	knob = &changes->knob[changes->nr];
	err = nla_parse_nested(tb, KVMLAT_A_KNOB_MAX, attr, kvmlat_knob_nl_policy, extack) ?:
	      only_requests(tb, extack) ?:
	      get_of(attr, tb, &knob->of, extack) ?:
	      get_value(attr, tb, knob, extack);
	if (err)
		return err;
	for (i = 0; i < changes->nr; i++) {
		const struct kvmlat_knob_of *other = &changes->knob[i].of;

		if (other->id == knob->of.id && other->scope == knob->of.scope &&
		    other->vm_id == knob->of.vm_id && other->vcpu_id == knob->of.vcpu_id) {
			NL_SET_ERR_MSG_ATTR(extack, attr, "the same knob comes twice in one request");
			return -EINVAL;
		}
	}
	request->attr[changes->nr++] = tb[KVMLAT_A_KNOB_VALUE] ?: tb[KVMLAT_A_KNOB_INHERIT];
	return 0;
}

static int get_knobs(struct genl_info *info, struct set_request *request)
{
	struct nlattr *attr;
	int rem, err;

	request->changes.dry_run = info->attrs[KVMLAT_A_DRY_RUN];
	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem) {
		if (nla_type(attr) != KVMLAT_A_KNOB)
			continue;
		err = get_knob(attr, request, info->extack);
		if (err)
			return err;
	}
	if (request->changes.nr)
		return 0;
	GENL_SET_ERR_MSG(info, "there is no knob in the request");
	return -EINVAL;
}

/* The module leaves: what would be changed now nobody would undo. */
static bool leaving;

static int set_and_fill(struct genl_info *info, struct set_request *request, struct sk_buff *skb)
{
	struct kvmlat_changes *changes = &request->changes;
	int err;
	u32 i;

	if (leaving) {
		GENL_SET_ERR_MSG(info, "the module is being unloaded");
		return -ENODEV;
	}
	err = get_knobs(info, request);
	if (err)
		return err;
	err = kvmlat_changes_apply(changes);
	if (err)
		return kvmlat_refuse(info->extack, request->attr[changes->culprit],
				     changes->why, err);
	if (changes->change && nla_put_u32(skb, KVMLAT_A_CHANGE, changes->change))
		return -EMSGSIZE;
	for (i = 0; i < changes->nr; i++) {
		if (kvmlat_message_change(skb, &changes->knob[i]))
			return -EMSGSIZE;
	}
	return 0;
}

/* Told of each knob that is changed: the events, and a reply if there is one to fill. */
struct teller {
	struct kvmlat_report report;
	bool dry_run;
	struct sk_buff *skb;
};

static void tell(struct kvmlat_report *report, u32 id, u32 action,
		 const struct kvmlat_knob_change *change)
{
	struct teller *teller = container_of(report, struct teller, report);
	void *before;

	if (!teller->dry_run)
		kvmlat_event_send(id, action, change);
	if (!teller->skb)
		return;
	before = skb_tail_pointer(teller->skb);
	/* As many as fit, see linux/kvmlat.h. */
	if (kvmlat_message_change(teller->skb, change))
		nlmsg_trim(teller->skb, before);
}

int kvmlat_nl_knob_set_doit(struct sk_buff *unused, struct genl_info *info)
{
	/* The reply has the knobs in the request's order, once it is known that all are set. */
	struct teller teller = { .report.knob = tell };
	struct set_request *request;
	struct sk_buff *skb;
	void *head;
	int err;

	request = kzalloc(sizeof(*request), GFP_KERNEL);
	/* First, so that what was done can always be told. */
	skb = kvmlat_reply_new(info, KVMLAT_CMD_KNOB_SET, &head);
	if (!request || !skb) {
		kfree(request);
		nlmsg_free(skb);
		return -ENOMEM;
	}
	request->changes.report = &teller.report;
	mutex_lock(&kvmlat_mutex);
	err = set_and_fill(info, request, skb);
	kvmlat_knob_done();
	mutex_unlock(&kvmlat_mutex);
	kfree(request);
	if (err) {
		nlmsg_free(skb);
		return err;
	}
	return kvmlat_reply_send(info, skb, head);
}

int kvmlat_nl_knob_undo_doit(struct sk_buff *unused, struct genl_info *info)
{
	struct nlattr *change = info->attrs[KVMLAT_A_CHANGE];
	struct teller teller = {
		.report.knob = tell,
		.dry_run = info->attrs[KVMLAT_A_DRY_RUN],
	};
	const struct kvmlat_undo_request request = {
		.change = change ? nla_get_u32(change) : 0,
		.action = KVMLAT_ACTION_UNDO,
		.dry_run = teller.dry_run,
		.report = &teller.report,
	};
	void *head;
	bool met;

	teller.skb = kvmlat_reply_new(info, KVMLAT_CMD_KNOB_UNDO, &head);
	if (!teller.skb)
		return -ENOMEM;
	mutex_lock(&kvmlat_mutex);
	met = kvmlat_undo_apply(&request);
	kvmlat_knob_done();
	mutex_unlock(&kvmlat_mutex);
	if (!met) {
		NL_SET_ERR_MSG_ATTR(info->extack, change,
				    "no change with this id is in effect, or it is too old to be taken back alone");
		nlmsg_free(teller.skb);
		return -ENOENT;
	}
	return kvmlat_reply_send(info, teller.skb, head);
}

void kvmlat_knob_exit(void)
{
	struct teller teller = { .report.knob = tell };
	const struct kvmlat_undo_request request = {
		.action = KVMLAT_ACTION_UNLOAD,
		.report = &teller.report,
	};

	mutex_lock(&kvmlat_mutex);
	leaving = true;
	kvmlat_undo_apply(&request);
	kvmlat_undo_exit();
	kvmlat_knob_done();
	mutex_unlock(&kvmlat_mutex);
}
