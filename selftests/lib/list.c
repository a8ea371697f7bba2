// SPDX-License-Identifier: GPL-2.0-only
/* INFO and VM_GET. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "list.h"

static void copy_string(char *to, size_t size, struct nlattr *a)
{
	if (a)
		snprintf(to, size, "%.*s", nla_len(a), (char *)nla_data(a));
}

static int take_info(struct nlattr **attrs, void *arg)
{
	static const int wanted[] = {
		KVMLAT_A_INFO_VERSION, KVMLAT_A_INFO_ABI, KVMLAT_A_INFO_VENDOR, KVMLAT_A_INFO_CLOCK,
		KVMLAT_A_INFO_CLOCK_KHZ, KVMLAT_A_INFO_NOW, KVMLAT_A_INFO_MONOTONIC,
		KVMLAT_A_INFO_VMS, KVMLAT_A_INFO_VMS_GONE, KVMLAT_A_INFO_VMS_GONE_MAX,
		KVMLAT_A_INFO_VCPUS, KVMLAT_A_INFO_MEMORY, KVMLAT_A_INFO_VCPU_MEMORY_MAX,
		KVMLAT_A_INFO_MISSED, KVMLAT_A_INFO_SPILLED, KVMLAT_A_INFO_PROBE,
		KVMLAT_A_INFO_VMS_GONE_MEMORY, KVMLAT_A_INFO_VMS_GONE_MEMORY_MAX,
		KVMLAT_A_INFO_VCPUS_MAX, KVMLAT_A_INFO_USER_VCPUS_MAX, KVMLAT_A_INFO_REFUSED,
	};
	struct nlattr *a[KVMLAT_A_INFO_MAX + 1], *p[KVMLAT_A_PROBE_MAX + 1], *pos;
	struct info *info = arg;
	int left;

	if (!attrs[KVMLAT_A_INFO] ||
	    nla_parse_nested(a, KVMLAT_A_INFO_MAX, attrs[KVMLAT_A_INFO], NULL))
		return EBADMSG;
	for (unsigned int i = 0; i < sizeof(wanted) / sizeof(*wanted); i++)
		if (!a[wanted[i]])
			return EBADMSG;
	info->abi = nla_get_u32(a[KVMLAT_A_INFO_ABI]);
	info->vendor = nla_get_u32(a[KVMLAT_A_INFO_VENDOR]);
	info->clock = nla_get_u32(a[KVMLAT_A_INFO_CLOCK]);
	info->clock_khz = nla_get_u32(a[KVMLAT_A_INFO_CLOCK_KHZ]);
	info->now = nla_get_u64(a[KVMLAT_A_INFO_NOW]);
	info->monotonic = nla_get_u64(a[KVMLAT_A_INFO_MONOTONIC]);
	info->vms = nla_get_u32(a[KVMLAT_A_INFO_VMS]);
	info->gone = nla_get_u32(a[KVMLAT_A_INFO_VMS_GONE]);
	info->gone_max = nla_get_u32(a[KVMLAT_A_INFO_VMS_GONE_MAX]);
	info->vcpus = nla_get_u32(a[KVMLAT_A_INFO_VCPUS]);
	info->memory = nla_get_u64(a[KVMLAT_A_INFO_MEMORY]);
	info->vcpu_memory_max = nla_get_u32(a[KVMLAT_A_INFO_VCPU_MEMORY_MAX]);
	info->missed = nla_get_u64(a[KVMLAT_A_INFO_MISSED]);
	info->spilled = nla_get_u64(a[KVMLAT_A_INFO_SPILLED]);
	info->gone_memory = nla_get_u64(a[KVMLAT_A_INFO_VMS_GONE_MEMORY]);
	info->gone_memory_max = nla_get_u64(a[KVMLAT_A_INFO_VMS_GONE_MEMORY_MAX]);
	info->vcpus_max = nla_get_u32(a[KVMLAT_A_INFO_VCPUS_MAX]);
	info->user_vcpus_max = nla_get_u32(a[KVMLAT_A_INFO_USER_VCPUS_MAX]);
	info->refused = nla_get_u64(a[KVMLAT_A_INFO_REFUSED]);
	copy_string(info->version, sizeof(info->version), a[KVMLAT_A_INFO_VERSION]);

	nla_for_each_nested(pos, attrs[KVMLAT_A_INFO], left) {
		if (nla_type(pos) != KVMLAT_A_INFO_PROBE)
			continue;
		if (nla_parse_nested(p, KVMLAT_A_PROBE_MAX, pos, NULL) || !p[KVMLAT_A_PROBE_NAME] ||
		    !p[KVMLAT_A_PROBE_STATE])
			return EBADMSG;
		info->probes++;
		if (nla_get_u32(p[KVMLAT_A_PROBE_STATE]) == KVMLAT_PROBE_STATE_ATTACHED)
			info->attached++;
		else if (!p[KVMLAT_A_PROBE_WHY] || nla_len(p[KVMLAT_A_PROBE_WHY]) < 10)
			return EBADMSG;
	}
	return 0;
}

int info_get(struct wire *w, struct info *info)
{
	memset(info, 0, sizeof(*info));
	w->reply = take_info;
	w->arg = info;
	wire_talk(w, wire_request(w, KVMLAT_CMD_INFO, 0));
	w->reply = NULL;
	return w->err;
}

static int take_vm(struct nlattr **attrs, void *arg)
{
	struct nlattr *a[KVMLAT_A_VM_MAX + 1];
	struct vm_list *list = arg;
	struct vm_entry *vm;

	if (!attrs[KVMLAT_A_VM] || nla_parse_nested(a, KVMLAT_A_VM_MAX, attrs[KVMLAT_A_VM], NULL) ||
	    !a[KVMLAT_A_VM_VM_ID] || !a[KVMLAT_A_VM_PID] || !a[KVMLAT_A_VM_COMM] ||
	    !a[KVMLAT_A_VM_VCPUS] || !a[KVMLAT_A_VM_SINCE] || !a[KVMLAT_A_VM_MEMORY])
		return EBADMSG;
	list->vms = realloc(list->vms, (list->nr + 1) * sizeof(*list->vms));
	vm = &list->vms[list->nr++];
	*vm = (struct vm_entry){
		.vm = nla_get_u32(a[KVMLAT_A_VM_VM_ID]),
		.pid = nla_get_u32(a[KVMLAT_A_VM_PID]),
		.vcpus = nla_get_u32(a[KVMLAT_A_VM_VCPUS]),
		.since = nla_get_u64(a[KVMLAT_A_VM_SINCE]),
		.gone = a[KVMLAT_A_VM_GONE],
		.gone_at = a[KVMLAT_A_VM_GONE] ? nla_get_u64(a[KVMLAT_A_VM_GONE]) : 0,
		.memory = nla_get_u64(a[KVMLAT_A_VM_MEMORY]),
		.details = a[KVMLAT_A_VM_DETAILS],
	};
	copy_string(vm->comm, sizeof(vm->comm), a[KVMLAT_A_VM_COMM]);
	return 0;
}

int vms_get(struct wire *w, const struct filter *f, struct vm_list *list)
{
	struct nl_msg *msg = wire_request(w, KVMLAT_CMD_VM_GET, NLM_F_DUMP);

	memset(list, 0, sizeof(*list));
	if (msg)
		wire_put_filter(msg, f);
	w->reply = take_vm;
	w->arg = list;
	wire_talk(w, msg);
	w->reply = NULL;
	list->intr = w->intr;
	return w->err;
}

void vms_free(struct vm_list *list)
{
	free(list->vms);
	memset(list, 0, sizeof(*list));
}

bool vms_are_gone(void *arg)
{
	struct gone_wait *wait = arg;
	struct vm_list list;
	unsigned int gone = 0;

	if (vms_get(wait->wire, FILTER(.pid = wait->pid), &list))
		return false;
	for (unsigned int i = 0; i < list.nr; i++)
		gone += list.vms[i].gone;
	vms_free(&list);
	return gone == wait->vms;
}
