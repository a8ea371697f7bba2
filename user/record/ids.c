// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>

#include "ids.h"

int id_order(const struct id *x, const struct id *y)
{
	if (x->vm_id != y->vm_id)
		return x->vm_id < y->vm_id ? -1 : 1;
	return (x->vcpu_id > y->vcpu_id) - (x->vcpu_id < y->vcpu_id);
}

static int compare(const void *x, const void *y)
{
	return id_order(x, y);
}

void ids_sort(struct ids *ids)
{
	if (ids->nr)
		qsort(ids->all, ids->nr, sizeof(*ids->all), compare);
}

bool ids_have(const struct ids *ids, const struct id *id)
{
	return ids->nr && bsearch(id, ids->all, ids->nr, sizeof(*id), compare);
}
