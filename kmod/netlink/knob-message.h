/* SPDX-License-Identifier: GPL-2.0-only */
/* Knobs as attributes. 0 or -EMSGSIZE: what was begun is then the caller's to cancel. */
#ifndef KVMLAT_KNOB_MESSAGE_H
#define KVMLAT_KNOB_MESSAGE_H

#include "knob/knob.h"

struct sk_buff;

/* A knob with all that is known of it, @err and @why from kvmlat_check_read(). */
int kvmlat_message_knob(struct sk_buff *skb, const struct kvmlat_knob_of *of, int err,
			const struct kvmlat_knob_value *value, const char *why);
/* A knob that a request has changed or tried to. */
int kvmlat_message_change(struct sk_buff *skb, const struct kvmlat_knob_change *change);

#endif
