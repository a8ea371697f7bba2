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

void guests_expect(struct guests *g, uint32_t pid, char * const *argv)
{
	char *cmdline = NULL;
	size_t len = 0;
	FILE *to;

	to = open_memstream(&cmdline, &len);
	if (!to)
		return;
	for (; *argv; argv++)
		fwrite(*argv, strlen(*argv) + 1, 1, to);
	fclose(to);
	if (cmdline && kvmlat_guest_name(cmdline, len, g->own_name, sizeof(g->own_name)))
		g->own_pid = pid;
	free(cmdline);
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
		if (vm->pid == g->own_pid) {
			memcpy(e->name, g->own_name, sizeof(e->name));
			continue;
		}
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

	if ((sel->pid && vm->pid != sel->pid) || (sel->vm_id && vm->vm_id != sel->vm_id))
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
	return complain(EXIT_AMBIGUOUS, "guest name \"%s\" is that of several: %s; choose with --vm",
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
				sel->pid || sel->vm_id ? " and matches all else" : "");
	if (!nr && sel->vm_id)
		return complain(EXIT_NO_VM, "there is no VM %u%s", sel->vm_id,
				sel->pid ? " of that process" : "");
	if (!nr && sel->pid)
		return complain(EXIT_NO_VM, "process %u has no VM", sel->pid);
	if (!nr)
		return complain(EXIT_NO_VM, "no VM has run since the module was loaded");
	if (sel->guest && (alive > 1 || (!alive && nr > 1)))
		return ambiguous(g, snap, sel, !alive);
	filter->pid = sel->pid;
	filter->vm_id = sel->guest ? vm_id : sel->vm_id;
	return EXIT_OK;
}
