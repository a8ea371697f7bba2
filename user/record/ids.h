/* SPDX-License-Identifier: GPL-2.0-only */
/* Whose something is: VMs, whose vcpu_id is 0, and vCPUs. */
#ifndef _KVMLAT_RECORD_IDS_H
#define _KVMLAT_RECORD_IDS_H

#include "lib/kvmlat.h"

struct id {
	uint32_t	vm_id;
	uint32_t	vcpu_id;
};

struct ids {
	size_t		nr;
	struct id	*all;
};

static inline struct id id_of(const struct kvmlat_vcpu *v)
{
	return (struct id){ v->vm_id, v->vcpu_id };
}

int id_order(const struct id *x, const struct id *y);
void ids_sort(struct ids *ids);

/* In a list that was sorted. */
bool ids_have(const struct ids *ids, const struct id *id);

#endif /* _KVMLAT_RECORD_IDS_H */
