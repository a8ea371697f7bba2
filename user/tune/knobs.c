// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/load.h"
#include "knobs.h"

int tuner_refresh(struct tuner *t, struct trouble *why)
{
	struct kvmlat_error err = { 0 };

	kvmlat_snapshot_free(t->vms);
	t->vms = NULL;
	kvmlat_knobs_free(&t->table);
	if (kvmlat_get_vms(t->k, NULL, &t->vms, &err) ||
	    kvmlat_get_knobs(t->k, NULL, &t->table, &err))
		return trouble_kvmlat(why, &err);
	if (guests_learn(&t->guests, t->vms))
		return trouble_memory(why);
	return 0;
}

int tuner_open(struct tuner *t, struct trouble *why)
{
	struct kvmlat_error err = { 0 };

	memset(t, 0, sizeof(*t));
	if (load_and_open(&t->k, &err))
		return trouble_kvmlat(why, &err);
	return tuner_refresh(t, why);
}

void tuner_close(struct tuner *t)
{
	kvmlat_snapshot_free(t->vms);
	kvmlat_knobs_free(&t->table);
	guests_free(&t->guests);
	kvmlat_close(t->k);
	memset(t, 0, sizeof(*t));
}

int tuner_targets(const struct tuner *t, const struct selection *sel, struct target **targets,
		  size_t *nr, struct trouble *why)
{
	struct kvmlat_filter f = { 0 };
	size_t i, n = 0;

	*nr = 0;
	*targets = calloc(t->vms->nr_vms + 1, sizeof(**targets));
	if (!*targets)
		return trouble_memory(why);
	if (select_vms(sel, &t->guests, t->vms, &f, why))
		return -1;
	for (i = 0; i < t->vms->nr_vms; i++) {
		const struct kvmlat_vm *vm = &t->vms->vms[i];

		if (vm->gone || (f.pid && vm->pid != f.pid) || (f.vm_id && vm->vm_id != f.vm_id))
			continue;
		(*targets)[n].vm_id = vm->vm_id;
		(*targets)[n].has_vcpu = sel->has_vcpu;
		(*targets)[n++].vcpu_id = sel->vcpu_id;
	}
	*nr = n;
	return n ? 0 : trouble(why, TROUBLE_NO_VM, "the VM that is asked for has ended");
}

bool knob_is_called(const struct kvmlat_knob_value *k, const char *name)
{
	const char *p = k->name;

	for (; *p && *name; p++, name++)
		if (*p != *name && (*p != '_' || *name != '-'))
			return false;
	return *p == *name;
}

static uint32_t scope_of(const struct target *target)
{
	if (!target->vm_id)
		return KVMLAT_SCOPE_HOST;
	return target->has_vcpu ? KVMLAT_SCOPE_VCPU : KVMLAT_SCOPE_VM;
}

static const struct kvmlat_knob_value *find(const struct tuner *t, const char *name,
					    const struct target *target)
{
	uint32_t scope = scope_of(target);
	size_t i;

	for (i = 0; i < t->table.nr; i++) {
		const struct kvmlat_knob_value *k = &t->table.all[i];

		if (k->scope == scope && k->vm_id == target->vm_id &&
		    (scope != KVMLAT_SCOPE_VCPU || k->vcpu_id == target->vcpu_id) &&
		    knob_is_called(k, name))
			return k;
	}
	return NULL;
}

int tuner_demand(const struct tuner *t, const char *name, const struct target *target,
		 const struct kvmlat_knob_value **knob, struct trouble *why)
{
	const struct target host = { 0 }, vm = { .vm_id = target->vm_id };

	*knob = find(t, name, target);
	if (*knob)
		return 0;
	if (!find(t, name, &host))
		return trouble(why, TROUBLE_USAGE, "no knob \"%s\"; \"kvmlat get\" lists them all",
			       name);
	if (target->has_vcpu && find(t, name, &vm))
		return trouble(why, TROUBLE_NO_VM, "VM %u has no vCPU %u that ran yet",
			       target->vm_id, target->vcpu_id);
	return trouble(why, TROUBLE_USAGE, "knob \"%s\" is of the host only, not of a VM or a vCPU",
		       name);
}

void tuner_complete(const struct tuner *t, struct kvmlat_knob_value *knob)
{
	size_t i;

	for (i = 0; i < t->table.nr; i++) {
		const struct kvmlat_knob_value *k = &t->table.all[i];

		if (k->id != knob->id)
			continue;
		memcpy(knob->name, k->name, sizeof(knob->name));
		knob->unit = k->unit;
		knob->min = k->min;
		knob->max = k->max;
		knob->later = k->later;
		return;
	}
}

const char *tuner_guest(const struct tuner *t, const struct kvmlat_knob_value *k)
{
	const char *name = k->scope == KVMLAT_SCOPE_HOST ? NULL : guests_name(&t->guests, k->vm_id);

	return name ? name : "";
}

void tuner_describe(const struct tuner *t, const struct kvmlat_knob_value *k, char *text,
		    size_t size)
{
	const char *guest = tuner_guest(t, k);

	if (k->scope == KVMLAT_SCOPE_HOST)
		snprintf(text, size, "%s of the host", k->name);
	else if (k->scope == KVMLAT_SCOPE_VM)
		snprintf(text, size, "%s of VM %u \"%s\"", k->name, k->vm_id, guest);
	else
		snprintf(text, size, "%s of vCPU %u of VM %u \"%s\"", k->name, k->vcpu_id,
			 k->vm_id, guest);
}
