// SPDX-License-Identifier: GPL-2.0-only
/* What is known of the module, of a VM and of a dump, as attributes. */
#include <linux/ktime.h>
#include <net/netlink.h>

#include "attach.h"
#include "clock.h"
#include "collect.h"
#include "limit.h"
#include "message.h"
#include "modules.h"
#include "reason.h"
#include "reserve.h"
#include "vms.h"
#include "version.h"

static int put_probe(struct sk_buff *skb, const char *name, const char *why)
{
	struct nlattr *nest = nla_nest_start(skb, KVMLAT_A_INFO_PROBE);

	if (!nest || nla_put_string(skb, KVMLAT_A_PROBE_NAME, name) ||
	    nla_put_u32(skb, KVMLAT_A_PROBE_STATE,
			why ? KVMLAT_PROBE_STATE_MISSING : KVMLAT_PROBE_STATE_ATTACHED) ||
	    (why && nla_put_string(skb, KVMLAT_A_PROBE_WHY, why)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_probes(struct sk_buff *skb)
{
	struct kvmlat_attach_info info;
	unsigned int i;

	for (i = 0; kvmlat_attach_info(i, &info); i++) {
		if (put_probe(skb, info.name, info.why))
			return -EMSGSIZE;
	}
	return put_probe(skb, "exit reason", kvmlat_reason_why()) ?:
	       put_probe(skb, "VM end", kvmlat_modules_vm_end_why());
}

static int put_limits(struct sk_buff *skb, const struct kvmlat_counts *counts)
{
	struct kvmlat_limits limits;

	kvmlat_limit_read(&limits);
	if (nla_put_u64_64bit(skb, KVMLAT_A_INFO_VMS_GONE_MEMORY, counts->gone_memory,
			      KVMLAT_A_INFO_PAD) ||
	    nla_put_u64_64bit(skb, KVMLAT_A_INFO_VMS_GONE_MEMORY_MAX, counts->gone_memory_max,
			      KVMLAT_A_INFO_PAD) ||
	    nla_put_u32(skb, KVMLAT_A_INFO_VCPUS_MAX, limits.vcpus_max) ||
	    nla_put_u32(skb, KVMLAT_A_INFO_USER_VCPUS_MAX, limits.user_vcpus_max) ||
	    nla_put_u64_64bit(skb, KVMLAT_A_INFO_REFUSED, limits.refused, KVMLAT_A_INFO_PAD))
		return -EMSGSIZE;
	return 0;
}

int kvmlat_message_info(struct sk_buff *skb, const void *what)
{
	const struct kvmlat_counts *counts = what;
	struct nlattr *nest = nla_nest_start(skb, KVMLAT_A_INFO);
	u32 khz = kvmlat_clock_khz();

	if (!nest || nla_put_string(skb, KVMLAT_A_INFO_VERSION, KVMLAT_VERSION) ||
	    nla_put_u32(skb, KVMLAT_A_INFO_ABI, KVMLAT_ABI) ||
	    nla_put_u32(skb, KVMLAT_A_INFO_VENDOR, kvmlat_reason_vendor()) ||
	    nla_put_u32(skb, KVMLAT_A_INFO_CLOCK, khz ? KVMLAT_CLOCK_TSC : KVMLAT_CLOCK_MONO) ||
	    nla_put_u32(skb, KVMLAT_A_INFO_CLOCK_KHZ, khz) ||
	    nla_put_u64_64bit(skb, KVMLAT_A_INFO_NOW, kvmlat_clock_ordered(),
			      KVMLAT_A_INFO_PAD) ||
	    nla_put_u64_64bit(skb, KVMLAT_A_INFO_MONOTONIC, ktime_get_ns(),
			      KVMLAT_A_INFO_PAD) ||
	    nla_put_u32(skb, KVMLAT_A_INFO_VMS, counts->vms) ||
	    nla_put_u32(skb, KVMLAT_A_INFO_VMS_GONE, counts->vms_gone) ||
	    nla_put_u32(skb, KVMLAT_A_INFO_VMS_GONE_MAX, counts->gone_max) ||
	    nla_put_u32(skb, KVMLAT_A_INFO_VCPUS, counts->vcpus) ||
	    nla_put_u64_64bit(skb, KVMLAT_A_INFO_MEMORY, kvmlat_reserve_memory(),
			      KVMLAT_A_INFO_PAD) ||
	    nla_put_u32(skb, KVMLAT_A_INFO_VCPU_MEMORY_MAX, counts->memory_max) ||
	    nla_put_u64_64bit(skb, KVMLAT_A_INFO_MISSED, counts->missed, KVMLAT_A_INFO_PAD) ||
	    nla_put_u64_64bit(skb, KVMLAT_A_INFO_SPILLED, counts->spilled, KVMLAT_A_INFO_PAD) ||
	    put_limits(skb, counts) || put_probes(skb))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

int kvmlat_message_vm(struct sk_buff *skb, const struct kvmlat_vm *vm)
{
	struct nlattr *nest = nla_nest_start(skb, KVMLAT_A_VM);
	u64 gone = READ_ONCE(vm->gone);

	if (!nest || nla_put_u32(skb, KVMLAT_A_VM_VM_ID, vm->id) ||
	    nla_put_u32(skb, KVMLAT_A_VM_PID, vm->pid) ||
	    nla_put_string(skb, KVMLAT_A_VM_COMM, vm->comm) ||
	    nla_put_u32(skb, KVMLAT_A_VM_VCPUS, READ_ONCE(vm->nr_vcpus)) ||
	    nla_put_u64_64bit(skb, KVMLAT_A_VM_SINCE, vm->since, KVMLAT_A_VM_PAD) ||
	    (gone && nla_put_u64_64bit(skb, KVMLAT_A_VM_GONE, gone, KVMLAT_A_VM_PAD)) ||
	    nla_put_u64_64bit(skb, KVMLAT_A_VM_MEMORY, kvmlat_vms_memory(vm),
			      KVMLAT_A_VM_PAD) ||
	    (kvmlat_collect_is_on(vm) && nla_put_flag(skb, KVMLAT_A_VM_DETAILS)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

int kvmlat_message_end(struct sk_buff *skb, u64 cursor, u64 now, bool changes)
{
	struct nlattr *nest = nla_nest_start(skb, KVMLAT_A_END);

	if (!nest || nla_put_u64_64bit(skb, KVMLAT_A_END_CURSOR, cursor, KVMLAT_A_END_PAD) ||
	    nla_put_u64_64bit(skb, KVMLAT_A_END_NOW, now, KVMLAT_A_END_PAD) ||
	    (changes && nla_put_flag(skb, KVMLAT_A_END_CHANGES)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}
