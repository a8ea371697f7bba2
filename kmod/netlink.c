// SPDX-License-Identifier: GPL-2.0-only
/* Handlers of the generic netlink family; the contract is in linux/kvmlat.h. */
#include <linux/capability.h>
#include <linux/delay.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <net/genetlink.h>

#include "clock.h"
#include "message.h"
#include "netlink.h"
#include "netlink-gen.h"
#include "probe.h"
#include "vcpu.h"

/* Size of a message: any row with a full histogram fits several times. */
#define MESSAGE_SIZE	16384

/* A reader waits so often 100 us for a writer whose virtual CPU does not run: a second. */
#define READ_WAITS	10000

static struct genl_family family;

/* A dump of VMs or vCPUs. A VM and an index in it name where it goes on. */
struct dump {
	struct kvmlat_filter filter;
	u32 vm_id;
	u32 index;
	bool begun;			/* snap is of vCPU index, rows up to row are sent */
	u32 row;
	struct kvmlat_snap *snap;
};

static int may_read(struct sk_buff *skb, struct netlink_ext_ack *extack)
{
	if (netlink_capable(skb, CAP_PERFMON) || netlink_capable(skb, CAP_SYS_ADMIN))
		return 0;
	NL_SET_ERR_MSG(extack, "reading needs CAP_PERFMON or CAP_SYS_ADMIN in the initial user namespace");
	return -EPERM;
}

static int may_change(struct sk_buff *skb, struct netlink_ext_ack *extack)
{
	if (netlink_capable(skb, CAP_SYS_ADMIN))
		return 0;
	NL_SET_ERR_MSG(extack, "reset needs CAP_SYS_ADMIN in the initial user namespace");
	return -EPERM;
}

/* The policy is one for all commands, so what a command does not know is found here. */
static int only(struct nlattr **attrs, struct netlink_ext_ack *extack, unsigned long allowed)
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

#define VM_ATTRS	(BIT(KVMLAT_A_VM_ID) | BIT(KVMLAT_A_PID))
#define VCPU_ATTRS	(VM_ATTRS | BIT(KVMLAT_A_VCPU_ID) | BIT(KVMLAT_A_CODE) | \
			 BIT(KVMLAT_A_HISTOGRAMS))

static void get_filter(struct nlattr **attrs, struct kvmlat_filter *filter)
{
	*filter = (struct kvmlat_filter) {
		.has_vcpu_id = attrs[KVMLAT_A_VCPU_ID],
		.has_code = attrs[KVMLAT_A_CODE],
		.histograms = attrs[KVMLAT_A_HISTOGRAMS],
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

static bool wants_vm(const struct kvmlat_filter *filter, const struct kvmlat_vm *vm)
{
	return (!filter->vm_id || filter->vm_id == vm->id) &&
	       (!filter->pid || filter->pid == vm->pid);
}

static bool wants_vcpu(const struct kvmlat_filter *filter, const struct kvmlat_vcpu *vcpu)
{
	return !filter->has_vcpu_id || filter->vcpu_id == vcpu->vcpu_id;
}

/* A reply to a "do"; @fill puts the nest into it. */
static int reply(struct genl_info *info, u8 cmd,
		 int (*fill)(struct sk_buff *skb, const void *what), const void *what)
{
	struct sk_buff *skb = genlmsg_new(MESSAGE_SIZE, GFP_KERNEL);
	void *head;
	int err;

	if (!skb)
		return -ENOMEM;
	head = genlmsg_put_reply(skb, info, &family, 0, cmd);
	err = head ? fill(skb, what) : -EMSGSIZE;
	if (err) {
		nlmsg_free(skb);
		return err;
	}
	genlmsg_end(skb, head);
	return genlmsg_reply(skb, info);
}

int kvmlat_nl_info_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *abi = info->attrs[KVMLAT_A_ABI];
	struct kvmlat_counts counts;
	int err;

	err = may_read(skb, info->extack) ?: only(info->attrs, info->extack, BIT(KVMLAT_A_ABI));
	if (err)
		return err;
	if (abi && nla_get_u32(abi) != KVMLAT_ABI) {
		NL_SET_ERR_MSG_ATTR(info->extack, abi,
				    "this module speaks ABI " __stringify(KVMLAT_ABI) " only, install the command and the module of the same release");
		return -EPROTO;
	}
	mutex_lock(&kvmlat_mutex);
	kvmlat_vcpu_count(&counts);
	mutex_unlock(&kvmlat_mutex);
	return reply(info, KVMLAT_CMD_INFO, kvmlat_message_info, &counts);
}

static int fill_vm(struct sk_buff *skb, const void *vm)
{
	return kvmlat_message_vm(skb, vm);
}

int kvmlat_nl_vm_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct kvmlat_vm *vm, *found = NULL;
	struct kvmlat_filter filter;
	int err;

	err = may_read(skb, info->extack) ?: only(info->attrs, info->extack, VM_ATTRS);
	if (err)
		return err;
	get_filter(info->attrs, &filter);
	mutex_lock(&kvmlat_mutex);
	list_for_each_entry(vm, &kvmlat_vms, node) {
		if (!wants_vm(&filter, vm))
			continue;
		if (found) {
			GENL_SET_ERR_MSG(info, "more than one VM is meant, name it by its id");
			err = -EINVAL;
			break;
		}
		found = vm;
	}
	if (!err && !found) {
		GENL_SET_ERR_MSG(info, "there is no such VM, or none of its vCPUs ran since the module was loaded");
		err = -ENOENT;
	}
	if (!err)
		err = reply(info, KVMLAT_CMD_VM_GET, fill_vm, found);
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

	err = kvmlat_message_vcpu(skb, one->vcpu, one->snap, one->filter, &row);
	return err ?: row < one->snap->rows ? -EMSGSIZE : 0;
}

static int find_one(const struct kvmlat_filter *filter, struct netlink_ext_ack *extack,
		    const struct kvmlat_vcpu **found)
{
	struct kvmlat_vcpu *vcpu;
	struct kvmlat_vm *vm;

	*found = NULL;
	list_for_each_entry(vm, &kvmlat_vms, node) {
		if (!wants_vm(filter, vm))
			continue;
		list_for_each_entry(vcpu, &vm->vcpus, node) {
			if (!wants_vcpu(filter, vcpu))
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
	NL_SET_ERR_MSG(extack, "there is no such vCPU, or it did not run since the module was loaded");
	return -ENOENT;
}

static int read_vcpu(const struct kvmlat_vcpu *vcpu, struct kvmlat_snap *snap,
		     struct netlink_ext_ack *extack)
{
	u32 i;

	/* Rows of another vCPU must not be taken for this one's. */
	for (i = 0; i < ARRAY_SIZE(snap->row); i++)
		snap->row[i].cell = NULL;
	for (i = 0; i < READ_WAITS; i++) {
		if (kvmlat_ledger_read(&vcpu->ledger, snap, kvmlat_clock_ordered))
			return 0;
		usleep_range(100, 200);
	}
	NL_SET_ERR_MSG(extack, "the vCPU's account did not hold still long enough to be read");
	return -EBUSY;
}

int kvmlat_nl_vcpu_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct kvmlat_filter filter;
	struct one_vcpu one = { .filter = &filter };
	int err;

	err = may_read(skb, info->extack) ?: only(info->attrs, info->extack, VCPU_ATTRS);
	if (err)
		return err;
	get_filter(info->attrs, &filter);
	if (filter.histograms && !filter.has_code) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[KVMLAT_A_HISTOGRAMS],
				    "one message does not hold all histograms, name an exit reason or ask for a dump");
		return -EINVAL;
	}
	one.snap = kvmalloc(sizeof(*one.snap), GFP_KERNEL);
	if (!one.snap)
		return -ENOMEM;
	mutex_lock(&kvmlat_mutex);
	err = find_one(&filter, info->extack, &one.vcpu) ?:
	      read_vcpu(one.vcpu, one.snap, info->extack) ?:
	      reply(info, KVMLAT_CMD_VCPU_GET, fill_vcpu, &one);
	mutex_unlock(&kvmlat_mutex);
	kvfree(one.snap);
	return err;
}

static int start(struct netlink_callback *cb, unsigned long allowed, bool with_snap)
{
	struct nlattr **attrs = genl_info_dump(cb)->attrs;
	struct netlink_ext_ack own = {};
	struct netlink_ext_ack *extack = compat_dump_extack(cb, &own);
	struct dump *d;
	int err;

	err = may_read(cb->skb, extack) ?: only(attrs, extack, allowed);
	if (err)
		return compat_dump_refuse(cb, &own, err);
	d = kzalloc(sizeof(*d), GFP_KERNEL);
	if (!d)
		return -ENOMEM;
	if (with_snap) {
		d->snap = kvmalloc(sizeof(*d->snap), GFP_KERNEL);
		if (!d->snap) {
			kfree(d);
			return -ENOMEM;
		}
	}
	get_filter(attrs, &d->filter);
	cb->args[0] = (long)d;
	/* The first message of a dump is otherwise as small as the caller's last one. */
	cb->min_dump_alloc = MESSAGE_SIZE;
	return 0;
}

static int start_vms(struct netlink_callback *cb)
{
	return start(cb, VM_ATTRS, false);
}

static int start_vcpus(struct netlink_callback *cb)
{
	return start(cb, VCPU_ATTRS, true);
}

static int done(struct netlink_callback *cb)
{
	struct dump *d = (struct dump *)cb->args[0];

	if (d)
		kvfree(d->snap);
	kfree(d);
	return 0;
}

static void *put_head(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd)
{
	void *head = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq, &family,
				 NLM_F_MULTI, cmd);

	if (head)
		genl_dump_check_consistent(cb, head);
	return head;
}

int kvmlat_nl_vm_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct dump *d = (struct dump *)cb->args[0];
	struct kvmlat_vm *vm;
	int err = 0;

	mutex_lock(&kvmlat_mutex);
	cb->seq = kvmlat_vcpu_generation();
	/* In the order of their ids, as they were learned. */
	list_for_each_entry(vm, &kvmlat_vms, node) {
		void *head;

		if (vm->id <= d->vm_id || !wants_vm(&d->filter, vm))
			continue;
		head = put_head(skb, cb, KVMLAT_CMD_VM_GET);
		err = head ? kvmlat_message_vm(skb, vm) : -EMSGSIZE;
		if (err) {
			if (head)
				genlmsg_cancel(skb, head);
			break;
		}
		genlmsg_end(skb, head);
		d->vm_id = vm->id;
	}
	mutex_unlock(&kvmlat_mutex);
	return skb->len ?: err;
}

/* As many messages of one vCPU as fit. */
static int dump_vcpu(struct sk_buff *skb, struct netlink_callback *cb, struct dump *d,
		     const struct kvmlat_vcpu *vcpu)
{
	void *head;
	int err;

	if (!d->begun) {
		err = read_vcpu(vcpu, d->snap, cb->extack);
		if (err)
			return err;
		d->begun = true;
		d->row = 0;
	}
	do {
		head = put_head(skb, cb, KVMLAT_CMD_VCPU_GET);
		if (!head)
			return -EMSGSIZE;
		err = kvmlat_message_vcpu(skb, vcpu, d->snap, &d->filter, &d->row);
		if (err) {
			genlmsg_cancel(skb, head);
			return err;
		}
		genlmsg_end(skb, head);
	} while (d->row < d->snap->rows);
	d->begun = false;
	return 0;
}

static int dump_vm(struct sk_buff *skb, struct netlink_callback *cb, struct dump *d,
		   const struct kvmlat_vm *vm)
{
	const struct kvmlat_vcpu *vcpu;
	int err;

	list_for_each_entry(vcpu, &vm->vcpus, node) {
		if (vcpu->index < d->index || !wants_vcpu(&d->filter, vcpu))
			continue;
		/* The vCPU that was begun is always the first one to go on with. */
		d->index = vcpu->index;
		err = dump_vcpu(skb, cb, d, vcpu);
		if (err)
			return err;
		d->index++;
	}
	return 0;
}

int kvmlat_nl_vcpu_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct dump *d = (struct dump *)cb->args[0];
	struct kvmlat_vm *vm;
	int err = 0;

	mutex_lock(&kvmlat_mutex);
	cb->seq = kvmlat_vcpu_generation();
	list_for_each_entry(vm, &kvmlat_vms, node) {
		if (vm->id < d->vm_id || !wants_vm(&d->filter, vm))
			continue;
		if (vm->id > d->vm_id) {
			/* The VM in whose middle we were may be gone, with its vCPU. */
			d->vm_id = vm->id;
			d->index = 0;
			d->begun = false;
		}
		err = dump_vm(skb, cb, d, vm);
		if (err)
			break;
	}
	mutex_unlock(&kvmlat_mutex);
	return err && err != -EMSGSIZE ? err : skb->len ?: err;
}

int kvmlat_nl_reset_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct kvmlat_filter filter;
	int err;

	err = may_change(skb, info->extack) ?: only(info->attrs, info->extack, VM_ATTRS);
	if (err)
		return err;
	get_filter(info->attrs, &filter);
	if (!kvmlat_vcpu_reset(filter.vm_id, filter.pid) && (filter.vm_id || filter.pid)) {
		GENL_SET_ERR_MSG(info, "there is no such VM, or none of its vCPUs ran since the module was loaded");
		return -ENOENT;
	}
	return 0;
}

/*
 * The generator makes small ops, the widest form that 6.1 and 7.x both take, but those have
 * no room for start and done. So the table is widened here.
 */
static struct genl_ops ops[ARRAY_SIZE(kvmlat_nl_ops)];

static struct genl_family family __ro_after_init = {
	.name		= KVMLAT_FAMILY_NAME,
	.version	= KVMLAT_FAMILY_VERSION,
	.module		= THIS_MODULE,
	.maxattr	= ARRAY_SIZE(kvmlat_main_nl_policy) - 1,
	.policy		= kvmlat_main_nl_policy,
	.ops		= ops,
	.n_ops		= ARRAY_SIZE(ops),
	.parallel_ops	= true,
};

int __init kvmlat_netlink_init(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ops); i++) {
		const struct genl_small_ops *small = &kvmlat_nl_ops[i];

		ops[i] = (struct genl_ops) {
			.cmd = small->cmd,
			.flags = small->flags,
			.validate = small->validate,
			.doit = small->doit,
			.dumpit = small->dumpit,
			.done = small->dumpit ? done : NULL,
		};
		if (small->dumpit)
			ops[i].start = small->cmd == KVMLAT_CMD_VCPU_GET ? start_vcpus : start_vms;
	}
	return genl_register_family(&family);
}

void kvmlat_netlink_exit(void)
{
	genl_unregister_family(&family);
}
