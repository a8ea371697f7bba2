/* SPDX-License-Identifier: GPL-2.0-only */
/* Commands about knobs: what the generated table has no place for. */
#ifndef KVMLAT_NETLINK_KNOB_H
#define KVMLAT_NETLINK_KNOB_H

struct netlink_callback;

int kvmlat_knob_dump_start(struct netlink_callback *cb);
int kvmlat_knob_dump_done(struct netlink_callback *cb);

/* Everything is undone for good, and whoever listens is told. Requests may still come. */
void kvmlat_knob_exit(void);

#endif
