// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "subject.h"

static int compare(const struct subject *e, uint32_t vm_id, uint32_t vcpu_id)
{
	if (e->vm_id != vm_id)
		return e->vm_id < vm_id ? -1 : 1;
	return (e->vcpu_id > vcpu_id) - (e->vcpu_id < vcpu_id);
}

struct subject *subject_find(const struct subjects *list, uint32_t vm_id, uint32_t vcpu_id)
{
	size_t low = 0, high = list->nr;

	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = compare(list->at[middle], vm_id, vcpu_id);

		if (!order)
			return list->at[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

static void subject_free(struct subject *e)
{
	free(e->rates);
	free(e);
}

void subjects_free(struct subjects *list)
{
	size_t i;

	for (i = 0; i < list->nr; i++)
		subject_free(list->at[i]);
	free(list->at);
	free(list->spare);
	memset(list, 0, sizeof(*list));
}

static int make_room(struct subjects *list, size_t nr)
{
	struct subject **p;

	if (nr <= list->room)
		return 0;
	p = realloc(list->at, nr * sizeof(*p));
	if (!p)
		return -1;
	list->at = p;
	p = realloc(list->spare, nr * sizeof(*p));
	if (!p)
		return -1;
	list->spare = p;
	list->room = nr;
	return 0;
}

/*
 * A pass over the subjects beside one over the snapshot, both ascending: sync_next returns the
 * subject of the next VM or vCPU, which is new if it was not there.
 */
struct sync {
	struct subjects	*list;
	size_t		from;
	size_t		nr;
	bool		keep;
};

static void sync_skip(struct sync *s)
{
	struct subject *e = s->list->at[s->from++];

	if (s->keep)
		s->list->spare[s->nr++] = e;
	else
		subject_free(e);
}

/* @keep: one that the snapshot lacks may only have been missed. */
static int sync_begin(struct sync *s, struct subjects *list, size_t nr, bool keep)
{
	*s = (struct sync){ .list = list, .keep = keep };
	return make_room(list, nr + (keep ? list->nr : 0));
}

static struct subject *sync_next(struct sync *s, uint32_t vm_id, uint32_t vcpu_id)
{
	struct subjects *list = s->list;
	struct subject *e;

	while (s->from < list->nr && compare(list->at[s->from], vm_id, vcpu_id) < 0)
		sync_skip(s);
	if (s->from < list->nr && !compare(list->at[s->from], vm_id, vcpu_id)) {
		e = list->at[s->from++];
	} else {
		e = calloc(1, sizeof(*e));
		if (!e)
			return NULL;
		e->vm_id = vm_id;
		e->vcpu_id = vcpu_id;
	}
	list->spare[s->nr++] = e;
	return e;
}

static void sync_end(struct sync *s)
{
	struct subjects *list = s->list;
	struct subject **done = list->spare;

	while (s->from < list->nr)
		sync_skip(s);
	list->spare = list->at;
	list->at = done;
	list->nr = s->nr;
}

int subjects_sync_vms(struct subjects *list, const struct kvmlat_snapshot *snap, name_vm_fn name)
{
	struct sync s;
	size_t i;

	if (sync_begin(&s, list, snap->nr_vms, snap->interrupted))
		return -1;
	for (i = 0; i < snap->nr_vms; i++) {
		const struct kvmlat_vm *vm = &snap->vms[i];
		struct subject *e = sync_next(&s, vm->vm_id, 0);

		if (!e)
			break;
		e->pid = vm->pid;
		e->vcpus = vm->vcpus;
		e->gone = vm->gone;
		if (e->name[0])
			continue;
		if (name)
			name(vm, e->name, sizeof(e->name));
		if (!e->name[0])
			snprintf(e->name, sizeof(e->name), "%s", vm->comm);
	}
	sync_end(&s);
	return i < snap->nr_vms ? -1 : 0;
}

int subjects_sync_vcpus(struct subjects *list, const struct kvmlat_snapshot *snap,
			name_vcpu_fn name)
{
	struct sync s;
	size_t i;

	if (sync_begin(&s, list, snap->nr_vcpus, snap->interrupted))
		return -1;
	for (i = 0; i < snap->nr_vcpus; i++) {
		const struct kvmlat_vcpu *v = &snap->vcpus[i];
		struct subject *e = sync_next(&s, v->vm_id, v->vcpu_id);

		if (!e)
			break;
		e->pid = v->pid;
		e->gone = v->gone;
		if (e->tid == v->tid)
			continue;
		e->tid = v->tid;
		if (name && !v->gone)
			name(v, e->name, sizeof(e->name));
	}
	sync_end(&s);
	return i < snap->nr_vcpus ? -1 : 0;
}

static int compare_rate(const struct rate *r, uint32_t cls, uint32_t code)
{
	if (r->cls != cls)
		return r->cls < cls ? -1 : 1;
	return (r->code > code) - (r->code < code);
}

struct rate *subject_rate(struct subject *e, uint32_t cls, uint32_t code, size_t *at)
{
	struct rate *p;

	while (*at < e->nr_rates && compare_rate(&e->rates[*at], cls, code) < 0)
		++*at;
	if (*at < e->nr_rates && !compare_rate(&e->rates[*at], cls, code))
		return &e->rates[*at];
	if (e->nr_rates == e->room) {
		p = realloc(e->rates, (e->room + 8) * sizeof(*p));
		if (!p)
			return NULL;
		e->rates = p;
		e->room += 8;
	}
	p = &e->rates[*at];
	memmove(p + 1, p, (e->nr_rates++ - *at) * sizeof(*p));
	*p = (struct rate){ .cls = cls, .code = code };
	return p;
}

const struct rate *subject_find_rate(const struct subject *e, uint32_t cls, uint32_t code)
{
	size_t low = 0, high = e->nr_rates;

	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = compare_rate(&e->rates[middle], cls, code);

		if (!order)
			return &e->rates[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}
