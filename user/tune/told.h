/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_TOLD_H
#define _KVMLAT_TOLD_H

#include <stdint.h>

#include "base/trouble.h"
#include "intent.h"
#include "warn.h"

/* Knobs that are warned of once each, and not again for each VM that ever starts. */
#define TOLD_KNOBS	64

/**
 * struct told - what a profile's holder said already, since VMs start for as long as it lives
 * @knobs: a bit for each warning of a knob, one for that it is left out, and one for tuned's option
 * @foreign: how many VMs had another VM's name
 */
struct told {
	tell_fn		tell;
	uint8_t		knobs[TOLD_KNOBS];
	unsigned int	foreign;
};

/* That a knob of the profile is left out, and why. */
void tell_left_out(struct told *told, const struct kvmlat_knob_value *knob);

/* The warnings that go for a value that is about to be set. */
void tell_warnings(struct told *told, const struct intent *w, const struct load *load);

/* That tuned has a latency, too, beside the profile's. */
void tell_latency(const struct told *told, int32_t us);

/* That a VM gets nothing by its name. */
void tell_foreign(struct told *told, uint32_t vm_id, uint32_t uid, const struct trouble *why);

#endif /* _KVMLAT_TOLD_H */
