/* SPDX-License-Identifier: GPL-2.0-only */
/* Messages in a buffer of this process, laid out as the kernel does, at about its cost. */
#ifndef _UNIT_NET_NETLINK_H
#define _UNIT_NET_NETLINK_H

#include <asm/types.h>
#include <errno.h>
#include <string.h>

#include <linux/netlink.h>
#include <linux/types.h>

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof(*(array)))

struct netlink_ext_ack;
struct netlink_callback;

struct nla_policy {
	u32 unused;
};

struct sk_buff {
	unsigned char *data;
	u32 len;
	u32 size;
};

static inline unsigned char *skb_tail_pointer(const struct sk_buff *skb)
{
	return skb->data + skb->len;
}

static inline int skb_tailroom(const struct sk_buff *skb)
{
	return skb->size - skb->len;
}

static inline void *skb_put(struct sk_buff *skb, u32 len)
{
	void *end = skb_tail_pointer(skb);

	skb->len += len;
	return end;
}

static inline int nla_total_size(int len)
{
	return NLA_ALIGN(NLA_HDRLEN + len);
}

static inline void *nla_data(const struct nlattr *nla)
{
	return (char *)nla + NLA_HDRLEN;
}

static inline void nlmsg_trim(struct sk_buff *skb, const void *mark)
{
	skb->len = (const unsigned char *)mark - skb->data;
}

/* kernel/netlink.c */
struct nlattr *nla_reserve(struct sk_buff *skb, int type, int len);
int nla_put(struct sk_buff *skb, int type, int len, const void *data);

static inline int nla_put_u32(struct sk_buff *skb, int type, u32 value)
{
	return nla_put(skb, type, sizeof(value), &value);
}

static inline int nla_put_u64_64bit(struct sk_buff *skb, int type, u64 value, int pad)
{
	return nla_put(skb, type, sizeof(value), &value);
}

static inline int nla_put_string(struct sk_buff *skb, int type, const char *string)
{
	return nla_put(skb, type, strlen(string) + 1, string);
}

static inline int nla_put_flag(struct sk_buff *skb, int type)
{
	return nla_put(skb, type, 0, NULL);
}

static inline struct nlattr *nla_nest_start(struct sk_buff *skb, int type)
{
	return nla_reserve(skb, type | NLA_F_NESTED, 0);
}

static inline void nla_nest_end(struct sk_buff *skb, struct nlattr *nest)
{
	nest->nla_len = skb_tail_pointer(skb) - (unsigned char *)nest;
}

static inline void nla_nest_cancel(struct sk_buff *skb, const struct nlattr *nest)
{
	nlmsg_trim(skb, nest);
}

#endif /* _UNIT_NET_NETLINK_H */
