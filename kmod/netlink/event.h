/* SPDX-License-Identifier: GPL-2.0-only */
/* Knobs in messages. */
#ifndef KVMLAT_KNOB_EVENT_H
#define KVMLAT_KNOB_EVENT_H

#include "knob/knob.h"

struct sk_buff;

/* All return 0 or -EMSGSIZE; what they began is then the caller's to cancel. */

/* A knob with all that is known of it, @err and @why from kvmlat_check_read(). */
int kvmlat_event_put_state(struct sk_buff *skb, const struct kvmlat_knob_of *of, int err,
			   const struct kvmlat_knob_value *value, const char *why);
/* A knob that a request has changed or tried to. */
int kvmlat_event_put_change(struct sk_buff *skb, const struct kvmlat_knob_change *change);

/* Tells the group "events". May sleep. @of_change 0: of no single request. */
void kvmlat_event_send(u32 of_change, u32 action, const struct kvmlat_knob_change *change);

#endif
