/* SPDX-License-Identifier: GPL-2.0-only */
/* Watchers are sockets: what they ask for, and that they go. */
#ifndef KVMLAT_NETLINK_WATCH_H
#define KVMLAT_NETLINK_WATCH_H

struct netlink_callback;

int kvmlat_outlier_dump_start(struct netlink_callback *cb);
int kvmlat_outlier_dump_done(struct netlink_callback *cb);
int kvmlat_outlier_netlink_init(void);
void kvmlat_outlier_netlink_exit(void);

#endif
