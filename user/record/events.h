/* SPDX-License-Identifier: GPL-2.0-only */
/* What happened at a moment, and knobs: records that do not hang together with others. */
#ifndef _KVMLAT_RECORD_EVENTS_H
#define _KVMLAT_RECORD_EVENTS_H

#include "bytes.h"
#include "lib/kvmlat.h"
#include "model/quota.h"

void put_outlier(struct bytes *to, const struct kvmlat_outlier *o);

/*
 * Up to its parts, of which o->nr_parts follow for get_part, and whether there is a waker: both
 * have to be put where they stay.
 */
bool get_outlier(struct input *in, struct kvmlat_outlier *o, struct kvmlat_waker *waker);
void get_part(struct input *in, struct kvmlat_part *p);

void put_change_event(struct bytes *to, const struct kvmlat_knob_event *e);
void get_change_event(struct input *in, struct kvmlat_knob_event *e);
void put_knob(struct bytes *to, const struct kvmlat_knob_value *k);
void get_knob(struct input *in, struct kvmlat_knob_value *k);

/* As it is, and as it was, which may be NULL. Of get_quota @was.group is empty then. */
void put_quota(struct bytes *to, const struct quota *q, const struct quota *was);
void get_quota(struct input *in, struct quota *q, struct quota *was);

#endif /* _KVMLAT_RECORD_EVENTS_H */
