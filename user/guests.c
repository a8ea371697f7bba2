// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "guests.h"

const char *guests_name(const struct guests *g, uint32_t vm_id)
{
	size_t i;

	for (i = 0; i < g->nr; i++)
		if (g->entries[i].vm_id == vm_id)
			return g->entries[i].name;
	return NULL;
}

int guests_learn(struct guests *g, const struct kvmlat_snapshot *snap)
{
	struct kvmlat_guest guest;
	struct entry *e;
	size_t i;

	for (i = 0; i < snap->nr_vms; i++) {
		const struct kvmlat_vm *vm = &snap->vms[i];

		if (guests_name(g, vm->vm_id))
			continue;
		e = realloc(g->entries, (g->nr + 1) * sizeof(*e));
		if (!e)
			return -1;
		g->entries = e;
		e += g->nr++;
		e->vm_id = vm->vm_id;
		/* The pid of a VM that ended can be somebody else's by now. */
		if (vm->gone || kvmlat_get_guest(vm->pid, &guest) || !guest.name[0])
			snprintf(e->name, sizeof(e->name), "%s", vm->comm);
		else
			memcpy(e->name, guest.name, sizeof(e->name));
	}
	return 0;
}

void guests_free(struct guests *g)
{
	free(g->entries);
	memset(g, 0, sizeof(*g));
}

static bool matches(const struct guests *g, const struct kvmlat_vm *vm,
		    const struct selection *sel)
{
	const char *name = guests_name(g, vm->vm_id);

	if (sel->pid && vm->pid != sel->pid)
		return false;
	return !sel->guest || (name && !strcmp(name, sel->guest));
}

static int ambiguous(const struct guests *g, const struct kvmlat_snapshot *snap,
		     const struct selection *sel, bool gone)
{
	char list[512] = "";
	size_t i, used = 0;

	for (i = 0; i < snap->nr_vms && used < sizeof(list) - 64; i++) {
		const struct kvmlat_vm *vm = &snap->vms[i];

		if (!matches(g, vm, sel) || !!vm->gone != gone)
			continue;
		used += snprintf(list + used, sizeof(list) - used, "%sVM %u (pid %u)",
				 used ? ", " : "", vm->vm_id, vm->pid);
	}
	return complain(EXIT_AMBIGUOUS, "guest name \"%s\" is that of several: %s; choose with -p",
			sel->guest, list);
}

int guests_select(const struct guests *g, const struct kvmlat_snapshot *snap,
		  const struct selection *sel, struct kvmlat_filter *filter)
{
	size_t i, nr = 0, alive = 0;
	uint32_t vm_id = 0;

	for (i = 0; i < snap->nr_vms; i++) {
		const struct kvmlat_vm *vm = &snap->vms[i];

		if (!matches(g, vm, sel))
			continue;
		nr++;
		/* A VM that runs goes before those of its name that ended. */
		if (!vm->gone)
			alive++;
		if (!vm->gone || !alive)
			vm_id = vm->vm_id;
	}
	if (!nr && sel->guest)
		return complain(EXIT_NO_VM, "no VM has the guest name \"%s\"%s", sel->guest,
				sel->pid ? " and that pid" : "");
	if (!nr && sel->pid)
		return complain(EXIT_NO_VM, "process %u has no VM", sel->pid);
	if (!nr)
		return complain(EXIT_NO_VM, "no VM has run since the module was loaded");
	if (sel->guest && (alive > 1 || (!alive && nr > 1)))
		return ambiguous(g, snap, sel, !alive);
	filter->pid = sel->pid;
	filter->vm_id = sel->guest ? vm_id : 0;
	return EXIT_OK;
}
