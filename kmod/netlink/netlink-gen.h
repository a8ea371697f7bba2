/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/kvmlat.yaml */
/* YNL-GEN kernel header */

#ifndef _LINUX_KVMLAT_GEN_H
#define _LINUX_KVMLAT_GEN_H

#include <net/netlink.h>
#include <net/genetlink.h>

#include <uapi/linux/kvmlat-gen.h>

/* Common nested types */
extern const struct nla_policy kvmlat_knob_nl_policy[KVMLAT_A_KNOB_WHY + 1];
extern const struct nla_policy kvmlat_threshold_nl_policy[KVMLAT_A_THRESHOLD_NS + 1];

/* Global operation policy for kvmlat */
extern const struct nla_policy kvmlat_main_nl_policy[KVMLAT_A_THRESHOLD + 1];

/* Ops table for kvmlat */
extern const struct genl_small_ops kvmlat_nl_ops[10];

int kvmlat_nl_info_doit(struct sk_buff *skb, struct genl_info *info);
int kvmlat_nl_vm_get_doit(struct sk_buff *skb, struct genl_info *info);
int kvmlat_nl_vm_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int kvmlat_nl_vcpu_get_doit(struct sk_buff *skb, struct genl_info *info);
int kvmlat_nl_vcpu_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int kvmlat_nl_reset_doit(struct sk_buff *skb, struct genl_info *info);
int kvmlat_nl_detail_set_doit(struct sk_buff *skb, struct genl_info *info);
int kvmlat_nl_knob_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int kvmlat_nl_knob_set_doit(struct sk_buff *skb, struct genl_info *info);
int kvmlat_nl_knob_undo_doit(struct sk_buff *skb, struct genl_info *info);
int kvmlat_nl_outlier_watch_doit(struct sk_buff *skb, struct genl_info *info);
int kvmlat_nl_outlier_get_dumpit(struct sk_buff *skb,
				 struct netlink_callback *cb);

enum {
	KVMLAT_NLGRP_EVENTS,
};

#endif /* _LINUX_KVMLAT_GEN_H */
