// SPDX-License-Identifier: GPL-2.0-only
/* Handlers of the commands about accounts; family.c has admitted who asks. */
#include <linux/mm.h>
#include <linux/slab.h>
#include <net/genetlink.h>

#include "collect.h"
#include "dump.h"
#include "ledger/snapshot.h"
#include "message.h"
#include "modules.h"
#include "netlink-gen.h"
#include "reply.h"
#include "request.h"
#include "vms.h"

/* A reply to a "do"; @fill puts the nest into it. */
static int reply(struct genl_info *info, u8 cmd,
		 int (*fill)(struct sk_buff *skb, const void *what), const void *what)
{
	struct sk_buff *skb;
	void *head;
	int err;

	skb = kvmlat_reply_new(info, cmd, &head);
	if (!skb)
		return -ENOMEM;
	err = fill(skb, what);
	if (err) {
		nlmsg_free(skb);
		return err;
	}
	return kvmlat_reply_send(info, skb, head);
}

int kvmlat_nl_info_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *abi = info->attrs[KVMLAT_A_ABI];
	struct kvmlat_counts counts;

	if (abi && nla_get_u32(abi) != KVMLAT_ABI) {
		NL_SET_ERR_MSG_ATTR(info->extack, abi,
				    "this module speaks ABI " __stringify(KVMLAT_ABI) " only, install the command and the module of the same release");
		return -EPROTO;
	}
	kvmlat_modules_sweep();
	mutex_lock(&kvmlat_mutex);
	kvmlat_vms_count(&counts);
	mutex_unlock(&kvmlat_mutex);
	return reply(info, KVMLAT_CMD_INFO, kvmlat_message_info, &counts);
}

static int fill_vm(struct sk_buff *skb, const void *vm)
{
	return kvmlat_message_vm(skb, vm);
}

int kvmlat_nl_vm_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct kvmlat_filter filter;
	struct kvmlat_vm *vm;
	const char *why;
	int err;

	kvmlat_filter_get(info->attrs, &filter);
	mutex_lock(&kvmlat_mutex);
	vm = kvmlat_vms_find(filter.vm_id, filter.pid, false, &why);
	err = IS_ERR(vm) ? kvmlat_refuse(info->extack, NULL, why, PTR_ERR(vm)) :
			   reply(info, KVMLAT_CMD_VM_GET, fill_vm, vm);
	mutex_unlock(&kvmlat_mutex);
	return err;
}

struct one_vcpu {
	const struct kvmlat_filter *filter;
	const struct kvmlat_vcpu *vcpu;
	struct kvmlat_snap *snap;
};

static int fill_vcpu(struct sk_buff *skb, const void *what)
{
	const struct one_vcpu *one = what;
	u32 row = 0;
	int err;

	err = kvmlat_message_vcpu(skb, one->snap, NULL, one->filter, &row);
	return err ?: row < kvmlat_message_rows(one->snap, one->filter) ? -EMSGSIZE : 0;
}

static int find_one(const struct kvmlat_filter *filter, struct netlink_ext_ack *extack,
		    const struct kvmlat_vcpu **found)
{
	struct kvmlat_vcpu *vcpu;
	struct kvmlat_vm *vm;

	*found = NULL;
	kvmlat_vms_for_each(vm, filter->vm_id, filter->pid) {
		list_for_each_entry(vcpu, &vm->vcpus, node) {
			if (!kvmlat_filter_vcpu(filter, vcpu))
				continue;
			if (*found) {
				NL_SET_ERR_MSG(extack, "more than one vCPU is meant, name the VM by its id and the vCPU");
				return -EINVAL;
			}
			*found = vcpu;
		}
	}
	if (*found)
		return 0;
	return kvmlat_refuse(extack, NULL, kvmlat_vms_no_vcpu, -ENOENT);
}

int kvmlat_nl_vcpu_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct kvmlat_filter filter;
	struct one_vcpu one = { .filter = &filter };
	u32 waits = KVMLAT_DUMP_WAITS;
	int err;

	kvmlat_filter_get(info->attrs, &filter);
	if (filter.histograms && !filter.has_code) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[KVMLAT_A_HISTOGRAMS],
				    "one message does not hold all histograms, name an exit reason or ask for a dump");
		return -EINVAL;
	}
	if (filter.details) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[KVMLAT_A_DETAILS],
				    "one message does not hold all details, ask for a dump");
		return -EINVAL;
	}
	if (info->attrs[KVMLAT_A_CURSOR]) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[KVMLAT_A_CURSOR],
				    "what changed since a cursor only a dump tells, ask for one");
		return -EINVAL;
	}
	one.snap = kvmalloc(sizeof(*one.snap), GFP_KERNEL);
	if (!one.snap)
		return -ENOMEM;
	one.snap->histograms = filter.histograms;
	one.snap->look = NULL;
	mutex_lock(&kvmlat_mutex);
	err = find_one(&filter, info->extack, &one.vcpu);
	if (!err) {
		kvmlat_dump_read(one.vcpu, one.snap, &waits);
		err = reply(info, KVMLAT_CMD_VCPU_GET, fill_vcpu, &one);
	}
	mutex_unlock(&kvmlat_mutex);
	kvfree(one.snap);
	return err;
}

int kvmlat_nl_reset_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct kvmlat_filter filter;

	kvmlat_filter_get(info->attrs, &filter);
	if (!kvmlat_vms_reset(filter.vm_id, filter.pid) && (filter.vm_id || filter.pid))
		return kvmlat_refuse(info->extack, NULL, kvmlat_vms_none(false), -ENOENT);
	return 0;
}

int kvmlat_nl_detail_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct kvmlat_filter filter;
	struct kvmlat_vm *vm;
	bool met = false, on;
	int err = 0;

	if (GENL_REQ_ATTR_CHECK(info, KVMLAT_A_SWITCH)) {
		GENL_SET_ERR_MSG(info, "the switch is missing: 1 turns details on, 0 off");
		return -EINVAL;
	}
	on = nla_get_u32(info->attrs[KVMLAT_A_SWITCH]);
	kvmlat_filter_get(info->attrs, &filter);
	mutex_lock(&kvmlat_mutex);
	kvmlat_vms_for_each(vm, filter.vm_id, filter.pid) {
		if (READ_ONCE(vm->gone))
			continue;
		met = true;
		err = on ? kvmlat_collect_on(vm) : 0;
		if (err)
			break;
	}
	if (!on)
		kvmlat_collect_off(filter.vm_id, filter.pid);
	mutex_unlock(&kvmlat_mutex);
	if (!met && (filter.vm_id || filter.pid))
		return kvmlat_refuse(info->extack, NULL, kvmlat_vms_none(true), -ENOENT);
	if (err)
		GENL_SET_ERR_MSG(info, "no memory for the details of all vCPUs");
	return err;
}
