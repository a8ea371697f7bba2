// SPDX-License-Identifier: GPL-2.0-only
/* Dumps: all VMs or vCPUs, in as many messages as it takes. */
#include <linux/delay.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <net/genetlink.h>

#include "clock.h"
#include "ledger/detail.h"
#include "ledger/look.h"
#include "dump.h"
#include "request.h"
#include "message.h"
#include "modules.h"
#include "netlink-gen.h"
#include "ledger/snapshot.h"
#include "reply.h"
#include "vms.h"

/*
 * A dump of VMs or vCPUs. A VM and an index in it name where it goes on. Between two messages
 * the vCPU itself may be freed, but not without a new generation: as long as that is the same,
 * it need not be searched for.
 */
struct dump {
	struct kvmlat_filter filter;
	u32 vm_id;
	u32 index;
	u32 generation;
	struct kvmlat_vcpu *vcpu;	/* the last one that was begun, NULL at first */
	bool begun;			/* snap is of vCPU index, rows up to row are sent */
	u32 row;
	u32 waits;			/* so often it may still wait for a writer, in all */
	struct kvmlat_snap *snap;
	/* Of one with a cursor: */
	bool follows;
	bool ended;
	u64 cursor;
	u64 now;			/* before its first look, 0 until then */
	struct kvmlat_looking looking;
};

static struct kvmlat_looks looks;

void kvmlat_dump_read(const struct kvmlat_vcpu *vcpu, struct kvmlat_snap *snap, u32 *waits)
{
	u32 i;

	/* Rows of another vCPU must not be taken for this one's. */
	for (i = 0; i < ARRAY_SIZE(snap->row); i++)
		snap->row[i].cell = NULL;
	snap->vm_id = vcpu->vm->id;
	snap->pid = vcpu->vm->pid;
	snap->vcpu_id = vcpu->vcpu_id;
	snap->tid = READ_ONCE(vcpu->tid);
	snap->has_details = vcpu->ledger.detail;
	snap->details_since = snap->has_details ? READ_ONCE(vcpu->ledger.detail->since) : 0;
	while (!kvmlat_snapshot_take(&vcpu->ledger, snap, kvmlat_clock_ordered)) {
		/* The writer's CPU can be a virtual one that does not run just now. */
		if (!*waits) {
			kvmlat_snapshot_none(snap);
			return;
		}
		(*waits)--;
		usleep_range(100, 200);
	}
	/* After the sequence count, so that a dump that finds no event since has nothing to add. */
	snap->details_evicted = snap->has_details ? READ_ONCE(vcpu->ledger.detail->evicted) : 0;
}

static int start(struct netlink_callback *cb, bool with_snap)
{
	struct dump *d;

	kvmlat_modules_sweep();
	d = kzalloc(sizeof(*d), GFP_KERNEL);
	if (!d)
		return -ENOMEM;
	kvmlat_filter_get(genl_info_dump(cb)->attrs, &d->filter);
	d->waits = KVMLAT_DUMP_WAITS;
	if (with_snap) {
		d->snap = kvmalloc(sizeof(*d->snap), GFP_KERNEL);
		if (!d->snap) {
			kfree(d);
			return -ENOMEM;
		}
	}
	if (with_snap)
		d->snap->histograms = d->filter.histograms;
	cb->args[0] = (long)d;
	return 0;
}

int kvmlat_dump_start_vms(struct netlink_callback *cb)
{
	return start(cb, false);
}

int kvmlat_dump_start_vcpus(struct netlink_callback *cb)
{
	const struct nlattr *cursor = genl_info_dump(cb)->attrs[KVMLAT_A_CURSOR];
	int err = start(cb, true);
	struct dump *d = (struct dump *)cb->args[0];

	if (!err && cursor) {
		d->follows = true;
		d->cursor = nla_get_u64(cursor);
	}
	return err;
}

int kvmlat_dump_done(struct netlink_callback *cb)
{
	struct dump *d = (struct dump *)cb->args[0];

	if (d)
		kvfree(d->snap);
	kfree(d);
	return 0;
}

int kvmlat_nl_vm_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct dump *d = (struct dump *)cb->args[0];
	struct kvmlat_vm *vm;
	int err = 0;

	mutex_lock(&kvmlat_mutex);
	cb->seq = kvmlat_vms_generation();
	/* In the order of their ids, as they were learned. */
	kvmlat_vms_for_each(vm, d->filter.vm_id, d->filter.pid) {
		void *head;

		if (vm->id <= d->vm_id)
			continue;
		head = kvmlat_reply_dump(skb, cb, KVMLAT_CMD_VM_GET);
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

/* Where to begin in the VM's list: no later than where the last message ended. */
static struct kvmlat_vcpu *last_vcpu(const struct dump *d, const struct kvmlat_vm *vm)
{
	if (d->vcpu && d->generation == kvmlat_vms_generation() && d->vcpu->vm == vm)
		return d->vcpu;
	return list_first_entry(&vm->vcpus, struct kvmlat_vcpu, node);
}

/* As many messages as fit of the vCPU that was begun; vcpu is NULL if it was forgotten since. */
static int dump_begun(struct sk_buff *skb, struct netlink_callback *cb, struct dump *d,
		      const struct kvmlat_vcpu *vcpu)
{
	const struct kvmlat_detail *detail = vcpu ? vcpu->ledger.detail : NULL;
	void *head;
	int err;

	do {
		head = kvmlat_reply_dump(skb, cb, KVMLAT_CMD_VCPU_GET);
		if (!head)
			return -EMSGSIZE;
		err = kvmlat_message_vcpu(skb, d->snap, detail, &d->filter, &d->row);
		if (err) {
			genlmsg_cancel(skb, head);
			return err;
		}
		genlmsg_end(skb, head);
	} while (d->row < kvmlat_message_rows(d->snap, &d->filter));
	d->begun = false;
	d->index++;
	return 0;
}

/* What it saw, for the next dump. Without memory that one finds everything changed. */
static void keep_look(struct kvmlat_vcpu *vcpu, const struct kvmlat_snap *snap)
{
	struct kvmlat_look *look = vcpu->look;
	u32 room = kvmlat_look_room(kvmlat_look_last(snap));

	if (!look || look->room < room) {
		look = kzalloc(struct_size(look, row, room), GFP_KERNEL | __GFP_NOWARN);
		if (look && vcpu->look)
			memcpy(look, vcpu->look, struct_size(look, row, vcpu->look->room));
		if (look)
			look->room = room;
		kfree(vcpu->look);
		vcpu->look = look;
	}
	if (look)
		kvmlat_look_keep(look, snap, looks.stamp);
}

/* Whether all that the reader could be told of the vCPU he knows. */
static bool is_known(const struct dump *d, const struct kvmlat_vcpu *vcpu)
{
	return d->follows && vcpu->look && vcpu->look->stamp <= d->looking.since &&
	       kvmlat_look_same(vcpu->look, &vcpu->ledger, READ_ONCE(vcpu->tid));
}

static void read_vcpu(struct dump *d, struct kvmlat_vcpu *vcpu)
{
	d->snap->look = d->follows ? vcpu->look : NULL;
	d->snap->look_since = d->looking.since;
	kvmlat_dump_read(vcpu, d->snap, &d->waits);
	if (!d->snap->unreadable) {
		if (d->follows)
			keep_look(vcpu, d->snap);
		return;
	}
	/* Readers throw it away, so whoever can read it again sends it whole. */
	kfree(vcpu->look);
	vcpu->look = NULL;
}

static int dump_vm(struct sk_buff *skb, struct netlink_callback *cb, struct dump *d,
		   const struct kvmlat_vm *vm)
{
	struct kvmlat_vcpu *vcpu = last_vcpu(d, vm);
	int err;

	list_for_each_entry_from(vcpu, &vm->vcpus, node) {
		if (vcpu->index < d->index || !kvmlat_filter_vcpu(&d->filter, vcpu) ||
		    is_known(d, vcpu))
			continue;
		read_vcpu(d, vcpu);
		d->index = vcpu->index;
		d->row = 0;
		d->begun = true;
		d->generation = kvmlat_vms_generation();
		d->vcpu = vcpu;
		err = dump_begun(skb, cb, d, vcpu);
		if (err)
			return err;
	}
	return 0;
}

/* Finishes the vCPU that the last message has begun: MORE promised it. */
static int dump_rest(struct sk_buff *skb, struct netlink_callback *cb, struct dump *d)
{
	const struct kvmlat_vcpu *vcpu;
	struct kvmlat_vm *vm;

	if (!d->begun)
		return 0;
	vm = kvmlat_vms_next(NULL, d->vm_id, 0);
	if (!vm)
		return dump_begun(skb, cb, d, NULL);
	vcpu = last_vcpu(d, vm);
	list_for_each_entry_from(vcpu, &vm->vcpus, node) {
		if (vcpu->index == d->index)
			return dump_begun(skb, cb, d, vcpu);
	}
	return dump_begun(skb, cb, d, NULL);
}

static void look(struct dump *d)
{
	if (!d->now) {
		d->now = kvmlat_clock_ordered();
		kvmlat_looks_begin(&looks, &d->looking, d->cursor);
	}
	kvmlat_looks_turn(&looks, &d->looking);
}

static int dump_end(struct sk_buff *skb, struct netlink_callback *cb, struct dump *d)
{
	void *head = kvmlat_reply_dump(skb, cb, KVMLAT_CMD_VCPU_GET);
	int err;

	if (!head)
		return -EMSGSIZE;
	err = kvmlat_message_end(skb, kvmlat_looks_end(&looks, &d->looking), d->now,
				 d->looking.since);
	if (err) {
		genlmsg_cancel(skb, head);
		return err;
	}
	genlmsg_end(skb, head);
	d->ended = true;
	return 0;
}

int kvmlat_nl_vcpu_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct dump *d = (struct dump *)cb->args[0];
	struct kvmlat_vm *vm;
	int err;

	if (d->ended)
		return 0;
	mutex_lock(&kvmlat_mutex);
	cb->seq = kvmlat_vms_generation();
	if (d->follows)
		look(d);
	err = dump_rest(skb, cb, d);
	kvmlat_vms_for_each(vm, d->filter.vm_id, d->filter.pid) {
		if (err)
			break;
		if (vm->id < d->vm_id)
			continue;
		if (vm->id > d->vm_id) {
			d->vm_id = vm->id;
			d->index = 0;
		}
		err = dump_vm(skb, cb, d, vm);
	}
	if (!err && d->follows)
		err = dump_end(skb, cb, d);
	mutex_unlock(&kvmlat_mutex);
	return err && err != -EMSGSIZE ? err : skb->len ?: err;
}

/* No cursor of another load of the module is like one of this one's. */
void kvmlat_dump_init(void)
{
	kvmlat_looks_init(&looks, get_random_u64() >> 1 | 1);
}
