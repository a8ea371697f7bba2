/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_WARN_H
#define _KVMLAT_WARN_H

#include "base/trouble.h"

#define NR_WARNINGS	3

/** struct load - how much the host has to carry */
struct load {
	unsigned int	cpus;
	unsigned int	vcpus;
};

void load_of(const struct kvmlat_snapshot *vms, struct load *load);

/*
 * Values are allowed that are known to hurt. Warning number @which, if it goes for @value of
 * @knob, is a sentence that names the cost; else false.
 */
bool warning(unsigned int which, const struct kvmlat_knob_value *knob, uint64_t value,
	     const struct load *load, char *text, size_t size);

/* Tells all that go for it. */
void warn_about(const struct kvmlat_knob_value *knob, uint64_t value, const struct load *load,
		tell_fn tell);

#endif /* _KVMLAT_WARN_H */
