// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "base/load.h"
#include "threads.h"

void thread_look(struct thread *p, const struct restore *restore)
{
	p->known = p->task.tid && !task_get(&p->task, &p->sched);
	p->changed = p->known && restore_find(restore, &p->task);
}

static int add(struct threads *threads, const struct kvmlat_vcpu *v,
	       const struct restore *restore, struct trouble *why)
{
	struct thread *p;

	p = realloc(threads->all, (threads->nr + 1) * sizeof(*p));
	if (!p)
		return trouble_memory(why);
	threads->all = p;
	p += threads->nr++;
	memset(p, 0, sizeof(*p));
	p->vm_id = v->vm_id;
	p->pid = v->pid;
	p->vcpu_id = v->vcpu_id;
	p->guest = guests_name(&threads->guests, v->vm_id);
	if (!p->guest)
		p->guest = "";
	if (!v->tid || !task_find(v->pid, v->tid, &p->task))
		return 0;
	kvmlat_thread_name(v->pid, v->tid, p->name, sizeof(p->name));
	thread_look(p, restore);
	return 0;
}

static int choose(struct threads *threads, const struct kvmlat_snapshot *snap,
		  const struct selection *sel, const struct restore *restore,
		  struct trouble *why)
{
	struct kvmlat_filter f = { 0 };
	size_t i;
	int ret;

	if (guests_learn(&threads->guests, snap))
		return trouble_memory(why);
	ret = select_vms(sel, &threads->guests, snap, &f, why);
	for (i = 0; !ret && i < snap->nr_vcpus; i++) {
		const struct kvmlat_vcpu *v = &snap->vcpus[i];

		const struct kvmlat_vm *vm = kvmlat_find_vm(snap, v->vm_id);

		if (!v->gone && vm && selects_vm(sel, &threads->guests, snap, vm) &&
		    selects_vcpu(sel, v->vcpu_id))
			ret = add(threads, v, restore, why);
	}
	if (ret || threads->nr)
		return ret;
	if (sel->vcpus)
		return trouble_vcpu(why, sel);
	if (selects(sel))
		return trouble(why, TROUBLE_NO_VM, "the VM that is asked for has ended");
	return trouble(why, TROUBLE_NO_VM, "no VM runs");
}

int threads_find(struct threads *threads, const struct selection *sel,
		 const struct restore *restore, struct trouble *why)
{
	struct kvmlat_error err = { 0 };
	struct kvmlat_snapshot *snap;
	struct kvmlat *k;
	int ret;

	if (load_and_open(&k, &err))
		return trouble_kvmlat(why, &err);
	ret = kvmlat_get_snapshot(k, NULL, &snap, &err);
	kvmlat_close(k);
	if (ret)
		return trouble_kvmlat(why, &err);
	threads->snap = snap;
	return choose(threads, snap, sel, restore, why);
}

void threads_free(struct threads *threads)
{
	kvmlat_snapshot_free(threads->snap);
	guests_free(&threads->guests);
	free(threads->all);
	memset(threads, 0, sizeof(*threads));
}
