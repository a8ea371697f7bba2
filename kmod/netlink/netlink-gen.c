// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/kvmlat.yaml */
/* YNL-GEN kernel source */

#include <net/netlink.h>
#include <net/genetlink.h>

#include "netlink-gen.h"

#include <uapi/linux/kvmlat-gen.h>

/* Common nested types */
const struct nla_policy kvmlat_knob_nl_policy[KVMLAT_A_KNOB_WHY + 1] = {
	[KVMLAT_A_KNOB_ID] = NLA_POLICY_MAX(NLA_U32, 13),
	[KVMLAT_A_KNOB_NAME] = { .type = NLA_NUL_STRING, },
	[KVMLAT_A_KNOB_SCOPE] = NLA_POLICY_MAX(NLA_U32, 2),
	[KVMLAT_A_KNOB_VM_ID] = NLA_POLICY_MIN(NLA_U32, 1),
	[KVMLAT_A_KNOB_PID] = NLA_POLICY_MIN(NLA_U32, 1),
	[KVMLAT_A_KNOB_VCPU_ID] = { .type = NLA_U32, },
	[KVMLAT_A_KNOB_VALUE] = { .type = NLA_U64, },
	[KVMLAT_A_KNOB_INHERIT] = { .type = NLA_FLAG, },
	[KVMLAT_A_KNOB_EXPECT] = { .type = NLA_U64, },
	[KVMLAT_A_KNOB_EXPECT_INHERIT] = { .type = NLA_FLAG, },
	[KVMLAT_A_KNOB_SOURCE] = NLA_POLICY_MAX(NLA_U32, 2),
	[KVMLAT_A_KNOB_OLD] = { .type = NLA_U64, },
	[KVMLAT_A_KNOB_OLD_SOURCE] = NLA_POLICY_MAX(NLA_U32, 2),
	[KVMLAT_A_KNOB_ORIGINAL] = { .type = NLA_U64, },
	[KVMLAT_A_KNOB_ORIGINAL_SOURCE] = NLA_POLICY_MAX(NLA_U32, 2),
	[KVMLAT_A_KNOB_CHANGE] = { .type = NLA_U32, },
	[KVMLAT_A_KNOB_RANGE_MIN] = { .type = NLA_U64, },
	[KVMLAT_A_KNOB_RANGE_MAX] = { .type = NLA_U64, },
	[KVMLAT_A_KNOB_UNIT] = NLA_POLICY_MAX(NLA_U32, 3),
	[KVMLAT_A_KNOB_LATER] = { .type = NLA_FLAG, },
	[KVMLAT_A_KNOB_RESULT] = NLA_POLICY_MAX(NLA_U32, 6),
	[KVMLAT_A_KNOB_WHY] = { .type = NLA_NUL_STRING, },
};

const struct nla_policy kvmlat_threshold_nl_policy[KVMLAT_A_THRESHOLD_NS + 1] = {
	[KVMLAT_A_THRESHOLD_KIND] = NLA_POLICY_MAX(NLA_U32, 4),
	[KVMLAT_A_THRESHOLD_NS] = { .type = NLA_U64, },
};

/* Global operation policy for kvmlat */
const struct nla_policy kvmlat_main_nl_policy[KVMLAT_A_THRESHOLD + 1] = {
	[KVMLAT_A_ABI] = NLA_POLICY_MIN(NLA_U32, 1),
	[KVMLAT_A_VM_ID] = NLA_POLICY_MIN(NLA_U32, 1),
	[KVMLAT_A_PID] = NLA_POLICY_MIN(NLA_U32, 1),
	[KVMLAT_A_VCPU_ID] = { .type = NLA_U32, },
	[KVMLAT_A_CODE] = { .type = NLA_U32, },
	[KVMLAT_A_HISTOGRAMS] = { .type = NLA_FLAG, },
	[KVMLAT_A_DETAILS] = { .type = NLA_FLAG, },
	[KVMLAT_A_SWITCH] = NLA_POLICY_MAX(NLA_U32, 1),
	[KVMLAT_A_KNOB] = NLA_POLICY_NESTED(kvmlat_knob_nl_policy),
	[KVMLAT_A_WHICH_KNOB] = NLA_POLICY_MAX(NLA_U32, 13),
	[KVMLAT_A_SCOPE] = NLA_POLICY_MAX(NLA_U32, 2),
	[KVMLAT_A_CHANGE] = NLA_POLICY_MIN(NLA_U32, 1),
	[KVMLAT_A_DRY_RUN] = { .type = NLA_FLAG, },
	[KVMLAT_A_CURSOR] = { .type = NLA_U64, },
	[KVMLAT_A_THRESHOLD] = NLA_POLICY_NESTED(kvmlat_threshold_nl_policy),
};

/* Ops table for kvmlat */
const struct genl_small_ops kvmlat_nl_ops[10] = {
	{
		.cmd	= KVMLAT_CMD_INFO,
		.doit	= kvmlat_nl_info_doit,
	},
	{
		.cmd	= KVMLAT_CMD_VM_GET,
		.doit	= kvmlat_nl_vm_get_doit,
		.dumpit	= kvmlat_nl_vm_get_dumpit,
	},
	{
		.cmd	= KVMLAT_CMD_VCPU_GET,
		.doit	= kvmlat_nl_vcpu_get_doit,
		.dumpit	= kvmlat_nl_vcpu_get_dumpit,
	},
	{
		.cmd	= KVMLAT_CMD_RESET,
		.doit	= kvmlat_nl_reset_doit,
	},
	{
		.cmd	= KVMLAT_CMD_DETAIL_SET,
		.doit	= kvmlat_nl_detail_set_doit,
	},
	{
		.cmd	= KVMLAT_CMD_KNOB_GET,
		.dumpit	= kvmlat_nl_knob_get_dumpit,
	},
	{
		.cmd	= KVMLAT_CMD_KNOB_SET,
		.doit	= kvmlat_nl_knob_set_doit,
	},
	{
		.cmd	= KVMLAT_CMD_KNOB_UNDO,
		.doit	= kvmlat_nl_knob_undo_doit,
	},
	{
		.cmd	= KVMLAT_CMD_OUTLIER_WATCH,
		.doit	= kvmlat_nl_outlier_watch_doit,
	},
	{
		.cmd	= KVMLAT_CMD_OUTLIER_GET,
		.dumpit	= kvmlat_nl_outlier_get_dumpit,
	},
};

static const struct genl_multicast_group kvmlat_nl_mcgrps[] = {
	[KVMLAT_NLGRP_EVENTS] = { "events", },
};
