// SPDX-License-Identifier: GPL-2.0-only
/* The multicast group that is told of each change of a knob. */
#include <linux/cred.h>
#include <linux/sched.h>
#include <linux/uidgid.h>
#include <linux/user_namespace.h>
#include <net/genetlink.h>

#include "clock.h"
#include "event.h"
#include "knob-message.h"
#include "netlink-gen.h"
#include "reply.h"

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
	    put_author(skb, action) || kvmlat_message_change(skb, change)) {
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
