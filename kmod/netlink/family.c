// SPDX-License-Identifier: GPL-2.0-only
/* The operations of the generic netlink family, and who is admitted to each. */
#include <linux/bits.h>
#include <net/genetlink.h>

#include "dump.h"
#include "event.h"
#include "family.h"
#include "knob.h"
#include "watch.h"
#include "netlink-gen.h"
#include "reply.h"
#include "request.h"

#define VM_ATTRS	(BIT(KVMLAT_A_VM_ID) | BIT(KVMLAT_A_PID))
#define VCPU_ATTRS	(VM_ATTRS | BIT(KVMLAT_A_VCPU_ID) | BIT(KVMLAT_A_CODE) | \
			 BIT(KVMLAT_A_HISTOGRAMS) | BIT(KVMLAT_A_DETAILS) | BIT(KVMLAT_A_CURSOR))

/*
 * The one table of admission: what each command takes and whether it changes anything. The contract
 * is in linux/kvmlat.h.
 */
static const struct command {
	unsigned long attrs;		/* all others are refused */
	bool changes;			/* needs CAP_SYS_ADMIN, reading does with CAP_PERFMON */
	int (*start)(struct netlink_callback *cb);
	int (*done)(struct netlink_callback *cb);
} commands[KVMLAT_CMD_MAX + 1] = {
	[KVMLAT_CMD_INFO]	= { .attrs = BIT(KVMLAT_A_ABI) },
	[KVMLAT_CMD_VM_GET]	= { .attrs = VM_ATTRS, .start = kvmlat_dump_start_vms,
				    .done = kvmlat_dump_done },
	[KVMLAT_CMD_VCPU_GET]	= { .attrs = VCPU_ATTRS, .start = kvmlat_dump_start_vcpus,
				    .done = kvmlat_dump_done },
	[KVMLAT_CMD_RESET]	= { .attrs = VM_ATTRS, .changes = true },
	[KVMLAT_CMD_DETAIL_SET]	= { .attrs = VM_ATTRS | BIT(KVMLAT_A_SWITCH), .changes = true },
	[KVMLAT_CMD_KNOB_GET]	= { .attrs = VM_ATTRS | BIT(KVMLAT_A_VCPU_ID) |
					     BIT(KVMLAT_A_WHICH_KNOB) | BIT(KVMLAT_A_SCOPE),
				    .start = kvmlat_knob_dump_start,
				    .done = kvmlat_knob_dump_done },
	[KVMLAT_CMD_KNOB_SET]	= { .attrs = BIT(KVMLAT_A_KNOB) | BIT(KVMLAT_A_DRY_RUN),
				    .changes = true },
	[KVMLAT_CMD_KNOB_UNDO]	= { .attrs = BIT(KVMLAT_A_CHANGE) | BIT(KVMLAT_A_DRY_RUN),
				    .changes = true },
	[KVMLAT_CMD_OUTLIER_WATCH] = { .attrs = VM_ATTRS | BIT(KVMLAT_A_VCPU_ID) |
						BIT(KVMLAT_A_THRESHOLD) },
	[KVMLAT_CMD_OUTLIER_GET] = { .start = kvmlat_outlier_dump_start,
				     .done = kvmlat_outlier_dump_done },
};

static int admit(struct sk_buff *skb, struct nlattr **attrs, struct netlink_ext_ack *extack,
		 u8 cmd)
{
	const struct command *command = &commands[cmd];

	return (command->changes ? kvmlat_may_change(skb, extack) : kvmlat_may_read(skb, extack)) ?:
	       kvmlat_request_only(attrs, extack, command->attrs);
}

/* By command, from the generated table. */
static int (*handlers[KVMLAT_CMD_MAX + 1])(struct sk_buff *skb, struct genl_info *info);

static int doit(struct sk_buff *skb, struct genl_info *info)
{
	u8 cmd = info->genlhdr->cmd;

	return admit(skb, info->attrs, info->extack, cmd) ?: handlers[cmd](skb, info);
}

static int start(struct netlink_callback *cb)
{
	const struct genlmsghdr *head = nlmsg_data(cb->nlh);
	struct netlink_ext_ack own = {};
	int err;

	err = admit(cb->skb, genl_info_dump(cb)->attrs, compat_dump_extack(cb, &own), head->cmd);
	if (err)
		return compat_dump_refuse(cb, &own, err);
	/* The first message of a dump is otherwise as small as the caller's last one. */
	cb->min_dump_alloc = KVMLAT_MESSAGE_SIZE;
	return commands[head->cmd].start(cb);
}

/* The generated table has no flags: whoever listens must be allowed to change. */
static const struct genl_multicast_group groups[] = {
	[KVMLAT_NLGRP_EVENTS] = {
		.name = KVMLAT_MCGRP_EVENTS,
		.flags = GENL_MCAST_CAP_SYS_ADMIN,
	},
};

/*
 * The generator makes small ops, the widest form that 6.1 and 7.x both take, but those have
 * no room for start and done. So the table is widened here.
 */
static struct genl_ops ops[ARRAY_SIZE(kvmlat_nl_ops)];

int __init kvmlat_netlink_init(void)
{
	size_t i;
	int err;

	for (i = 0; i < ARRAY_SIZE(ops); i++) {
		const struct genl_small_ops *small = &kvmlat_nl_ops[i];

		ops[i] = (struct genl_ops) {
			.cmd = small->cmd,
			.flags = small->flags,
			.validate = small->validate,
			.doit = small->doit ? doit : NULL,
			.dumpit = small->dumpit,
			.start = small->dumpit ? start : NULL,
			.done = commands[small->cmd].done,
		};
		handlers[small->cmd] = small->doit;
	}
	kvmlat_dump_init();
	kvmlat_family.maxattr = ARRAY_SIZE(kvmlat_main_nl_policy) - 1;
	kvmlat_family.policy = kvmlat_main_nl_policy;
	kvmlat_family.ops = ops;
	kvmlat_family.n_ops = ARRAY_SIZE(ops);
	kvmlat_family.mcgrps = groups;
	kvmlat_family.n_mcgrps = ARRAY_SIZE(groups);
	err = kvmlat_outlier_netlink_init();
	if (err)
		return err;
	err = genl_register_family(&kvmlat_family);
	if (err)
		kvmlat_outlier_netlink_exit();
	return err;
}

void kvmlat_netlink_exit(void)
{
	genl_unregister_family(&kvmlat_family);
	kvmlat_outlier_netlink_exit();
}
