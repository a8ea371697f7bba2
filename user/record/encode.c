// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "encode.h"
#include "events.h"
#include "format.h"
#include "scalars.h"
#include "vcpu.h"
#include "when.h"

void reading_free(struct reading *r)
{
	kvmlat_snapshot_free(r->snap);
	labels_free(&r->labels);
	quotas_free(&r->quotas);
	memset(r, 0, sizeof(*r));
}

void told_free(struct told *t)
{
	free(t->vcpus);
	free(t->vms);
	free(t->gone_vcpus.all);
	free(t->gone_vms.all);
	memset(t, 0, sizeof(*t));
}

static void ids_add(struct ids *ids, uint32_t vm_id, uint32_t vcpu_id)
{
	ids->all[ids->nr++] = (struct id){ vm_id, vcpu_id };
}

static bool told_begin(struct told *t, const struct kvmlat_snapshot *newer,
		       const struct kvmlat_snapshot *older)
{
	*t = (struct told){
		.vcpus = calloc(newer->nr_vcpus + 1, sizeof(*t->vcpus)),
		.vms = calloc(newer->nr_vms + 1, sizeof(*t->vms)),
		.gone_vcpus.all = calloc((older ? older->nr_vcpus : 0) + 1, sizeof(struct id)),
		.gone_vms.all = calloc((older ? older->nr_vms : 0) + 1, sizeof(struct id)),
	};
	return t->vcpus && t->vms && t->gone_vcpus.all && t->gone_vms.all;
}

static struct instant instant_of(const struct reading *r, uint64_t idle)
{
	return (struct instant){
		.moment = r->moment, .now = r->snap->now, .monotonic = r->snap->monotonic,
		.idle = idle, .interrupted = r->snap->interrupted,
	};
}

static void put_interval(struct bytes *to, const struct reading *r, const struct reading *older,
			 uint64_t idle_older, uint64_t idle)
{
	struct when when = {
		.vendor = r->snap->vendor, .unreadable = r->snap->unreadable,
		.newer = instant_of(r, idle),
	};
	size_t at = record_begin(to, RECORD_INTERVAL);

	if (older)
		when.older = instant_of(older, idle_older);
	put_when(to, &when);
	record_end(to, at);
}

static void put_vm(struct bytes *to, const struct kvmlat_vm *vm, const struct guests *g)
{
	const char *name = guests_name(g, vm->vm_id);
	size_t at = record_begin(to, RECORD_VM);

	put_u64(to, vm->vm_id);
	put_u64(to, vm->pid);
	put_u64(to, vm->vcpus);
	put_u64(to, vm->since);
	put_u64(to, vm->gone);
	put_u64(to, vm->memory);
	put_u64(to, vm->details);
	put_text(to, vm->comm);
	put_text(to, name ? name : "");
	put_u64(to, guests_uid(g, vm->vm_id));
	record_end(to, at);
}

static bool same_vm(const struct kvmlat_vm *x, const struct kvmlat_vm *y)
{
	return x->pid == y->pid && x->vcpus == y->vcpus && x->since == y->since &&
	       x->gone == y->gone && x->memory == y->memory && x->details == y->details &&
	       !strcmp(x->comm, y->comm);
}

static void put_quotas(struct bytes *to, const struct quotas *newer, const struct quotas *older)
{
	size_t i, at;

	for (i = 0; i < newer->nr; i++) {
		const struct quota *q = &newer->all[i];

		at = record_begin(to, RECORD_QUOTA);
		put_quota(to, q, older ? quotas_find(older, q->vm_id, q->group) : NULL);
		record_end(to, at);
	}
}

bool encode_full(struct bytes *to, const struct reading *r, const struct guests *g,
		 struct told *told)
{
	const struct kvmlat_snapshot *s = r->snap;
	size_t i;

	if (!told_begin(told, s, NULL))
		return false;
	put_interval(to, r, NULL, 0, 0);
	for (i = 0; i < s->nr_vms; i++) {
		put_vm(to, &s->vms[i], g);
		told->vms[i] = true;
	}
	for (i = 0; i < s->nr_vcpus; i++) {
		told->vcpus[i] = put_vcpu(to, &s->vcpus[i], NULL, 0, r->labels.all[i].thread,
					  s->now);
	}
	put_quotas(to, &r->quotas, NULL);
	return !to->failed;
}

static void put_gone(struct bytes *to, unsigned int kind, const struct ids *ids,
		     const struct ids *again)
{
	size_t at, i;

	if (!ids->nr && !again->nr)
		return;
	at = record_begin(to, kind);
	put_u64(to, ids->nr + again->nr);
	for (i = 0; i < ids->nr + again->nr; i++) {
		const struct id *id = i < ids->nr ? &ids->all[i] : &again->all[i - ids->nr];

		put_u64(to, id->vm_id);
		if (kind == RECORD_VCPU_GONE)
			put_u64(to, id->vcpu_id);
	}
	record_end(to, at);
}

static void vms(struct bytes *to, const struct kvmlat_snapshot *s,
		const struct kvmlat_snapshot *old, const struct guests *g, const struct told *was,
		struct told *told)
{
	size_t i, at = 0;

	for (i = 0; i < s->nr_vms; i++) {
		const struct kvmlat_vm *vm = &s->vms[i];

		for (; at < old->nr_vms && old->vms[at].vm_id < vm->vm_id; at++)
			ids_add(&told->gone_vms, old->vms[at].vm_id, 0);
		if (at < old->nr_vms && old->vms[at].vm_id == vm->vm_id) {
			told->vms[i] = !same_vm(vm, &old->vms[at]);
			if (told->vms[i] || was->vms[at])
				put_vm(to, vm, g);
			at++;
		} else {
			told->vms[i] = true;
			put_vm(to, vm, g);
		}
	}
	for (; at < old->nr_vms; at++)
		ids_add(&told->gone_vms, old->vms[at].vm_id, 0);
	put_gone(to, RECORD_VM_GONE, &told->gone_vms, &was->gone_vms);
}

static int order(const struct kvmlat_vcpu *x, const struct kvmlat_vcpu *y)
{
	if (x->vm_id != y->vm_id)
		return x->vm_id < y->vm_id ? -1 : 1;
	return (x->vcpu_id > y->vcpu_id) - (x->vcpu_id < y->vcpu_id);
}

/* Whether the reader makes @v of @was by itself. */
static bool is_idle(const struct kvmlat_vcpu *v, const struct kvmlat_vcpu *was, uint64_t idle_older,
		    uint64_t idle)
{
	struct kvmlat_vcpu then;

	if (!v->account.store || v->account.store != was->account.store || !same_facts(v, was) ||
	    (!v->gone && was->account.end != idle_older))
		return false;
	then = *was;
	go_on(&then, idle);
	return then.account.end == v->account.end && same_sums(&then, v);
}

/* When the dump began, which those that nothing happened to went on to. */
static uint64_t find_idle(const struct kvmlat_snapshot *s, const struct kvmlat_snapshot *old)
{
	uint64_t idle = 0;
	size_t i, at = 0;

	for (i = 0; i < s->nr_vcpus; i++) {
		const struct kvmlat_vcpu *v = &s->vcpus[i];

		while (at < old->nr_vcpus && order(&old->vcpus[at], v) < 0)
			at++;
		if (at < old->nr_vcpus && !order(&old->vcpus[at], v) && !v->gone &&
		    v->account.store && v->account.store == old->vcpus[at].account.store &&
		    v->account.end > idle)
			idle = v->account.end;
	}
	return idle;
}

static void vcpus(struct bytes *to, const struct reading *r, const struct kvmlat_snapshot *old,
		  const struct told *was, struct told *told)
{
	const struct kvmlat_snapshot *s = r->snap;
	struct bytes listed = { 0 };
	size_t i, at = 0;

	for (i = 0; i < s->nr_vcpus; i++) {
		const struct kvmlat_vcpu *v = &s->vcpus[i], *before = NULL;
		uint8_t again = 0, new;

		for (; at < old->nr_vcpus && order(&old->vcpus[at], v) < 0; at++)
			ids_add(&told->gone_vcpus, old->vcpus[at].vm_id, old->vcpus[at].vcpu_id);
		if (at < old->nr_vcpus && !order(&old->vcpus[at], v)) {
			again = was->vcpus[at];
			before = &old->vcpus[at++];
		}
		told->vcpus[i] = 0;
		if (before && is_idle(v, before, was->idle, told->idle) && !again)
			continue;
		new = put_vcpu(&listed, v, before, again, r->labels.all[i].thread, s->now);
		if (!before || !is_idle(v, before, was->idle, told->idle))
			told->vcpus[i] = new;
	}
	for (; at < old->nr_vcpus; at++)
		ids_add(&told->gone_vcpus, old->vcpus[at].vm_id, old->vcpus[at].vcpu_id);
	put_gone(to, RECORD_VCPU_GONE, &told->gone_vcpus, &was->gone_vcpus);
	to->failed |= listed.failed;
	put_raw(to, listed.data, listed.nr);
	bytes_free(&listed);
}

bool encode_changes(struct bytes *to, const struct reading *r, const struct reading *older,
		    const struct guests *g, const struct told *was, struct told *told)
{
	if (!told_begin(told, r->snap, older->snap))
		return false;
	told->idle = find_idle(r->snap, older->snap);
	put_interval(to, r, older, was->idle, told->idle);
	vms(to, r->snap, older->snap, g, was, told);
	vcpus(to, r, older->snap, was, told);
	put_quotas(to, &r->quotas, &older->quotas);
	return !to->failed;
}
