// SPDX-License-Identifier: GPL-2.0-only
#include "throttling.h"

/* How many readings use the groups that the last one found: threads are many, groups few. */
#define LIMITS_EVERY	8

int throttling_read(struct throttling *t, const struct kvmlat_snapshot *snap, bool since_start)
{
	bool known = t->readings++ % LIMITS_EVERY && t->vcpus == snap->nr_vcpus;
	struct quotas now, last = { 0 };
	int ret;

	t->vcpus = snap->nr_vcpus;
	ret = known ? quotas_again(&now, &t->now) : quotas_read(&now, snap);
	if (!ret)
		ret = since_start ? quotas_sum(&last, &now) : quotas_since(&last, &now, &t->now);
	quotas_free(&t->now);
	quotas_free(&t->last);
	t->now = now;
	t->last = last;
	return ret;
}

const struct quota *throttling_worst(const struct throttling *t, uint32_t vm_id, size_t *others)
{
	const struct quota *worst = NULL;
	size_t i, nr = 0;

	for (i = 0; i < t->last.nr; i++) {
		const struct quota *q = &t->last.all[i];

		if (!q->throttled || (vm_id && q->vm_id != vm_id))
			continue;
		nr++;
		if (!worst || q->throttled_ns > worst->throttled_ns)
			worst = q;
	}
	*others = nr ? nr - 1 : 0;
	return worst;
}

void throttling_free(struct throttling *t)
{
	quotas_free(&t->now);
	quotas_free(&t->last);
}
