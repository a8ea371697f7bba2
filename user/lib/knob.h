/* SPDX-License-Identifier: GPL-2.0-only */
/* Knobs: read, change, take back, follow. Part of kvmlat.h, which includes it. */
#ifndef _KVMLAT_KNOB_H
#define _KVMLAT_KNOB_H

#include "handle.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct kvmlat_level - a knob's value and whose it is
 * @known: there is one
 * @source: enum kvmlat_scope
 */
struct kvmlat_level {
	bool		known;
	uint32_t	source;
	uint64_t	value;
};

/**
 * struct kvmlat_knob_value - a knob in one scope; members as the attributes of the same name
 * @id: enum kvmlat_knob
 * @vm_id: of a VM or a vCPU, as is @pid
 * @now: what is in effect; unknown where the host does not have the knob, see @why
 * @old: before the change, in replies to a set and an undo and in events
 * @original: what an undo of everything brings back; unknown if there is nothing to undo
 * @change: the latest that is in effect, or 0
 * @result: enum kvmlat_result, in replies to a set and an undo and in events
 * @why: a sentence why it is missing or cannot be changed, or empty
 */
struct kvmlat_knob_value {
	uint32_t		id;
	char			name[64];
	uint32_t		scope;
	uint32_t		vm_id;
	uint32_t		pid;
	uint32_t		vcpu_id;
	struct kvmlat_level	now;
	struct kvmlat_level	old;
	struct kvmlat_level	original;
	uint32_t		change;
	uint64_t		min;
	uint64_t		max;
	uint32_t		unit;
	bool			later;
	uint32_t		result;
	char			why[KVMLAT_NAME_SIZE];
	uint64_t		spare[4];
};

/**
 * struct kvmlat_knobs - what a request about knobs was answered
 * @change: names the request that set them, for kvmlat_undo_knobs; else 0
 */
struct kvmlat_knobs {
	uint32_t		change;
	size_t			nr;
	struct kvmlat_knob_value	*all;
	uint64_t		spare[2];
};

/**
 * struct kvmlat_knob_change - what one knob shall be
 * @scope: enum kvmlat_scope; @vm_id is for VMs and vCPUs, @vcpu_id for vCPUs
 * @inherit: have no value of its own any more, instead of @value
 * @expect: only if this is in effect, if @has_expect
 * @expect_inherit: only if the scope has no value of its own
 */
struct kvmlat_knob_change {
	uint32_t	id;
	uint32_t	scope;
	uint32_t	vm_id;
	uint32_t	vcpu_id;
	uint64_t	value;
	uint64_t	expect;
	bool		inherit;
	bool		has_expect;
	bool		expect_inherit;
	uint64_t	spare[3];
};

/**
 * struct kvmlat_knob_event - a knob was changed
 * @change: of which request; of an undo its target, 0 for an undo of everything
 * @action: enum kvmlat_action
 * @pid: who did it, as are @uid and @comm
 * @at: when, by the module's clock
 */
struct kvmlat_knob_event {
	uint32_t		change;
	uint32_t		action;
	uint32_t		pid;
	uint32_t		uid;
	char			comm[64];
	uint64_t		at;
	struct kvmlat_knob_value	knob;
};

/** typedef kvmlat_knob_event_fn - what kvmlat_read_events calls; @event is gone afterwards */
typedef void (*kvmlat_knob_event_fn)(const struct kvmlat_knob_event *event, void *ctx);

/**
 * kvmlat_get_knobs - read knobs
 * @filter: of it vm_id, pid and vcpu_id are looked at; NULL for all, the host's among them
 * @knobs: for kvmlat_knobs_free; the host's first, then each VM's with its vCPUs'
 */
KVMLAT_API int kvmlat_get_knobs(struct kvmlat *handle, const struct kvmlat_filter *filter,
				struct kvmlat_knobs *knobs, struct kvmlat_error *err);

/** kvmlat_knobs_free - free what is in @knobs, but not @knobs */
KVMLAT_API void kvmlat_knobs_free(struct kvmlat_knobs *knobs);

/**
 * kvmlat_set_knobs - change knobs, all of them or none
 * @dry_run: check everything, change nothing
 * @knobs: in the order of @changes, for kvmlat_knobs_free
 */
KVMLAT_API int kvmlat_set_knobs(struct kvmlat *handle, const struct kvmlat_knob_change *changes,
				size_t nr, bool dry_run, struct kvmlat_knobs *knobs,
				struct kvmlat_error *err);

/** kvmlat_undo_knobs - take back a change, or with 0 every one */
KVMLAT_API int kvmlat_undo_knobs(struct kvmlat *handle, uint32_t change, bool dry_run,
				 struct kvmlat_knobs *knobs, struct kvmlat_error *err);

/** kvmlat_join_events - from now on the handle is for kvmlat_read_events only */
KVMLAT_API int kvmlat_join_events(struct kvmlat *handle, struct kvmlat_error *err);

/**
 * kvmlat_read_events - wait for events and call @fn for each that came
 *
 * Returns 1 if events were lost since they were not read in time. KVMLAT_E_NO_MODULE tells that
 * the module was unloaded.
 */
KVMLAT_API int kvmlat_read_events(struct kvmlat *handle, kvmlat_knob_event_fn fn, void *ctx,
				  struct kvmlat_error *err);

/** kvmlat_fd - the socket, to wait for events with poll(2) */
KVMLAT_API int kvmlat_fd(const struct kvmlat *handle);

/* The name of a constant of linux/kvmlat.h; "unknown" for one of a newer module */
KVMLAT_API const char *kvmlat_scope_name(uint32_t scope);
KVMLAT_API const char *kvmlat_unit_name(uint32_t unit);
KVMLAT_API const char *kvmlat_action_name(uint32_t action);
KVMLAT_API const char *kvmlat_result_name(uint32_t result);

#ifdef __cplusplus
}
#endif

#endif /* _KVMLAT_KNOB_H */
