/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVMLAT_NETLINK_H
#define KVMLAT_NETLINK_H

struct genl_family;

extern struct genl_family kvmlat_family;

/* Size of a message: any row with a full histogram fits several times. */
#define KVMLAT_MESSAGE_SIZE	16384

int kvmlat_netlink_init(void);
void kvmlat_netlink_exit(void);

#endif
