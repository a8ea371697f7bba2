/* SPDX-License-Identifier: GPL-2.0-only */
/* The multicast group that is told of each change. */
#ifndef KVMLAT_EVENT_H
#define KVMLAT_EVENT_H

#include "knob/knob.h"

/* Tells the group "events". May sleep. @of_change 0: of no single request. */
void kvmlat_event_send(u32 of_change, u32 action, const struct kvmlat_knob_change *change);

#endif
