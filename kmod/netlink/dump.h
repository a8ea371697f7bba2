/* SPDX-License-Identifier: GPL-2.0-only */
/* Dumps: what the generated table of operations has no place for. */
#ifndef KVMLAT_DUMP_H
#define KVMLAT_DUMP_H

#include <linux/types.h>

struct kvmlat_snap;
struct kvmlat_vcpu;
struct netlink_callback;
struct netlink_ext_ack;

void kvmlat_dump_init(void);
int kvmlat_dump_start_vms(struct netlink_callback *cb);
int kvmlat_dump_start_vcpus(struct netlink_callback *cb);
int kvmlat_dump_done(struct netlink_callback *cb);

/*
 * A snapshot of one vCPU under kvmlat_mutex. May sleep, *waits times in all, which it counts
 * down. An account that does not hold still as long is flagged as unreadable.
 */
#define KVMLAT_DUMP_WAITS	10000	/* of 100 us: a second */
void kvmlat_dump_read(const struct kvmlat_vcpu *vcpu, struct kvmlat_snap *snap, u32 *waits);

#endif
