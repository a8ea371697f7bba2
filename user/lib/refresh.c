// SPDX-License-Identifier: GPL-2.0-only
/* What changed, put into what was known. */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/* Copies @from's rows with those of @changed in their place, and all else of @a. */
static int join_rows(struct kvmlat_account *a, const struct kvmlat_account *from,
		     const struct kvmlat_account *changed)
{
	const struct kvmlat_reason *x = from->reasons, *x_end = x ? x + from->nr_reasons : NULL;
	const struct kvmlat_reason *y = changed->reasons;
	const struct kvmlat_reason *y_end = y ? y + changed->nr_reasons : NULL;
	const struct kvmlat_reason **rows;
	size_t n = 0;
	int ret;

	rows = malloc((from->nr_reasons + changed->nr_reasons + 1) * sizeof(*rows));
	if (!rows)
		return -1;
	while (x != x_end || y != y_end) {
		int order = x == x_end ? 1 : y == y_end ? -1 : kvmlat_cmp_reason(x, y);

		rows[n++] = order < 0 ? x : y;
		x += order <= 0;
		y += order >= 0;
	}
	ret = kvmlat_store_pack(a, rows, n);
	free(rows);
	return ret;
}

/* A vCPU that nothing happened to up to @now was all the time in the state that it was in. */
static int go_on(struct kvmlat_vcpu *v, uint64_t now)
{
	struct kvmlat_account *a = &v->account;
	uint64_t more = now > a->end ? now - a->end : 0;
	static const struct kvmlat_account none;
	struct kvmlat_store *shared = a->store;

	if (v->gone || !more)
		return 0;
	a->end += more;
	a->elapsed += more;
	if (v->state < KVMLAT_NR_STATES)
		a->times[v->state] += more;
	if (v->state != KVMLAT_STATE_RUNQ)
		return 0;
	a->preempted += more;
	if (!a->nr_preemptors)
		return 0;
	/* Who took its CPU has it still; the array is that of the snapshot before, too. */
	if (join_rows(a, a, &none))
		return -1;
	kvmlat_store_put(shared);
	a->preemptors[a->nr_preemptors - 1].time += more;
	return 0;
}

static int keep(struct kvmlat_vcpu *to, const struct kvmlat_vcpu *was, uint64_t now)
{
	static const struct kvmlat_account none;

	*to = *was;
	if (to->account.store) {
		kvmlat_store_share(to->account.store);
	} else if (join_rows(&to->account, &was->account, &none)) {
		memset(to, 0, sizeof(*to));
		return -1;
	}
	return go_on(to, now);
}

/* @v, which was sent, gets the rows that were not, since they did not change. */
static int complete(struct kvmlat_vcpu *v, const struct kvmlat_vcpu *was)
{
	struct kvmlat_store *sent = v->account.store;

	/* It was reset, and what was sent is all. */
	if (v->account.start != was->account.start)
		return 0;
	if (join_rows(&v->account, &was->account, &v->account))
		return -1;
	kvmlat_store_put(sent);
	return 0;
}

static int compare(const struct kvmlat_vcpu *x, const struct kvmlat_vcpu *y)
{
	if (x->vm_id != y->vm_id)
		return x->vm_id < y->vm_id ? -1 : 1;
	return (x->vcpu_id > y->vcpu_id) - (x->vcpu_id < y->vcpu_id);
}

int kvmlat_apply(struct kvmlat_snapshot *snap, const struct kvmlat_snapshot *old, uint64_t now)
{
	/* Nothing may be added to a null pointer, not even nothing. */
	const struct kvmlat_vcpu *x = old->vcpus, *x_end = x ? x + old->nr_vcpus : NULL;
	struct kvmlat_vcpu *y = snap->vcpus, *y_end = y ? y + snap->nr_vcpus : NULL, *all, *to;
	const struct kvmlat_vm *vm = snap->vms, *vm_end = vm ? vm + snap->nr_vms : NULL;
	int ret = 0;

	all = malloc((old->nr_vcpus + snap->nr_vcpus + 1) * sizeof(*all));
	if (!all)
		return -1;
	for (to = all; x != x_end || y != y_end;) {
		int order = x == x_end ? 1 : y == y_end ? -1 : compare(x, y);

		if (order >= 0) {
			*to = *y++;
			if (!order && !ret)
				ret = complete(to, x);
			x += !order;
			to++;
			continue;
		}
		while (vm != vm_end && vm->vm_id < x->vm_id)
			vm++;
		/* A VM that is not listed any more was forgotten. */
		if (!ret && vm != vm_end && vm->vm_id == x->vm_id)
			ret = keep(to++, x, now);
		x++;
	}
	free(snap->vcpus);
	snap->vcpus = all;
	snap->nr_vcpus = to - all;
	return ret;
}
