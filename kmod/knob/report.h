/* SPDX-License-Identifier: GPL-2.0-only */
/* Who is told what becomes of each knob that a request sets or takes back. */
#ifndef KVMLAT_KNOB_REPORT_H
#define KVMLAT_KNOB_REPORT_H

#include "knob.h"

struct kvmlat_report {
	/*
	 * Under kvmlat_mutex, may sleep. @id is that of the change, 0 for no single request;
	 * @action is one of enum kvmlat_action.
	 */
	void (*knob)(struct kvmlat_report *report, u32 id, u32 action,
		     const struct kvmlat_knob_change *change);
};

#endif
