/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_SHOW_AUTO_H
#define _KVMLAT_SHOW_AUTO_H

#include <stdio.h>

#include "base/options.h"
#include "tune/pilot.h"

/**
 * struct auto_view - what was decided of a vCPU
 * @time: in ns since the epoch
 * @has_window: it had @window, else KVM's own
 */
struct auto_view {
	int64_t				time;
	uint32_t			vm_id;
	const char			*guest;
	uint32_t			vcpu_id;
	bool				dry_run;
	bool				has_window;
	uint64_t			window;
	const struct pilot_decision	*decision;
};

/* A line, or an object. */
void show_auto(FILE *to, enum output output, const struct auto_view *v);

#endif /* _KVMLAT_SHOW_AUTO_H */
