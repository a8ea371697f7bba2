/* SPDX-License-Identifier: GPL-2.0-only */
/* Who may ask, with which attributes, and what the answer is about. */
#ifndef KVMLAT_REQUEST_H
#define KVMLAT_REQUEST_H

#include <linux/bits.h>
#include <linux/types.h>

#include "netlink-gen.h"

struct kvmlat_vcpu;

struct kvmlat_filter {
	u32 vm_id;			/* 0: any */
	u32 pid;			/* 0: any */
	u32 vcpu_id;
	u32 code;
	bool has_vcpu_id;
	bool has_code;
	bool histograms;
	bool details;
};

/* 0, or -EPERM with a sentence. */
int kvmlat_may_read(struct sk_buff *skb, struct netlink_ext_ack *extack);
int kvmlat_may_change(struct sk_buff *skb, struct netlink_ext_ack *extack);

/* 0, or -EINVAL with a sentence if there is an attribute that is not allowed (a mask of bits). */
int kvmlat_request_only(struct nlattr **attrs, struct netlink_ext_ack *extack,
			unsigned long allowed);
void kvmlat_filter_get(struct nlattr **attrs, struct kvmlat_filter *filter);
bool kvmlat_filter_vcpu(const struct kvmlat_filter *filter, const struct kvmlat_vcpu *vcpu);

/* Puts a sentence, and the attribute that it is about or NULL, into the reply. Returns @err. */
int kvmlat_refuse(struct netlink_ext_ack *extack, const struct nlattr *attr, const char *why,
		  int err);

#endif
