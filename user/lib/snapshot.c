// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "internal.h"

void kvmlat_clear_vms(struct kvmlat_snapshot *snap)
{
	free(snap->vms);
	snap->vms = NULL;
	snap->nr_vms = 0;
}

void kvmlat_clear_vcpus(struct kvmlat_snapshot *snap)
{
	size_t i;

	for (i = 0; i < snap->nr_vcpus; i++)
		kvmlat_account_free(&snap->vcpus[i].account);
	free(snap->vcpus);
	snap->vcpus = NULL;
	snap->nr_vcpus = 0;
	snap->unreadable = 0;
}

void kvmlat_snapshot_free(struct kvmlat_snapshot *snap)
{
	if (!snap)
		return;
	kvmlat_clear_vms(snap);
	kvmlat_clear_vcpus(snap);
	free(snap);
}

static void *append(void *array, size_t *n, size_t size)
{
	char *p = array;

	if (!(*n & (*n - 1))) {
		p = realloc(array, (*n ? 2 * *n : 1) * size);
		if (!p)
			return NULL;
	}
	memset(p + *n * size, 0, size);
	++*n;
	return p;
}

int kvmlat_add_vm(const struct nlmsghdr *nlh, void *ctx, struct kvmlat_error *err)
{
	struct kvmlat_builder *b = ctx;
	struct kvmlat_snapshot *snap = b->snap;
	struct kvmlat_vm *vms = append(snap->vms, &snap->nr_vms, sizeof(*vms));

	if (!vms)
		return kvmlat_fail(err, KVMLAT_E_SYSTEM, 0, "out of memory");
	snap->vms = vms;
	return kvmlat_parse_vm(nlh, &vms[snap->nr_vms - 1], err);
}

int kvmlat_add_vcpu(const struct nlmsghdr *nlh, void *ctx, struct kvmlat_error *err)
{
	struct kvmlat_builder *b = ctx;
	struct kvmlat_snapshot *snap = b->snap;
	struct kvmlat_vcpu *vcpus;

	if (kvmlat_parse_vcpu(nlh, &b->draft, &b->end, b->unknown, err))
		return -1;
	if (b->draft.more || b->end.seen)
		return 0;
	vcpus = append(snap->vcpus, &snap->nr_vcpus, sizeof(*vcpus));
	if (!vcpus)
		return kvmlat_fail(err, KVMLAT_E_SYSTEM, 0, "out of memory");
	snap->vcpus = vcpus;
	return kvmlat_draft_done(&b->draft, &vcpus[snap->nr_vcpus - 1], err);
}

static int cmp_vm(const void *a, const void *b)
{
	const struct kvmlat_vm *x = a, *y = b;

	return (x->vm_id > y->vm_id) - (x->vm_id < y->vm_id);
}

static int cmp_vcpu(const void *a, const void *b)
{
	const struct kvmlat_vcpu *x = a, *y = b;

	if (x->vm_id != y->vm_id)
		return x->vm_id < y->vm_id ? -1 : 1;
	return (x->vcpu_id > y->vcpu_id) - (x->vcpu_id < y->vcpu_id);
}

int kvmlat_finish(struct kvmlat_builder *b, struct kvmlat_error *err)
{
	struct kvmlat_snapshot *snap = b->snap;
	size_t i, n;

	if (b->draft.more)
		return kvmlat_fail(err, KVMLAT_E_PROTOCOL, 0,
				   "the dump ends in the midst of vCPU %u of VM %u",
				   b->draft.vcpu.vcpu_id, b->draft.vcpu.vm_id);
	if (snap->nr_vms)
		qsort(snap->vms, snap->nr_vms, sizeof(*snap->vms), cmp_vm);
	for (i = n = 0; i < snap->nr_vms; i++)
		if (!n || snap->vms[n - 1].vm_id != snap->vms[i].vm_id)
			snap->vms[n++] = snap->vms[i];
	snap->nr_vms = n;

	/* They come in the order in which they were learned, which is this one nearly always. */
	for (i = 1; i < snap->nr_vcpus && cmp_vcpu(&snap->vcpus[i - 1], &snap->vcpus[i]) < 0; i++)
		;
	if (i < snap->nr_vcpus)
		qsort(snap->vcpus, snap->nr_vcpus, sizeof(*snap->vcpus), cmp_vcpu);
	/* Only a dump that churned can hold a vCPU twice; both were right when they were read. */
	for (i = n = 0; i < snap->nr_vcpus; i++) {
		if (n && !cmp_vcpu(&snap->vcpus[n - 1], &snap->vcpus[i])) {
			kvmlat_account_free(&snap->vcpus[i].account);
			continue;
		}
		snap->vcpus[n++] = snap->vcpus[i];
	}
	snap->nr_vcpus = n;
	return 0;
}

void kvmlat_drop_unreadable(struct kvmlat_snapshot *snap)
{
	size_t i, n;

	for (i = n = 0; i < snap->nr_vcpus; i++) {
		if (snap->vcpus[i].unreadable) {
			kvmlat_account_free(&snap->vcpus[i].account);
			snap->unreadable++;
		} else {
			snap->vcpus[n++] = snap->vcpus[i];
		}
	}
	snap->nr_vcpus = n;
}

const struct kvmlat_vm *kvmlat_find_vm(const struct kvmlat_snapshot *snap, uint32_t vm_id)
{
	struct kvmlat_vm key = { .vm_id = vm_id };

	if (!snap->nr_vms)
		return NULL;
	return bsearch(&key, snap->vms, snap->nr_vms, sizeof(key), cmp_vm);
}

const struct kvmlat_vcpu *kvmlat_find_vcpu(const struct kvmlat_snapshot *snap, uint32_t vm_id,
					   uint32_t vcpu_id)
{
	struct kvmlat_vcpu key = { .vm_id = vm_id, .vcpu_id = vcpu_id };

	if (!snap->nr_vcpus)
		return NULL;
	return bsearch(&key, snap->vcpus, snap->nr_vcpus, sizeof(key), cmp_vcpu);
}

static bool covers(const struct kvmlat_snapshot *older, const struct kvmlat_vcpu *v)
{
	return older && v->account.start < older->now &&
	       !kvmlat_find_vcpu(older, v->vm_id, v->vcpu_id);
}

struct kvmlat_snapshot *kvmlat_delta(const struct kvmlat_snapshot *newer,
				     const struct kvmlat_snapshot *older)
{
	struct kvmlat_snapshot *d = calloc(1, sizeof(*d));
	const struct kvmlat_vcpu *was;
	size_t i;

	if (!d)
		return NULL;
	d->now = newer->now;
	d->monotonic = newer->monotonic;
	d->vendor = newer->vendor;
	d->unreadable = newer->unreadable;
	d->interrupted = newer->interrupted || (older && older->interrupted);
	d->vms = calloc(newer->nr_vms + 1, sizeof(*d->vms));
	d->vcpus = calloc(newer->nr_vcpus + 1, sizeof(*d->vcpus));
	if (!d->vms || !d->vcpus)
		goto fail;
	if (newer->nr_vms)
		memcpy(d->vms, newer->vms, newer->nr_vms * sizeof(*d->vms));
	d->nr_vms = newer->nr_vms;

	for (i = 0; i < newer->nr_vcpus; i++) {
		const struct kvmlat_vcpu *v = &newer->vcpus[i];
		struct kvmlat_vcpu *to = &d->vcpus[d->nr_vcpus];

		if (covers(older, v))
			continue;
		was = older ? kvmlat_find_vcpu(older, v->vm_id, v->vcpu_id) : NULL;
		if (was && was->account.start != v->account.start)
			was = NULL;
		*to = *v;
		to->account = (struct kvmlat_account){ 0 };
		d->nr_vcpus++;
		if (kvmlat_account_delta(&to->account, &v->account, was ? &was->account : NULL))
			goto fail;
	}
	return d;
fail:
	kvmlat_snapshot_free(d);
	return NULL;
}
