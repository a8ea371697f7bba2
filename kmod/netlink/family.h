/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVMLAT_FAMILY_H
#define KVMLAT_FAMILY_H

int kvmlat_netlink_init(void);
void kvmlat_netlink_exit(void);

#endif
