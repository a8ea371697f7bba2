// SPDX-License-Identifier: GPL-2.0-only
/* Not inlined, as in the kernel: what it costs is part of what bench/native measures. */
#include <net/netlink.h>

struct nlattr *nla_reserve(struct sk_buff *skb, int type, int len)
{
	struct nlattr *nla = (void *)skb_tail_pointer(skb);

	if (skb_tailroom(skb) < nla_total_size(len))
		return NULL;
	nla->nla_type = type;
	nla->nla_len = NLA_HDRLEN + len;
	memset((char *)nla + nla->nla_len, 0, nla_total_size(len) - nla->nla_len);
	skb->len += nla_total_size(len);
	return nla;
}

int nla_put(struct sk_buff *skb, int type, int len, const void *data)
{
	struct nlattr *nla = nla_reserve(skb, type, len);

	if (!nla)
		return -EMSGSIZE;
	if (len)
		memcpy(nla_data(nla), data, len);
	return 0;
}
