// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "base/namespaces.h"
#include "labels.h"

static int order(const struct label *x, uint32_t vm_id, uint32_t vcpu_id)
{
	if (x->vm_id != vm_id)
		return x->vm_id < vm_id ? -1 : 1;
	return (x->vcpu_id > vcpu_id) - (x->vcpu_id < vcpu_id);
}

int labels_learn(struct labels *labels, const struct kvmlat_snapshot *snap,
		 const struct labels *known)
{
	size_t i, at = 0;

	*labels = (struct labels){ .all = calloc(snap->nr_vcpus + 1, sizeof(*labels->all)) };
	if (!labels->all)
		return -1;
	for (i = 0; i < snap->nr_vcpus; i++) {
		const struct kvmlat_vcpu *v = &snap->vcpus[i];
		struct label *to = &labels->all[labels->nr++];

		*to = (struct label){ v->vm_id, v->vcpu_id, v->tid, "" };
		while (known && at < known->nr &&
		       order(&known->all[at], v->vm_id, v->vcpu_id) < 0)
			at++;
		if (known && at < known->nr && !order(&known->all[at], v->vm_id, v->vcpu_id) &&
		    known->all[at].tid == v->tid)
			*to = known->all[at];
		else if (v->gone || !v->tid || !pids_are_ours() ||
			 kvmlat_thread_name(v->pid, v->tid, to->thread, sizeof(to->thread)))
			to->thread[0] = 0;
	}
	return 0;
}

const char *labels_thread(const struct labels *labels, uint32_t vm_id, uint32_t vcpu_id)
{
	size_t first = 0, end = labels->nr;

	while (first < end) {
		size_t middle = first + (end - first) / 2;
		int ret = order(&labels->all[middle], vm_id, vcpu_id);

		if (!ret)
			return labels->all[middle].thread;
		if (ret < 0)
			first = middle + 1;
		else
			end = middle;
	}
	return "";
}

void labels_free(struct labels *labels)
{
	free(labels->all);
	memset(labels, 0, sizeof(*labels));
}
