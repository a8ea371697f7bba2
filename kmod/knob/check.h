/* SPDX-License-Identifier: GPL-2.0-only */
/* May a knob be changed. Under kvmlat_mutex. */
#ifndef KVMLAT_KNOB_CHECK_H
#define KVMLAT_KNOB_CHECK_H

#include "knob.h"

/*
 * What is in effect, as kvmlat_knob_read() tells it, and in *why also what the processor has to say
 * against a change.
 */
int kvmlat_check_read(const struct kvmlat_knob_of *of, struct kvmlat_knob_value *value,
		      const char **why);

/* Whether the change can be made; what was wanted becomes old and new. 0, or an error with *why. */
int kvmlat_check_change(struct kvmlat_knob_change *change, const char **why);

#endif
