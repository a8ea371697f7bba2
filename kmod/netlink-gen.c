// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/kvmlat.yaml */
/* YNL-GEN kernel source */

#include <net/netlink.h>
#include <net/genetlink.h>

#include "netlink-gen.h"

#include <uapi/linux/kvmlat-gen.h>

/* Global operation policy for kvmlat */
const struct nla_policy kvmlat_main_nl_policy[KVMLAT_A_DETAILS + 1] = {
	[KVMLAT_A_ABI] = NLA_POLICY_MIN(NLA_U32, 1),
	[KVMLAT_A_VM_ID] = NLA_POLICY_MIN(NLA_U32, 1),
	[KVMLAT_A_PID] = NLA_POLICY_MIN(NLA_U32, 1),
	[KVMLAT_A_VCPU_ID] = { .type = NLA_U32, },
	[KVMLAT_A_CODE] = { .type = NLA_U32, },
	[KVMLAT_A_HISTOGRAMS] = { .type = NLA_FLAG, },
	[KVMLAT_A_DETAILS] = { .type = NLA_FLAG, },
};

/* Ops table for kvmlat */
const struct genl_small_ops kvmlat_nl_ops[4] = {
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
};
