/* SPDX-License-Identifier: GPL-2.0-only */
/* The nests of replies: what is known of the module, a VM, a vCPU, as attributes. */
#ifndef KVMLAT_MESSAGE_H
#define KVMLAT_MESSAGE_H

#include <linux/types.h>

struct kvmlat_detail;
struct kvmlat_filter;
struct kvmlat_outlier;
struct kvmlat_snap;
struct kvmlat_vm;
struct sk_buff;

/* All return 0 or -EMSGSIZE; what they began is then the caller's to cancel. */
int kvmlat_message_info(struct sk_buff *skb, const void *counts);
int kvmlat_message_vm(struct sk_buff *skb, const struct kvmlat_vm *vm);
/* The end of a dump with a cursor; @changes: it was not all. */
int kvmlat_message_end(struct sk_buff *skb, u64 cursor, u64 now, bool changes);
/* Into the nest of an outlier, all but whose it is. */
int kvmlat_message_outlier(struct sk_buff *skb, const struct kvmlat_outlier *r);

/* How many rows kvmlat_message_vcpu() has to send: those of the snapshot, then the details. */
u32 kvmlat_message_rows(const struct kvmlat_snap *snap, const struct kvmlat_filter *filter);

/*
 * The vCPU with its rows from *row on, as many as fit; at least one, if there is any, else
 * -EMSGSIZE. *row becomes the first one that is not sent, and MORE is put if there is one.
 * @detail may be NULL: the vCPU has none, or none any more since the snapshot.
 */
int kvmlat_message_vcpu(struct sk_buff *skb, const struct kvmlat_snap *snap,
			const struct kvmlat_detail *detail, const struct kvmlat_filter *filter,
			u32 *row);

#endif
