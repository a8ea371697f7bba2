// SPDX-License-Identifier: GPL-2.0-only
/*
 * Watching for outliers and reading them; family.c has admitted who asks.
 *
 * A watch belongs to the socket that asked for it and ends with that, whoever closes it. Records
 * are fetched and never sent by themselves: who sends would have to be woken by the guest's own
 * thread, which is the one thing that is late already.
 */
#include <linux/mm.h>
#include <linux/netlink.h>
#include <linux/notifier.h>
#include <linux/slab.h>
#include <net/genetlink.h>
#include <net/net_namespace.h>

#include "clock.h"
#include "message.h"
#include "netlink-gen.h"
#include "outlier.h"
#include "reply.h"
#include "request.h"
#include "vms.h"
#include "watch.h"

/* A dump. It goes on after vCPU @index of the VM, of which @news is sent up to @next. */
struct outliers {
	u32 port;
	u32 vm_id;
	u32 index;
	bool begun;
	bool ended;
	u32 next;
	/* Of the vCPU that was begun, which may be forgotten since: */
	u32 pid;
	u32 vcpu_id;
	u32 tid;
	u64 threshold[KVMLAT_OUTLIER_KINDS];
	struct kvmlat_outliers_news news;
};

static int get_threshold(struct nlattr *attr, struct kvmlat_watch *watch,
			 struct netlink_ext_ack *extack)
{
	struct nlattr *tb[KVMLAT_A_THRESHOLD_MAX + 1];
	int err;
	u32 kind;

	err = nla_parse_nested(tb, KVMLAT_A_THRESHOLD_MAX, attr, kvmlat_threshold_nl_policy,
			       extack);
	if (err)
		return err;
	if (!tb[KVMLAT_A_THRESHOLD_KIND] || !tb[KVMLAT_A_THRESHOLD_NS]) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "a threshold needs a kind and ns");
		return -EINVAL;
	}
	kind = nla_get_u32(tb[KVMLAT_A_THRESHOLD_KIND]);
	if (watch->threshold[kind] != KVMLAT_UNWATCHED) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "the same kind has two thresholds in one request");
		return -EINVAL;
	}
	watch->threshold[kind] = nla_get_u64(tb[KVMLAT_A_THRESHOLD_NS]);
	if (watch->threshold[kind] != KVMLAT_UNWATCHED)
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, attr, "nothing is longer than this threshold, leave it out");
	return -ERANGE;
}

static int get_watch(struct genl_info *info, struct kvmlat_watch *watch, u32 *kinds)
{
	struct kvmlat_filter filter;
	struct nlattr *attr;
	int rem, err;

	kvmlat_filter_get(info->attrs, &filter);
	*watch = (struct kvmlat_watch) {
		.vm_id = filter.vm_id,
		.pid = filter.pid,
		.vcpu_id = filter.vcpu_id,
		.has_vcpu_id = filter.has_vcpu_id,
	};
	memset(watch->threshold, 0xff, sizeof(watch->threshold));
	*kinds = 0;
	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem) {
		if (nla_type(attr) != KVMLAT_A_THRESHOLD)
			continue;
		err = get_threshold(attr, watch, info->extack);
		if (err)
			return err;
		(*kinds)++;
	}
	return 0;
}

int kvmlat_nl_outlier_watch_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct kvmlat_watch watch;
	u32 kinds;
	int err;

	err = get_watch(info, &watch, &kinds);
	if (err)
		return err;
	mutex_lock(&kvmlat_mutex);
	if (kinds)
		err = kvmlat_outlier_watch(info->snd_portid, &watch);
	else
		kvmlat_outlier_unwatch(info->snd_portid);
	mutex_unlock(&kvmlat_mutex);
	if (err == -EBUSY)
		GENL_SET_ERR_MSG(info, __stringify(KVMLAT_WATCHERS_MAX)
				 " others watch for outliers already, no more can");
	else if (err)
		GENL_SET_ERR_MSG(info, "no memory for the outliers of all vCPUs");
	return err;
}

int kvmlat_outlier_dump_start(struct netlink_callback *cb)
{
	u32 port = NETLINK_CB(cb->skb).portid;
	struct netlink_ext_ack own = {};
	struct outliers *d;

	if (!kvmlat_outlier_is_port(port))
		return compat_dump_refuse(cb, &own,
					  kvmlat_refuse(compat_dump_extack(cb, &own), NULL,
							"this socket watches for no outliers",
							-ENOENT));
	d = kvzalloc(sizeof(*d), GFP_KERNEL);
	if (!d)
		return -ENOMEM;
	d->port = port;
	cb->args[0] = (long)d;
	return 0;
}

int kvmlat_outlier_dump_done(struct netlink_callback *cb)
{
	kvfree((struct outliers *)cb->args[0]);
	return 0;
}

static int put_u64(struct sk_buff *skb, int type, u64 value)
{
	return nla_put_u64_64bit(skb, type, value, KVMLAT_A_OUTLIER_PAD);
}

static int put_record(struct sk_buff *skb, const struct outliers *d)
{
	const struct kvmlat_outlier *r = &d->news.record[d->next];
	struct nlattr *nest = nla_nest_start(skb, KVMLAT_A_OUTLIER);
	u64 dropped = d->next ? 0 : d->news.dropped;

	if (!nest || nla_put_u32(skb, KVMLAT_A_OUTLIER_VM_ID, d->vm_id) ||
	    nla_put_u32(skb, KVMLAT_A_OUTLIER_PID, d->pid) ||
	    nla_put_u32(skb, KVMLAT_A_OUTLIER_VCPU_ID, d->vcpu_id) ||
	    nla_put_u32(skb, KVMLAT_A_OUTLIER_TID, d->tid) ||
	    (dropped && put_u64(skb, KVMLAT_A_OUTLIER_DROPPED, dropped)) ||
	    put_u64(skb, KVMLAT_A_OUTLIER_THRESHOLD, d->threshold[r->kind]) ||
	    kvmlat_message_outlier(skb, r))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/* What is left of the vCPU that was begun. */
static int dump_news(struct sk_buff *skb, struct netlink_callback *cb, struct outliers *d)
{
	while (d->begun && d->next < d->news.nr) {
		void *head = kvmlat_reply_dump(skb, cb, KVMLAT_CMD_OUTLIER_GET);

		if (!head)
			return -EMSGSIZE;
		if (put_record(skb, d)) {
			genlmsg_cancel(skb, head);
			return -EMSGSIZE;
		}
		genlmsg_end(skb, head);
		d->next++;
	}
	d->begun = false;
	return 0;
}

static int dump_vm(struct sk_buff *skb, struct netlink_callback *cb, struct outliers *d,
		   const struct kvmlat_vm *vm, u32 watcher)
{
	struct kvmlat_vcpu *vcpu;
	int err;

	list_for_each_entry_rcu(vcpu, &vm->vcpus, node, lockdep_is_held(&kvmlat_mutex)) {
		if (vcpu->index < d->index)
			continue;
		d->index = vcpu->index + 1;
		if (!kvmlat_outlier_read(vcpu, watcher, &d->news))
			continue;
		d->pid = vm->pid;
		d->vcpu_id = vcpu->vcpu_id;
		d->tid = READ_ONCE(vcpu->tid);
		d->next = 0;
		d->begun = true;
		err = dump_news(skb, cb, d);
		if (err)
			return err;
	}
	return 0;
}

static int dump_end(struct sk_buff *skb, struct netlink_callback *cb, struct outliers *d,
		    u32 watcher)
{
	void *head = kvmlat_reply_dump(skb, cb, KVMLAT_CMD_OUTLIER_GET);
	struct nlattr *nest;

	if (!head)
		return -EMSGSIZE;
	nest = nla_nest_start(skb, KVMLAT_A_END);
	if (!nest || nla_put_u64_64bit(skb, KVMLAT_A_END_NOW, kvmlat_clock_ordered(),
				       KVMLAT_A_END_PAD) ||
	    nla_put_u64_64bit(skb, KVMLAT_A_END_DROPPED, kvmlat_outlier_dropped(watcher),
			      KVMLAT_A_END_PAD)) {
		genlmsg_cancel(skb, head);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	genlmsg_end(skb, head);
	d->ended = true;
	return 0;
}

static int dump(struct sk_buff *skb, struct netlink_callback *cb, struct outliers *d)
{
	int w = kvmlat_outlier_watcher(d->port), err;
	struct kvmlat_vm *vm;
	u32 kind;

	/* It stopped watching meanwhile. */
	if (w < 0)
		return 0;
	for (kind = 0; kind < KVMLAT_OUTLIER_KINDS; kind++)
		d->threshold[kind] = kvmlat_outlier_threshold(w, kind);
	err = dump_news(skb, cb, d);
	/* In the order of their ids, as they were learned. */
	kvmlat_vms_for_each(vm, 0, 0) {
		if (err)
			return err;
		if (vm->id < d->vm_id)
			continue;
		if (vm->id > d->vm_id) {
			d->vm_id = vm->id;
			d->index = 0;
		}
		err = dump_vm(skb, cb, d, vm, w);
	}
	return err ?: dump_end(skb, cb, d, w);
}

int kvmlat_nl_outlier_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct outliers *d = (struct outliers *)cb->args[0];
	int err;

	if (d->ended)
		return 0;
	mutex_lock(&kvmlat_mutex);
	err = dump(skb, cb, d);
	mutex_unlock(&kvmlat_mutex);
	return err && err != -EMSGSIZE ? err : skb->len ?: err;
}

/* A socket is closed, perhaps with its process. May sleep. */
static int released(struct notifier_block *nb, unsigned long event, void *data)
{
	const struct netlink_notify *n = data;

	if (event != NETLINK_URELEASE || n->protocol != NETLINK_GENERIC || n->net != &init_net ||
	    !kvmlat_outlier_is_port(n->portid))
		return NOTIFY_DONE;
	mutex_lock(&kvmlat_mutex);
	kvmlat_outlier_unwatch(n->portid);
	mutex_unlock(&kvmlat_mutex);
	return NOTIFY_OK;
}

static struct notifier_block released_nb = { .notifier_call = released };

int kvmlat_outlier_netlink_init(void)
{
	return netlink_register_notifier(&released_nb);
}

void kvmlat_outlier_netlink_exit(void)
{
	netlink_unregister_notifier(&released_nb);
}
