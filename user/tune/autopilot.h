/* SPDX-License-Identifier: GPL-2.0-only */
/* Steers the poll windows of all vCPUs that are asked for, by knobs of the module. */
#ifndef _KVMLAT_AUTOPILOT_H
#define _KVMLAT_AUTOPILOT_H

#include "host/idle.h"
#include "journal.h"
#include "pilot.h"

/**
 * struct steered - a vCPU
 * @change: that gave it its window; 0 if it has none
 * @mine: it is steered; somebody has set it by hand, if not
 * @vm: what the VM had when it came
 * @decision: of the last interval
 */
struct steered {
	uint32_t		vm_id;
	uint32_t		vcpu_id;
	uint32_t		change;
	bool			mine;
	struct kvmlat_level	vm;
	struct pilot		pilot;
	struct pilot_decision	decision;
};

/**
 * struct autopilot - all of them
 * @dry_run: nothing is changed
 * @decided: is called of each decision, with the window that was in effect; may be NULL
 */
struct autopilot {
	const struct selection		*sel;
	struct window_goal		goal;
	uint64_t			interval;
	bool				dry_run;
	tell_fn				tell;
	void				(*decided)(void *ctx, const struct autopilot *a,
						   const struct steered *s, bool had,
						   uint64_t window);
	void				*ctx;
	struct tuner			t;
	struct journal			journal;
	struct kvmlat_snapshot		*older;
	struct idle			idle;
	unsigned int			turn;
	size_t				nr;
	struct steered			*all;
};

/*
 * Takes the lock, undoes what one that was killed has left behind, and reads the accounts a first
 * time. -1 with the reason; autopilot_end is due in any case.
 */
int autopilot_begin(struct autopilot *a, struct trouble *why);

/* After an interval: decides for each vCPU, and has it carried out. -1 with the reason. */
int autopilot_step(struct autopilot *a, struct trouble *why);

/* Undoes all that is in effect. -1 with the reason. */
int autopilot_undo(struct autopilot *a, struct trouble *why);

void autopilot_end(struct autopilot *a);

#endif /* _KVMLAT_AUTOPILOT_H */
