/* SPDX-License-Identifier: GPL-2.0-only */
/* Messages of our family: their room, their head, and the way back to who asked. */
#ifndef KVMLAT_REPLY_H
#define KVMLAT_REPLY_H

#include <net/genetlink.h>

/* Registered by family.c, which gives it its operations. */
extern struct genl_family kvmlat_family;

/* Size of a message: any row with a full histogram fits several times. */
#define KVMLAT_MESSAGE_SIZE	16384

/* A reply to a "do" that somebody fills and kvmlat_reply_send() sends. NULL: no memory. */
struct sk_buff *kvmlat_reply_new(struct genl_info *info, u8 cmd, void **head);
int kvmlat_reply_send(struct genl_info *info, struct sk_buff *skb, void *head);

/* The head of one object's message in a dump; NULL where it does not fit. */
void *kvmlat_reply_dump(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd);

#endif
