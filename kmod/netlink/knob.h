/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVMLAT_NETLINK_KNOB_H
#define KVMLAT_NETLINK_KNOB_H

#include <net/genetlink.h>

#define KVMLAT_KNOB_MCGRPS	1

extern const struct genl_multicast_group kvmlat_knob_mcgrps[KVMLAT_KNOB_MCGRPS];

void kvmlat_knob_dump(struct genl_ops *op);

/* Everything is undone for good, and whoever listens is told. Requests may still come. */
void kvmlat_knob_exit(void);

#endif
