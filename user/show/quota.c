// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "json.h"
#include "lib/printable.h"
#include "quota.h"

const char *quota_name(const struct quota *q)
{
	static char name[sizeof(q->group)];

	memcpy(name, q->group, sizeof(name));
	kvmlat_printable(name);
	return name;
}

struct json_object *json_quotas(const struct quotas *quotas, uint32_t vm_id)
{
	struct json_object *list = json_object_new_array(), *o;
	size_t i;

	for (i = 0; quotas && i < quotas->nr; i++) {
		const struct quota *q = &quotas->all[i];

		if (vm_id && q->vm_id != vm_id)
			continue;
		o = json_object_new_object();
		add_u64(o, "vm_id", q->vm_id);
		add_text(o, "cgroup", quota_name(q));
		add_u64(o, "quota_ns", q->max);
		add_u64(o, "period_ns", q->period);
		add_u64(o, "periods", q->periods);
		add_u64(o, "throttled", q->throttled);
		add_u64(o, "throttled_ns", q->throttled_ns);
		json_object_array_add(list, o);
	}
	return list;
}
