// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "events.h"
#include "format.h"
#include "lib/internal.h"
#include "parts.h"

void parts_free(struct parts *p)
{
	free(p->vms);
	free(p->vcpus);
	free(p->gone_vms.all);
	free(p->gone_vcpus.all);
}

static bool one_more(struct parts *p, void **array, size_t nr, size_t *room, size_t size)
{
	void *more = kvmlat_draft_array(*array, nr, room, size);

	if (more)
		*array = more;
	else
		p->no_memory = true;
	return more;
}

static void take_vm(struct parts *p, struct input *in)
{
	struct vm_part *part;
	struct kvmlat_vm *vm;

	if (!one_more(p, (void **)&p->vms, p->nr_vms, &p->room_vms, sizeof(*p->vms)))
		return;
	part = &p->vms[p->nr_vms];
	memset(part, 0, sizeof(*part));
	vm = &part->vm;
	vm->vm_id = get_u32(in);
	vm->pid = get_u32(in);
	vm->vcpus = get_u32(in);
	vm->since = get_u64(in);
	vm->gone = get_u64(in);
	vm->memory = get_u64(in);
	vm->details = get_u64(in);
	get_text(in, vm->comm, sizeof(vm->comm));
	get_text(in, part->guest.name, sizeof(part->guest.name));
	part->guest.vm_id = vm->vm_id;
	part->guest.uid = get_u32(in);
	if (p->nr_vms && p->vms[p->nr_vms - 1].vm.vm_id >= vm->vm_id)
		in->bad = true;
	p->nr_vms++;
}

static void take_vcpu(struct parts *p, struct input *in)
{
	struct part *part;

	if (!one_more(p, (void **)&p->vcpus, p->nr_vcpus, &p->room_vcpus, sizeof(*p->vcpus)))
		return;
	part = &p->vcpus[p->nr_vcpus];
	part->id.vm_id = get_u32(in);
	part->id.vcpu_id = get_u32(in);
	part->in = *in;
	if (p->nr_vcpus && id_order(&p->vcpus[p->nr_vcpus - 1].id, &part->id) >= 0)
		in->bad = true;
	p->nr_vcpus++;
}

static void take_gone(struct parts *p, struct input *in, struct ids *ids, size_t *room, bool vcpus)
{
	uint64_t nr = get_u64(in);

	for (; nr && !in->bad; nr--) {
		if (!one_more(p, (void **)&ids->all, ids->nr, room, sizeof(*ids->all)))
			return;
		ids->all[ids->nr].vm_id = get_u32(in);
		ids->all[ids->nr].vcpu_id = vcpus ? get_u32(in) : 0;
		ids->nr++;
	}
	ids_sort(ids);
}

static bool room_for_event(struct parts *p, void **array, size_t nr, size_t *room, size_t size)
{
	if (nr < MAX_EVENTS_RECORDED)
		return one_more(p, array, nr, room, size);
	p->bad = true;
	return false;
}

/*
 * One of a kind that a newer kvmlat knows is passed over. Where its parts and its waker are is told
 * when all are there: until then they move, and what points to none says that there is one.
 */
static void take_outlier(struct events *e, struct parts *p, struct input *in)
{
	static const struct kvmlat_waker one;
	struct kvmlat_outlier *o;
	size_t i;

	if (!room_for_event(p, (void **)&e->outliers, e->nr_outliers, &e->room_outliers,
			    sizeof(*e->outliers)) ||
	    !room_for_event(p, (void **)&e->wakers, e->nr_wakers, &e->room_wakers,
			    sizeof(*e->wakers)))
		return;
	o = &e->outliers[e->nr_outliers];
	if (get_outlier(in, o, &e->wakers[e->nr_wakers]))
		o->waker = &one;
	if (in->bad || o->kind >= KVMLAT_NR_OUTLIER_KINDS)
		return;
	for (i = 0; i < o->nr_parts && !in->bad; i++) {
		if (!room_for_event(p, (void **)&e->parts, e->nr_parts, &e->room_parts,
				    sizeof(*e->parts)))
			return;
		get_part(in, &e->parts[e->nr_parts++]);
	}
	e->nr_wakers += !!o->waker;
	e->nr_outliers++;
}

static void place_parts(struct events *e)
{
	size_t i, part = 0, waker = 0;

	for (i = 0; i < e->nr_outliers; i++) {
		struct kvmlat_outlier *o = &e->outliers[i];

		o->parts = o->nr_parts ? e->parts + part : NULL;
		part += o->nr_parts;
		o->waker = o->waker ? &e->wakers[waker++] : NULL;
	}
}

static void take_change(struct events *e, struct parts *p, struct input *in)
{
	if (room_for_event(p, (void **)&e->changes, e->nr_changes, &e->room_changes,
			   sizeof(*e->changes)))
		get_change_event(in, &e->changes[e->nr_changes++]);
}

static void take_quota(struct events *e, struct parts *p, struct input *in)
{
	struct quota *q, *was;

	if (!room_for_event(p, (void **)&e->quotas.all, e->quotas.nr, &e->room_quotas,
			    sizeof(*q)) ||
	    !room_for_event(p, (void **)&e->older_quotas.all, e->older_quotas.nr,
			    &e->room_older_quotas, sizeof(*q)))
		return;
	q = &e->quotas.all[e->quotas.nr++];
	was = &e->older_quotas.all[e->older_quotas.nr];
	get_quota(in, q, was);
	e->older_quotas.nr += !!was->group[0];
}

static void take_record(struct events *e, struct parts *p, unsigned int kind, struct input *in)
{
	switch (kind) {
	case RECORD_INTERVAL:
		get_when(in, &p->when);
		in->bad |= p->has_when;
		p->has_when = true;
		break;
	case RECORD_VM:
		take_vm(p, in);
		break;
	case RECORD_VM_GONE:
		take_gone(p, in, &p->gone_vms, &p->room_gone_vms, false);
		break;
	case RECORD_VCPU:
		take_vcpu(p, in);
		break;
	case RECORD_VCPU_GONE:
		take_gone(p, in, &p->gone_vcpus, &p->room_gone_vcpus, true);
		break;
	case RECORD_OUTLIER:
		take_outlier(e, p, in);
		break;
	case RECORD_CHANGE:
		take_change(e, p, in);
		break;
	case RECORD_QUOTA:
		take_quota(e, p, in);
		break;
	case RECORD_DROPPED:
		e->dropped_outliers = get_u64(in);
		e->dropped_changes = get_u64(in);
		break;
	}
	p->bad |= in->bad;
}

static int earlier(const void *a, const void *b)
{
	const struct kvmlat_outlier *x = a, *y = b;

	return (x->end > y->end) - (x->end < y->end);
}

void parts_take(struct parts *p, struct events *e, struct input content)
{
	struct input record;
	unsigned int kind;

	e->nr_outliers = 0;
	e->nr_parts = 0;
	e->nr_wakers = 0;
	e->nr_changes = 0;
	e->dropped_outliers = 0;
	e->dropped_changes = 0;
	e->quotas.nr = 0;
	e->older_quotas.nr = 0;
	while (!p->bad && !p->no_memory && get_record(&content, &kind, &record))
		take_record(e, p, kind, &record);
	p->bad |= content.bad || !p->has_when || p->nr_vcpus > MAX_VCPUS_RECORDED ||
		  p->nr_vms > MAX_VCPUS_RECORDED;
	if (p->bad || p->no_memory)
		return;
	place_parts(e);
	if (e->nr_outliers)
		qsort(e->outliers, e->nr_outliers, sizeof(*e->outliers), earlier);
}

void events_free(struct events *e)
{
	free(e->outliers);
	free(e->parts);
	free(e->wakers);
	free(e->changes);
	quotas_free(&e->quotas);
	quotas_free(&e->older_quotas);
	memset(e, 0, sizeof(*e));
}
