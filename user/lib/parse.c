// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include <linux/genetlink.h>

#include "attr.h"

static const struct rule main_rules[] = {
	[KVMLAT_A_INFO]			= { "info", NEST },
	[KVMLAT_A_VM]			= { "vm", NEST },
	[KVMLAT_A_VCPU]			= { "vcpu", NEST },
	[KVMLAT_A_MORE]			= { "more", FLAG },
	[KVMLAT_A_END]			= { "end", NEST },
	[KVMLAT_A_OUTLIER]		= { "outlier", NEST },
};

static const struct rule end_rules[] = {
	[KVMLAT_A_END_CURSOR]		= { "cursor", U64, true },
	[KVMLAT_A_END_NOW]		= { "now", U64, true },
	[KVMLAT_A_END_CHANGES]		= { "changes", FLAG },
};

static const struct rule info_rules[] = {
	[KVMLAT_A_INFO_VERSION]		= { "version", STRING, true },
	[KVMLAT_A_INFO_ABI]		= { "abi", U32, true },
	[KVMLAT_A_INFO_VENDOR]		= { "vendor", U32, true },
	[KVMLAT_A_INFO_CLOCK]		= { "clock", U32, true },
	[KVMLAT_A_INFO_CLOCK_KHZ]	= { "clock-khz", U32 },
	[KVMLAT_A_INFO_NOW]		= { "now", U64, true },
	[KVMLAT_A_INFO_MONOTONIC]	= { "monotonic", U64, true },
	[KVMLAT_A_INFO_VMS]		= { "vms", U32, true },
	[KVMLAT_A_INFO_VMS_GONE]	= { "vms-gone", U32, true },
	[KVMLAT_A_INFO_VMS_GONE_MAX]	= { "vms-gone-max", U32, true },
	[KVMLAT_A_INFO_VCPUS]		= { "vcpus", U32, true },
	[KVMLAT_A_INFO_MEMORY]		= { "memory", U64, true },
	[KVMLAT_A_INFO_VCPU_MEMORY_MAX]	= { "vcpu-memory-max", U32, true },
	[KVMLAT_A_INFO_MISSED]		= { "missed", U64, true },
	[KVMLAT_A_INFO_SPILLED]		= { "spilled", U64, true },
	[KVMLAT_A_INFO_PROBE]		= { "probe", MULTI_NEST },
	[KVMLAT_A_INFO_VMS_GONE_MEMORY]	= { "vms-gone-memory", U64 },
	[KVMLAT_A_INFO_VMS_GONE_MEMORY_MAX] = { "vms-gone-memory-max", U64 },
	[KVMLAT_A_INFO_VCPUS_MAX]	= { "vcpus-max", U32 },
	[KVMLAT_A_INFO_USER_VCPUS_MAX]	= { "user-vcpus-max", U32 },
	[KVMLAT_A_INFO_REFUSED]		= { "refused", U64 },
};

static const struct rule probe_rules[] = {
	[KVMLAT_A_PROBE_NAME]		= { "name", STRING, true },
	[KVMLAT_A_PROBE_STATE]		= { "state", U32, true },
	[KVMLAT_A_PROBE_WHY]		= { "why", STRING },
};

static const struct rule vm_rules[] = {
	[KVMLAT_A_VM_VM_ID]		= { "vm-id", U32, true },
	[KVMLAT_A_VM_PID]		= { "pid", U32, true },
	[KVMLAT_A_VM_COMM]		= { "comm", STRING },
	[KVMLAT_A_VM_VCPUS]		= { "vcpus", U32, true },
	[KVMLAT_A_VM_SINCE]		= { "since", U64, true },
	[KVMLAT_A_VM_GONE]		= { "gone", U64 },
	[KVMLAT_A_VM_MEMORY]		= { "memory", U64 },
	[KVMLAT_A_VM_DETAILS]		= { "details", FLAG },
};

static const struct attr_space main_space = SPACE("message", main_rules);
static const struct attr_space end_space = SPACE("end", end_rules);
static const struct attr_space info_space = SPACE("info", info_rules);
static const struct attr_space probe_space = SPACE("probe", probe_rules);
static const struct attr_space vm_space = SPACE("vm", vm_rules);

int kvmlat_parse_main(const struct nlmsghdr *nlh, uint16_t type, const struct nlattr **tb,
		      struct kvmlat_error *err)
{
	size_t skip = MNL_ALIGN(sizeof(struct genlmsghdr));
	size_t len = mnl_nlmsg_get_payload_len(nlh);

	if (len < skip)
		return kvmlat_attr_bad(err, &main_space, NULL, "is cut short");
	if (kvmlat_attr_parse(&main_space, mnl_nlmsg_get_payload_offset(nlh, skip), len - skip,
			      tb, err))
		return -1;
	if (!tb[type] && !((type == KVMLAT_A_VCPU || type == KVMLAT_A_OUTLIER) &&
			   tb[KVMLAT_A_END]))
		return kvmlat_attr_bad(err, &main_space, main_rules[type].name, "is missing");
	return 0;
}

void *kvmlat_grow(void *array, size_t n, size_t size)
{
	if (n && (n & (n - 1)))
		return array;
	return realloc(array, (n ? 2 * n : 1) * size);
}

static int parse_probe(const struct nlattr *nest, struct kvmlat_info *info,
		       struct kvmlat_error *err)
{
	const struct nlattr *tb[MAX_ATTRS];
	struct kvmlat_probe *probes;

	if (kvmlat_attr_parse_nest(&probe_space, nest, tb, err))
		return -1;
	probes = kvmlat_grow(info->probes, info->nr_probes, sizeof(*probes));
	if (!probes)
		return kvmlat_fail(err, KVMLAT_E_SYSTEM, 0, "out of memory");
	info->probes = probes;
	probes += info->nr_probes++;
	kvmlat_attr_string(tb[KVMLAT_A_PROBE_NAME], probes->name, sizeof(probes->name));
	kvmlat_attr_string(tb[KVMLAT_A_PROBE_WHY], probes->why, sizeof(probes->why));
	probes->attached = kvmlat_attr_u32(tb[KVMLAT_A_PROBE_STATE]) == KVMLAT_PROBE_STATE_ATTACHED;
	return 0;
}

int kvmlat_parse_info(const struct nlmsghdr *nlh, void *ctx, struct kvmlat_error *err)
{
	const struct nlattr *tb[MAX_ATTRS], *nest, *attr;
	struct kvmlat_info *info = ctx;

	if (kvmlat_parse_main(nlh, KVMLAT_A_INFO, tb, err))
		return -1;
	nest = tb[KVMLAT_A_INFO];
	if (kvmlat_attr_parse_nest(&info_space, nest, tb, err))
		return -1;
	kvmlat_attr_string(tb[KVMLAT_A_INFO_VERSION], info->version, sizeof(info->version));
	info->abi = kvmlat_attr_u32(tb[KVMLAT_A_INFO_ABI]);
	info->vendor = kvmlat_attr_u32(tb[KVMLAT_A_INFO_VENDOR]);
	info->clock = kvmlat_attr_u32(tb[KVMLAT_A_INFO_CLOCK]);
	info->clock_khz = kvmlat_attr_u32(tb[KVMLAT_A_INFO_CLOCK_KHZ]);
	info->now = kvmlat_attr_u64(tb[KVMLAT_A_INFO_NOW]);
	info->monotonic = kvmlat_attr_u64(tb[KVMLAT_A_INFO_MONOTONIC]);
	info->vms = kvmlat_attr_u32(tb[KVMLAT_A_INFO_VMS]);
	info->vms_gone = kvmlat_attr_u32(tb[KVMLAT_A_INFO_VMS_GONE]);
	info->vms_gone_max = kvmlat_attr_u32(tb[KVMLAT_A_INFO_VMS_GONE_MAX]);
	info->vcpus = kvmlat_attr_u32(tb[KVMLAT_A_INFO_VCPUS]);
	info->memory = kvmlat_attr_u64(tb[KVMLAT_A_INFO_MEMORY]);
	info->vcpu_memory_max = kvmlat_attr_u32(tb[KVMLAT_A_INFO_VCPU_MEMORY_MAX]);
	info->missed = kvmlat_attr_u64(tb[KVMLAT_A_INFO_MISSED]);
	info->spilled = kvmlat_attr_u64(tb[KVMLAT_A_INFO_SPILLED]);
	info->vms_gone_memory = kvmlat_attr_u64(tb[KVMLAT_A_INFO_VMS_GONE_MEMORY]);
	info->vms_gone_memory_max = kvmlat_attr_u64(tb[KVMLAT_A_INFO_VMS_GONE_MEMORY_MAX]);
	info->vcpus_max = kvmlat_attr_u32(tb[KVMLAT_A_INFO_VCPUS_MAX]);
	info->user_vcpus_max = kvmlat_attr_u32(tb[KVMLAT_A_INFO_USER_VCPUS_MAX]);
	info->refused = kvmlat_attr_u64(tb[KVMLAT_A_INFO_REFUSED]);

	mnl_attr_for_each_nested(attr, nest) {
		if (mnl_attr_get_type(attr) == KVMLAT_A_INFO_PROBE &&
		    parse_probe(attr, info, err))
			return -1;
	}
	return 0;
}

int kvmlat_parse_vm(const struct nlmsghdr *nlh, struct kvmlat_vm *vm, struct kvmlat_error *err)
{
	const struct nlattr *tb[MAX_ATTRS];

	if (kvmlat_parse_main(nlh, KVMLAT_A_VM, tb, err) ||
	    kvmlat_attr_parse_nest(&vm_space, tb[KVMLAT_A_VM], tb, err))
		return -1;
	vm->vm_id = kvmlat_attr_u32(tb[KVMLAT_A_VM_VM_ID]);
	vm->pid = kvmlat_attr_u32(tb[KVMLAT_A_VM_PID]);
	vm->vcpus = kvmlat_attr_u32(tb[KVMLAT_A_VM_VCPUS]);
	kvmlat_attr_string(tb[KVMLAT_A_VM_COMM], vm->comm, sizeof(vm->comm));
	vm->since = kvmlat_attr_u64(tb[KVMLAT_A_VM_SINCE]);
	vm->gone = kvmlat_attr_u64(tb[KVMLAT_A_VM_GONE]);
	vm->memory = kvmlat_attr_u64(tb[KVMLAT_A_VM_MEMORY]);
	vm->details = tb[KVMLAT_A_VM_DETAILS];
	return 0;
}

int kvmlat_parse_end(const struct nlattr *nest, struct kvmlat_end *end, struct kvmlat_error *err)
{
	const struct nlattr *tb[MAX_ATTRS];

	if (kvmlat_attr_parse_nest(&end_space, nest, tb, err))
		return -1;
	*end = (struct kvmlat_end) {
		.seen = true,
		.cursor = kvmlat_attr_u64(tb[KVMLAT_A_END_CURSOR]),
		.now = kvmlat_attr_u64(tb[KVMLAT_A_END_NOW]),
		.changes = tb[KVMLAT_A_END_CHANGES],
	};
	return 0;
}
