// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
