/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/kvmlat.yaml */
/* YNL-GEN kernel header */

#ifndef _LINUX_KVMLAT_GEN_H
#define _LINUX_KVMLAT_GEN_H

#include <net/netlink.h>
#include <net/genetlink.h>

#include <uapi/linux/kvmlat-gen.h>

/* Global operation policy for kvmlat */
extern const struct nla_policy kvmlat_main_nl_policy[KVMLAT_A_DETAILS + 1];

/* Ops table for kvmlat */
extern const struct genl_small_ops kvmlat_nl_ops[4];

int kvmlat_nl_info_doit(struct sk_buff *skb, struct genl_info *info);
int kvmlat_nl_vm_get_doit(struct sk_buff *skb, struct genl_info *info);
int kvmlat_nl_vm_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int kvmlat_nl_vcpu_get_doit(struct sk_buff *skb, struct genl_info *info);
int kvmlat_nl_vcpu_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int kvmlat_nl_reset_doit(struct sk_buff *skb, struct genl_info *info);

#endif /* _LINUX_KVMLAT_GEN_H */
