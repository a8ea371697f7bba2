/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVMLAT_COMPAT_NET_GENETLINK_H
#define KVMLAT_COMPAT_NET_GENETLINK_H

#include <linux/version.h>
#include_next <net/genetlink.h>

/*
 * 6.1 <= Linux < 6.6: a dump's attributes are in struct genl_dumpit_info, 5c670a010de4 (6.6)
 * moved them into the struct genl_info inside it and added genl_info_dump().
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 6, 0)
#define genl_info_dump(cb) genl_dumpit_info(cb)
#endif /* < 6.6 */

/*
 * The extack for the start of a dump. 6.1 has none there (cb->extack is NULL, its
 * __netlink_dump_start() does not set it, 6.12's does), so the reason of a refusal would
 * get lost. Then the caller's own is used and compat_dump_refuse() sends it.
 */
static inline struct netlink_ext_ack *compat_dump_extack(const struct netlink_callback *cb,
							 struct netlink_ext_ack *own)
{
	return cb->extack ?: own;
}

/*
 * What start() returns to refuse with @err. Where the kernel would send a bare code, the
 * error is sent here and -EINTR tells netlink_rcv_skb() that it has been.
 */
static inline int compat_dump_refuse(struct netlink_callback *cb,
				     const struct netlink_ext_ack *own, int err)
{
	if (cb->extack)
		return err;
	netlink_ack(cb->skb, (struct nlmsghdr *)cb->nlh, err, own);
	return -EINTR;
}

#endif
