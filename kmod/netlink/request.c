// SPDX-License-Identifier: GPL-2.0-only
/* Who may ask, with which attributes, and what the answer is about. */
#include <linux/capability.h>
#include <net/genetlink.h>

#include "request.h"
#include "netlink-gen.h"
#include "vcpu.h"

int kvmlat_may_read(struct sk_buff *skb, struct netlink_ext_ack *extack)
{
	if (netlink_capable(skb, CAP_PERFMON) || netlink_capable(skb, CAP_SYS_ADMIN))
		return 0;
	NL_SET_ERR_MSG(extack, "reading needs CAP_PERFMON or CAP_SYS_ADMIN in the initial user namespace");
	return -EPERM;
}

int kvmlat_may_change(struct sk_buff *skb, struct netlink_ext_ack *extack)
{
	if (netlink_capable(skb, CAP_SYS_ADMIN))
		return 0;
	NL_SET_ERR_MSG(extack, "changing needs CAP_SYS_ADMIN in the initial user namespace");
	return -EPERM;
}

/* The policy is one for all commands, so what a command does not know is found here. */
int kvmlat_request_only(struct nlattr **attrs, struct netlink_ext_ack *extack,
			unsigned long allowed)
{
	int i;

	for (i = 1; i < (int)ARRAY_SIZE(kvmlat_main_nl_policy); i++) {
		if (!attrs[i] || (allowed & BIT(i)))
			continue;
		NL_SET_ERR_MSG_ATTR(extack, attrs[i], "this command does not take this attribute");
		return -EINVAL;
	}
	return 0;
}

void kvmlat_filter_get(struct nlattr **attrs, struct kvmlat_filter *filter)
{
	*filter = (struct kvmlat_filter) {
		.has_vcpu_id = attrs[KVMLAT_A_VCPU_ID],
		.has_code = attrs[KVMLAT_A_CODE],
		.histograms = attrs[KVMLAT_A_HISTOGRAMS],
		.details = attrs[KVMLAT_A_DETAILS],
	};
	if (attrs[KVMLAT_A_VM_ID])
		filter->vm_id = nla_get_u32(attrs[KVMLAT_A_VM_ID]);
	if (attrs[KVMLAT_A_PID])
		filter->pid = nla_get_u32(attrs[KVMLAT_A_PID]);
	if (filter->has_vcpu_id)
		filter->vcpu_id = nla_get_u32(attrs[KVMLAT_A_VCPU_ID]);
	if (filter->has_code)
		filter->code = nla_get_u32(attrs[KVMLAT_A_CODE]);
}

bool kvmlat_filter_vcpu(const struct kvmlat_filter *filter, const struct kvmlat_vcpu *vcpu)
{
	return !filter->has_vcpu_id || filter->vcpu_id == vcpu->vcpu_id;
}

int kvmlat_refuse(struct netlink_ext_ack *extack, const struct nlattr *attr, const char *why,
		  int err)
{
	extack->_msg = why;
	if (attr)
		NL_SET_BAD_ATTR(extack, attr);
	return err;
}
