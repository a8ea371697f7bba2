// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "threads.h"

void places_look(struct place *p, const struct past *past)
{
	p->known = p->task.tid && !task_get(&p->task, &p->sched);
	p->changed = p->known && past_find(past, &p->task);
}

static int add(struct places *places, const struct kvmlat_vcpu *v, const struct past *past,
	       struct trouble *why)
{
	struct place *p;

	p = realloc(places->all, (places->nr + 1) * sizeof(*p));
	if (!p)
		return trouble_memory(why);
	places->all = p;
	p += places->nr++;
	memset(p, 0, sizeof(*p));
	p->vm_id = v->vm_id;
	p->pid = v->pid;
	p->vcpu_id = v->vcpu_id;
	p->guest = guests_name(&places->guests, v->vm_id);
	if (!p->guest)
		p->guest = "";
	if (!v->tid || !task_find(v->pid, v->tid, &p->task))
		return 0;
	kvmlat_thread_name(v->pid, v->tid, p->thread, sizeof(p->thread));
	places_look(p, past);
	return 0;
}

static int choose(struct places *places, const struct kvmlat_snapshot *snap,
		  const struct selection *sel, const struct past *past,
		  struct trouble *why)
{
	struct kvmlat_filter f = { 0 };
	size_t i;
	int ret;

	if (guests_learn(&places->guests, snap))
		return trouble_memory(why);
	ret = select_vms(sel, &places->guests, snap, &f, why);
	for (i = 0; !ret && i < snap->nr_vcpus; i++) {
		const struct kvmlat_vcpu *v = &snap->vcpus[i];

		if (!v->gone && (!f.pid || v->pid == f.pid) && (!f.vm_id || v->vm_id == f.vm_id))
			ret = add(places, v, past, why);
	}
	if (ret || places->nr)
		return ret;
	if (sel->has_vcpu)
		return trouble_vcpu(why, sel);
	if (selects(sel))
		return trouble(why, TROUBLE_NO_VM, "the VM that is asked for has ended");
	return trouble(why, TROUBLE_NO_VM, "no VM runs");
}

int places_find(struct places *places, const struct selection *sel, const struct past *past,
		struct trouble *why)
{
	const struct kvmlat_filter f = { .has_vcpu_id = sel->has_vcpu, .vcpu_id = sel->vcpu_id };
	struct kvmlat_error err = { 0 };
	struct kvmlat_snapshot *snap;
	struct kvmlat *k;
	int ret;

	if (kvmlat_open(&k, &err))
		return trouble_kvmlat(why, &err);
	ret = kvmlat_get_snapshot(k, &f, &snap, &err);
	kvmlat_close(k);
	if (ret)
		return trouble_kvmlat(why, &err);
	ret = choose(places, snap, sel, past, why);
	kvmlat_snapshot_free(snap);
	return ret;
}

void places_free(struct places *places)
{
	guests_free(&places->guests);
	free(places->all);
	memset(places, 0, sizeof(*places));
}
