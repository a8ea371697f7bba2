// SPDX-License-Identifier: GPL-2.0-only
/* All knobs in all scopes, in as many messages as it takes. */
#include <linux/slab.h>
#include <net/genetlink.h>

#include "request.h"
#include "knob/check.h"
#include "knob-message.h"
#include "netlink-gen.h"
#include "knob.h"
#include "reply.h"
#include "vms.h"

/* A dump of knobs: first the host's, then by VM its own and those of its vCPUs. */
struct knob_dump {
	struct kvmlat_filter filter;
	u32 scopes;
	u32 knobs;
	u32 host;			/* next knob of the host */
	u32 vm_id;
	u32 index;			/* in the VM: 0 its own, else one more than the vCPU's */
};

int kvmlat_knob_dump_start(struct netlink_callback *cb)
{
	struct nlattr **attrs = genl_info_dump(cb)->attrs;
	struct knob_dump *d = kzalloc(sizeof(*d), GFP_KERNEL);

	if (!d)
		return -ENOMEM;
	kvmlat_filter_get(attrs, &d->filter);
	d->scopes = attrs[KVMLAT_A_SCOPE] ? BIT(nla_get_u32(attrs[KVMLAT_A_SCOPE])) : ~0U;
	if (d->filter.vm_id || d->filter.pid || d->filter.has_vcpu_id)
		d->scopes &= ~BIT(KVMLAT_SCOPE_HOST);
	if (d->filter.has_vcpu_id)
		d->scopes &= ~BIT(KVMLAT_SCOPE_VM);
	d->knobs = attrs[KVMLAT_A_WHICH_KNOB] ? BIT(nla_get_u32(attrs[KVMLAT_A_WHICH_KNOB])) :
						~0U;
	cb->args[0] = (long)d;
	return 0;
}

int kvmlat_knob_dump_done(struct netlink_callback *cb)
{
	kfree((struct knob_dump *)cb->args[0]);
	return 0;
}

static int dump_knob(struct sk_buff *skb, struct netlink_callback *cb, const struct knob_dump *d,
		     const struct kvmlat_knob_of *of)
{
	struct kvmlat_knob_value value;
	const char *why;
	void *head;
	int err;

	if (!(d->knobs & BIT(of->id)) ||
	    !(d->scopes & kvmlat_knobs[of->id].scopes & BIT(of->scope)))
		return 0;
	err = kvmlat_check_read(of, &value, &why);
	if (err == -ENOENT)
		return 0;
	head = kvmlat_reply_dump(skb, cb, KVMLAT_CMD_KNOB_GET);
	if (!head)
		return -EMSGSIZE;
	err = kvmlat_message_knob(skb, of, err, &value, why);
	if (err) {
		genlmsg_cancel(skb, head);
		return err;
	}
	genlmsg_end(skb, head);
	return 0;
}

/* Only one knob is of VMs and vCPUs, so an index is enough to go on. */
static int dump_vm_knobs(struct sk_buff *skb, struct netlink_callback *cb, struct knob_dump *d,
			 const struct kvmlat_vm *vm)
{
	struct kvmlat_knob_of of = {
		.id = KVMLAT_KNOB_HALT_POLL_NS,
		.scope = KVMLAT_SCOPE_VM,
		.vm_id = vm->id,
		.pid = vm->pid,
	};
	const struct kvmlat_vcpu *vcpu;
	int err;

	if (!d->index) {
		err = dump_knob(skb, cb, d, &of);
		if (err)
			return err;
		d->index = 1;
	}
	of.scope = KVMLAT_SCOPE_VCPU;
	list_for_each_entry(vcpu, &vm->vcpus, node) {
		if (vcpu->index + 1 < d->index || !kvmlat_filter_vcpu(&d->filter, vcpu))
			continue;
		of.vcpu_id = vcpu->vcpu_id;
		err = dump_knob(skb, cb, d, &of);
		if (err)
			return err;
		d->index = vcpu->index + 2;
	}
	return 0;
}

static int dump_all(struct sk_buff *skb, struct netlink_callback *cb, struct knob_dump *d)
{
	struct kvmlat_vm *vm;
	int err;

	for (; d->host <= KVMLAT_KNOB_MAX; d->host++) {
		struct kvmlat_knob_of of = { .id = d->host, .scope = KVMLAT_SCOPE_HOST };

		err = dump_knob(skb, cb, d, &of);
		if (err)
			return err;
	}
	kvmlat_vms_for_each(vm, d->filter.vm_id, d->filter.pid) {
		if (vm->id < d->vm_id || READ_ONCE(vm->gone))
			continue;
		if (vm->id > d->vm_id) {
			d->vm_id = vm->id;
			d->index = 0;
		}
		err = dump_vm_knobs(skb, cb, d, vm);
		if (err)
			return err;
	}
	return 0;
}

int kvmlat_nl_knob_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct knob_dump *d = (struct knob_dump *)cb->args[0];
	int err;

	mutex_lock(&kvmlat_mutex);
	cb->seq = kvmlat_vms_generation();
	err = dump_all(skb, cb, d);
	kvmlat_knob_done();
	mutex_unlock(&kvmlat_mutex);
	return skb->len ?: err;
}
