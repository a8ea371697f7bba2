// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/load.h"
#include "beside.h"
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

/* The VM, or each vCPU of it that is asked for. */
static int add_targets(const struct selection *sel, uint32_t vm_id, struct target **targets,
		       size_t *nr)
{
	size_t i, n = sel->vcpus ? 0 : 1;
	struct target *all;
	uint64_t id;

	for (i = 0; i < sel->nr_ranges; i++)
		n += sel->ranges[i].last - sel->ranges[i].first + 1;
	all = reallocarray(*targets, *nr + n, sizeof(*all));
	if (!all)
		return -1;
	*targets = all;
	if (!sel->vcpus)
		all[(*nr)++] = (struct target){ .vm_id = vm_id };
	for (i = 0; i < sel->nr_ranges; i++)
		for (id = sel->ranges[i].first; id <= sel->ranges[i].last; id++)
			all[(*nr)++] = (struct target){ vm_id, id, true };
	return 0;
}

int tuner_targets(const struct tuner *t, const struct selection *sel, struct target **targets,
		  size_t *nr, struct trouble *why)
{
	struct kvmlat_filter f = { 0 };
	size_t i;

	*nr = 0;
	*targets = NULL;
	if (select_vms(sel, &t->guests, t->vms, &f, why))
		return -1;
	for (i = 0; i < t->vms->nr_vms; i++) {
		const struct kvmlat_vm *vm = &t->vms->vms[i];

		if (vm->gone || !selects_vm(sel, &t->guests, t->vms, vm))
			continue;
		if (add_targets(sel, vm->vm_id, targets, nr))
			return trouble_memory(why);
	}
	return *nr ? 0 : trouble(why, TROUBLE_NO_VM, "the VM that is asked for has ended");
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
	struct beside beside;

	*knob = find(t, name, target);
	if (*knob)
		return 0;
	if (!find(t, name, &host) && beside_find(name, &beside))
		return trouble(why, TROUBLE_USAGE, "\"%s\" is no knob of kvmlat: %s", name,
			       beside.how);
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
