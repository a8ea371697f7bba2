// SPDX-License-Identifier: GPL-2.0-only
/* The one table of knobs. */
#include <linux/limits.h>

#include "knob.h"

#define PARAM(module_, name_, short_) \
	.param = { .module = module_, .name = name_, .is_short = short_ }
#define KVM(name)	PARAM("kvm", name, false)
#define INTEL(name)	PARAM("kvm_intel", name, false), .gates = BIT(KVMLAT_KNOB_PLE_GAP)
#define AMD(name)	PARAM("kvm_amd", name, true), \
	.gates = BIT(KVMLAT_KNOB_PAUSE_FILTER_COUNT) | BIT(KVMLAT_KNOB_PAUSE_FILTER_THRESH)
#define HOST		BIT(KVMLAT_SCOPE_HOST)

/*
 * A base of 0 would make a vendor module take the processor for one without pause-loop exits;
 * only the gap may be 0, with which it gives new VMs none.
 */
const struct kvmlat_knob_kind kvmlat_knobs[KVMLAT_KNOB_MAX + 1] = {
	[KVMLAT_KNOB_HALT_POLL_NS] = {
		KVM("halt_poll_ns"), .unit = KVMLAT_UNIT_NS, .max = UINT_MAX,
		.scopes = HOST | BIT(KVMLAT_SCOPE_VM) | BIT(KVMLAT_SCOPE_VCPU),
	},
	[KVMLAT_KNOB_HALT_POLL_NS_GROW] = {
		KVM("halt_poll_ns_grow"), .unit = KVMLAT_UNIT_FACTOR, .max = UINT_MAX,
		.scopes = HOST,
	},
	[KVMLAT_KNOB_HALT_POLL_NS_GROW_START] = {
		KVM("halt_poll_ns_grow_start"), .unit = KVMLAT_UNIT_NS, .max = UINT_MAX,
		.scopes = HOST,
	},
	[KVMLAT_KNOB_HALT_POLL_NS_SHRINK] = {
		KVM("halt_poll_ns_shrink"), .unit = KVMLAT_UNIT_FACTOR, .max = UINT_MAX,
		.scopes = HOST,
	},
	[KVMLAT_KNOB_PLE_WINDOW] = {
		INTEL("ple_window"), .unit = KVMLAT_UNIT_CYCLES, .min = 1, .max = UINT_MAX,
		.scopes = HOST,
	},
	[KVMLAT_KNOB_PLE_WINDOW_GROW] = {
		INTEL("ple_window_grow"), .unit = KVMLAT_UNIT_FACTOR, .max = UINT_MAX,
		.scopes = HOST,
	},
	[KVMLAT_KNOB_PLE_WINDOW_SHRINK] = {
		INTEL("ple_window_shrink"), .unit = KVMLAT_UNIT_FACTOR, .max = UINT_MAX,
		.scopes = HOST,
	},
	[KVMLAT_KNOB_PLE_WINDOW_MAX] = {
		INTEL("ple_window_max"), .unit = KVMLAT_UNIT_CYCLES, .min = 1, .max = UINT_MAX,
		.scopes = HOST,
	},
	[KVMLAT_KNOB_PLE_GAP] = {
		INTEL("ple_gap"), .unit = KVMLAT_UNIT_CYCLES, .max = UINT_MAX,
		.scopes = HOST, .later = true,
	},
	[KVMLAT_KNOB_PAUSE_FILTER_COUNT] = {
		AMD("pause_filter_count"), .unit = KVMLAT_UNIT_COUNT, .min = 1, .max = USHRT_MAX,
		.scopes = HOST,
	},
	[KVMLAT_KNOB_PAUSE_FILTER_COUNT_GROW] = {
		AMD("pause_filter_count_grow"), .unit = KVMLAT_UNIT_FACTOR, .max = USHRT_MAX,
		.scopes = HOST,
	},
	[KVMLAT_KNOB_PAUSE_FILTER_COUNT_SHRINK] = {
		AMD("pause_filter_count_shrink"), .unit = KVMLAT_UNIT_FACTOR, .max = USHRT_MAX,
		.scopes = HOST,
	},
	[KVMLAT_KNOB_PAUSE_FILTER_COUNT_MAX] = {
		AMD("pause_filter_count_max"), .unit = KVMLAT_UNIT_COUNT, .min = 1,
		.max = USHRT_MAX, .scopes = HOST,
	},
	[KVMLAT_KNOB_PAUSE_FILTER_THRESH] = {
		AMD("pause_filter_thresh"), .unit = KVMLAT_UNIT_CYCLES, .max = USHRT_MAX,
		.scopes = HOST, .later = true,
	},
};
