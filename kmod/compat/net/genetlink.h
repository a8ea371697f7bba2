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

#endif
