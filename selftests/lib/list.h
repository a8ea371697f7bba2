/* SPDX-License-Identifier: GPL-2.0-only */
/* What INFO and VM_GET say, as structs. */
#ifndef SELFTESTS_LIST_H
#define SELFTESTS_LIST_H

#include "wire.h"

struct vm_entry {
	uint32_t vm;
	uint32_t pid;
	uint32_t vcpus;
	bool gone;
	uint64_t since;
	uint64_t gone_at;
	uint64_t memory;
	bool details;
	char comm[32];
};

struct vm_list {
	struct vm_entry *vms;
	unsigned int nr;
	bool intr;
};

struct info {
	uint32_t abi;
	uint32_t vendor;
	uint32_t clock;
	uint32_t clock_khz;
	uint64_t now;
	uint64_t monotonic;
	uint32_t vms;
	uint32_t gone;
	uint32_t gone_max;
	uint32_t vcpus;
	uint64_t memory;
	uint32_t vcpu_memory_max;
	uint64_t missed;
	uint64_t spilled;
	uint64_t gone_memory;
	uint64_t gone_memory_max;
	uint32_t vcpus_max;
	uint32_t user_vcpus_max;
	uint64_t refused;
	unsigned int probes;
	unsigned int attached;
	char version[32];
};

int info_get(struct wire *w, struct info *info);
int vms_get(struct wire *w, const struct filter *f, struct vm_list *list);
void vms_free(struct vm_list *list);

/* Whether that many VMs of a process have ended, as the module sees it; for wait_until() */
struct gone_wait {
	struct wire *wire;
	uint32_t pid;
	unsigned int vms;
};

bool vms_are_gone(void *gone_wait);

#endif
