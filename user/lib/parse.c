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
};

static const struct rule vcpu_rules[] = {
	[KVMLAT_A_VCPU_VM_ID]		= { "vm-id", U32, true },
	[KVMLAT_A_VCPU_PID]		= { "pid", U32, true },
	[KVMLAT_A_VCPU_VCPU_ID]		= { "vcpu-id", U32, true },
	[KVMLAT_A_VCPU_TID]		= { "tid", U32 },
	[KVMLAT_A_VCPU_SINCE]		= { "since", U64, true },
	[KVMLAT_A_VCPU_NOW]		= { "now", U64, true },
	[KVMLAT_A_VCPU_GONE]		= { "gone", FLAG },
	[KVMLAT_A_VCPU_STATE]		= { "state", U32 },
	[KVMLAT_A_VCPU_STATE_SINCE]	= { "state-since", U64 },
	[KVMLAT_A_VCPU_OPEN]		= { "open", NEST },
	[KVMLAT_A_VCPU_TIMES]		= { "times", NEST, true },
	[KVMLAT_A_VCPU_REENTRIES]	= { "reentries", U64 },
	[KVMLAT_A_VCPU_MEMORY]		= { "memory", U32 },
	[KVMLAT_A_VCPU_REASON]		= { "reason", MULTI_NEST },
};

static const struct rule open_rules[] = {
	[KVMLAT_A_OPEN_CLASS]		= { "class", U32, true },
	[KVMLAT_A_OPEN_CODE]		= { "code", U32 },
	[KVMLAT_A_OPEN_SINCE]		= { "since", U64, true },
};

static const struct rule times_rules[] = {
	[KVMLAT_A_TIMES_GUEST]		= { "guest", U64, true },
	[KVMLAT_A_TIMES_EXIT]		= { "exit", U64, true },
	[KVMLAT_A_TIMES_USER]		= { "user", U64, true },
};

static const struct rule reason_rules[] = {
	[KVMLAT_A_REASON_CLASS]		= { "class", U32, true },
	[KVMLAT_A_REASON_CODE]		= { "code", U32 },
	[KVMLAT_A_REASON_COUNT]		= { "count", U64, true },
	[KVMLAT_A_REASON_TOTAL]		= { "total", U64, true },
	[KVMLAT_A_REASON_LONGEST]	= { "longest", U64, true },
	[KVMLAT_A_REASON_BUCKET_INDEX]	= { "bucket-index", BINARY },
	[KVMLAT_A_REASON_BUCKET_COUNT]	= { "bucket-count", BINARY },
};

static const struct set main_set = SET("message", main_rules);
static const struct set info_set = SET("info", info_rules);
static const struct set probe_set = SET("probe", probe_rules);
static const struct set vm_set = SET("vm", vm_rules);
static const struct set vcpu_set = SET("vcpu", vcpu_rules);
static const struct set open_set = SET("open", open_rules);
static const struct set times_set = SET("times", times_rules);
static const struct set reason_set = SET("reason", reason_rules);

static int parse_main(const struct nlmsghdr *nlh, uint16_t type, const struct nlattr **tb,
		      struct kvmlat_error *err)
{
	size_t skip = MNL_ALIGN(sizeof(struct genlmsghdr));
	size_t len = mnl_nlmsg_get_payload_len(nlh);

	if (len < skip)
		return kvmlat_attr_bad(err, &main_set, NULL, "is cut short");
	if (kvmlat_attr_parse(&main_set, mnl_nlmsg_get_payload_offset(nlh, skip), len - skip,
			      tb, err))
		return -1;
	if (!tb[type])
		return kvmlat_attr_bad(err, &main_set, main_rules[type].name, "is missing");
	return 0;
}

static void *grow(void *array, size_t n, size_t size)
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

	if (kvmlat_attr_parse_nest(&probe_set, nest, tb, err))
		return -1;
	probes = grow(info->probes, info->nr_probes, sizeof(*probes));
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

	if (parse_main(nlh, KVMLAT_A_INFO, tb, err))
		return -1;
	nest = tb[KVMLAT_A_INFO];
	if (kvmlat_attr_parse_nest(&info_set, nest, tb, err))
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

	if (parse_main(nlh, KVMLAT_A_VM, tb, err) ||
	    kvmlat_attr_parse_nest(&vm_set, tb[KVMLAT_A_VM], tb, err))
		return -1;
	vm->vm_id = kvmlat_attr_u32(tb[KVMLAT_A_VM_VM_ID]);
	vm->pid = kvmlat_attr_u32(tb[KVMLAT_A_VM_PID]);
	vm->vcpus = kvmlat_attr_u32(tb[KVMLAT_A_VM_VCPUS]);
	kvmlat_attr_string(tb[KVMLAT_A_VM_COMM], vm->comm, sizeof(vm->comm));
	vm->since = kvmlat_attr_u64(tb[KVMLAT_A_VM_SINCE]);
	vm->gone = kvmlat_attr_u64(tb[KVMLAT_A_VM_GONE]);
	vm->memory = kvmlat_attr_u64(tb[KVMLAT_A_VM_MEMORY]);
	return 0;
}

static int parse_buckets(const struct nlattr *index, const struct nlattr *count,
			 struct kvmlat_reason *r, struct kvmlat_error *err)
{
	size_t n = index ? mnl_attr_get_payload_len(index) / sizeof(uint16_t) : 0;
	size_t i, m = count ? mnl_attr_get_payload_len(count) : 0;
	const char *from, *counts;

	if (m != n * sizeof(uint64_t) || (index && mnl_attr_get_payload_len(index) % 2))
		return kvmlat_attr_bad(err, &reason_set, "bucket-count", "does not match bucket-index");
	if (!n)
		return 0;
	r->buckets = calloc(n, sizeof(*r->buckets));
	if (!r->buckets)
		return kvmlat_fail(err, KVMLAT_E_SYSTEM, 0, "out of memory");
	r->nr_buckets = n;
	from = mnl_attr_get_payload(index);
	counts = mnl_attr_get_payload(count);
	for (i = 0; i < n; i++) {
		struct kvmlat_bucket *b = &r->buckets[i];

		memcpy(&b->index, from + i * sizeof(b->index), sizeof(b->index));
		memcpy(&b->count, counts + i * sizeof(b->count), sizeof(b->count));
		if (b->index >= KVMLAT_HIST_BUCKETS || (i && b->index <= b[-1].index))
			return kvmlat_attr_bad(err, &reason_set, "bucket-index",
				   "is out of range or not ascending");
	}
	return 0;
}

static int parse_reason(const struct nlattr *nest, struct kvmlat_account *a,
			struct kvmlat_error *err)
{
	const struct nlattr *tb[MAX_ATTRS];
	struct kvmlat_reason *r;

	if (kvmlat_attr_parse_nest(&reason_set, nest, tb, err))
		return -1;
	r = grow(a->reasons, a->nr_reasons, sizeof(*r));
	if (!r)
		return kvmlat_fail(err, KVMLAT_E_SYSTEM, 0, "out of memory");
	a->reasons = r;
	r += a->nr_reasons++;
	memset(r, 0, sizeof(*r));
	r->cls = kvmlat_attr_u32(tb[KVMLAT_A_REASON_CLASS]);
	r->code = kvmlat_attr_u32(tb[KVMLAT_A_REASON_CODE]);
	r->count = kvmlat_attr_u64(tb[KVMLAT_A_REASON_COUNT]);
	r->total = kvmlat_attr_u64(tb[KVMLAT_A_REASON_TOTAL]);
	r->longest_min = kvmlat_attr_u64(tb[KVMLAT_A_REASON_LONGEST]);
	r->longest_max = r->longest_min;
	return parse_buckets(tb[KVMLAT_A_REASON_BUCKET_INDEX], tb[KVMLAT_A_REASON_BUCKET_COUNT],
			     r, err);
}

static int parse_times(const struct nlattr *nest, struct kvmlat_account *a,
		       struct kvmlat_error *err)
{
	const struct nlattr *tb[MAX_ATTRS];

	if (kvmlat_attr_parse_nest(&times_set, nest, tb, err))
		return -1;
	a->times[KVMLAT_STATE_GUEST] = kvmlat_attr_u64(tb[KVMLAT_A_TIMES_GUEST]);
	a->times[KVMLAT_STATE_EXIT] = kvmlat_attr_u64(tb[KVMLAT_A_TIMES_EXIT]);
	a->times[KVMLAT_STATE_USER] = kvmlat_attr_u64(tb[KVMLAT_A_TIMES_USER]);
	return 0;
}

static int parse_open(const struct nlattr *nest, struct kvmlat_vcpu *v, struct kvmlat_error *err)
{
	const struct nlattr *tb[MAX_ATTRS];

	if (kvmlat_attr_parse_nest(&open_set, nest, tb, err))
		return -1;
	v->open = true;
	v->open_cls = kvmlat_attr_u32(tb[KVMLAT_A_OPEN_CLASS]);
	v->open_code = kvmlat_attr_u32(tb[KVMLAT_A_OPEN_CODE]);
	v->open_since = kvmlat_attr_u64(tb[KVMLAT_A_OPEN_SINCE]);
	return 0;
}

/* Fills @vcpu, which must be zero; what it allocated is the caller's also after a failure. */
int kvmlat_parse_vcpu(const struct nlmsghdr *nlh, struct kvmlat_vcpu *v, bool *more,
		      struct kvmlat_error *err)
{
	const struct nlattr *tb[MAX_ATTRS], *nest, *attr;
	struct kvmlat_account *a = &v->account;

	if (parse_main(nlh, KVMLAT_A_VCPU, tb, err))
		return -1;
	*more = tb[KVMLAT_A_MORE];
	nest = tb[KVMLAT_A_VCPU];
	if (kvmlat_attr_parse_nest(&vcpu_set, nest, tb, err))
		return -1;
	v->vm_id = kvmlat_attr_u32(tb[KVMLAT_A_VCPU_VM_ID]);
	v->pid = kvmlat_attr_u32(tb[KVMLAT_A_VCPU_PID]);
	v->vcpu_id = kvmlat_attr_u32(tb[KVMLAT_A_VCPU_VCPU_ID]);
	v->tid = kvmlat_attr_u32(tb[KVMLAT_A_VCPU_TID]);
	v->gone = tb[KVMLAT_A_VCPU_GONE];
	v->state = kvmlat_attr_u32(tb[KVMLAT_A_VCPU_STATE]);
	v->state_since = kvmlat_attr_u64(tb[KVMLAT_A_VCPU_STATE_SINCE]);
	v->memory = kvmlat_attr_u32(tb[KVMLAT_A_VCPU_MEMORY]);
	a->start = kvmlat_attr_u64(tb[KVMLAT_A_VCPU_SINCE]);
	a->end = kvmlat_attr_u64(tb[KVMLAT_A_VCPU_NOW]);
	if (a->end < a->start)
		return kvmlat_attr_bad(err, &vcpu_set, "now", "is before since");
	a->elapsed = a->end - a->start;
	a->reentries = kvmlat_attr_u64(tb[KVMLAT_A_VCPU_REENTRIES]);
	a->nr_vcpus = 1;

	if (tb[KVMLAT_A_VCPU_OPEN] && parse_open(tb[KVMLAT_A_VCPU_OPEN], v, err))
		return -1;
	mnl_attr_for_each_nested(attr, nest) {
		switch (mnl_attr_get_type(attr)) {
		case KVMLAT_A_VCPU_TIMES:
			if (parse_times(attr, a, err))
				return -1;
			break;
		case KVMLAT_A_VCPU_REASON:
			if (parse_reason(attr, a, err))
				return -1;
			break;
		}
	}
	return 0;
}
