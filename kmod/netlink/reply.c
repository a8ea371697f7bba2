// SPDX-License-Identifier: GPL-2.0-only
#include <linux/module.h>

#include <linux/kvmlat.h>

#include "reply.h"

struct genl_family kvmlat_family __ro_after_init = {
	.name		= KVMLAT_FAMILY_NAME,
	.version	= KVMLAT_FAMILY_VERSION,
	.module		= THIS_MODULE,
	.parallel_ops	= true,
};

struct sk_buff *kvmlat_reply_new(struct genl_info *info, u8 cmd, void **head)
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

int kvmlat_reply_send(struct genl_info *info, struct sk_buff *skb, void *head)
{
	genlmsg_end(skb, head);
	return genlmsg_reply(skb, info);
}

void *kvmlat_reply_dump(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd)
{
	void *head = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
				 &kvmlat_family, NLM_F_MULTI, cmd);

	if (head)
		genl_dump_check_consistent(cb, head);
	return head;
}
