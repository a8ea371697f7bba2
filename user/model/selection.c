// SPDX-License-Identifier: GPL-2.0-only
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/options.h"
#include "selection.h"

bool parse_selection(int option, const char *text, struct selection *sel, char *why, size_t size)
{
	switch (option) {
	case 'p':
		return parse_u32("pid", text, 1, &sel->pid, why, size);
	case 'g':
		sel->guest = text;
		if (*text)
			return true;
		snprintf(why, size, "guest name \"\" is empty");
		return false;
	case OPT_VM:
		return parse_u32("VM", text, 1, &sel->vm_id, why, size);
	default:
		sel->has_vcpu = true;
		return parse_u32("vCPU", text, 0, &sel->vcpu_id, why, size);
	}
}

/* "1000", or the name of a user of this host. */
static uint32_t parse_user(const char *text)
{
	const struct passwd *user;
	char *end;
	unsigned long uid = strtoul(text, &end, 10);

	if (*text >= '0' && *text <= '9' && !*end && uid < NO_UID)
		return uid;
	user = getpwnam(text);
	return user ? user->pw_uid : NO_UID;
}

/*
 * A name is what its owner claims: "db@USER" is the guest "db" of that user only, and not the one
 * that somebody else called "db@USER". Where there is no such user, it is a name like any other.
 */
static bool is_called(const struct guests *g, uint32_t vm_id, const char *wanted)
{
	const char *name = guests_name(g, vm_id), *at = strrchr(wanted, '@');
	uint32_t uid = at ? parse_user(at + 1) : NO_UID;

	if (!name)
		return false;
	if (uid == NO_UID)
		return !strcmp(name, wanted);
	return strlen(name) == (size_t)(at - wanted) && !strncmp(name, wanted, at - wanted) &&
	       guests_uid(g, vm_id) == uid;
}

static bool matches(const struct guests *g, const struct kvmlat_vm *vm,
		    const struct selection *sel)
{
	if ((sel->pid && vm->pid != sel->pid) || (sel->vm_id && vm->vm_id != sel->vm_id))
		return false;
	return !sel->guest || is_called(g, vm->vm_id, sel->guest);
}

static int ambiguous(const struct guests *g, const struct kvmlat_snapshot *snap,
		     const struct selection *sel, bool gone, struct trouble *why)
{
	char list[512] = "";
	size_t i, used = 0;

	for (i = 0; i < snap->nr_vms && used < sizeof(list) - 64; i++) {
		const struct kvmlat_vm *vm = &snap->vms[i];

		if (!matches(g, vm, sel) || !!vm->gone != gone)
			continue;
		used += snprintf(list + used, sizeof(list) - used, "%sVM %u (pid %u",
				 used ? ", " : "", vm->vm_id, vm->pid);
		if (guests_uid(g, vm->vm_id) != NO_UID)
			used += snprintf(list + used, sizeof(list) - used, " of uid %u",
					 guests_uid(g, vm->vm_id));
		used += snprintf(list + used, sizeof(list) - used, ")");
	}
	return trouble(why, TROUBLE_AMBIGUOUS,
		       "guest name \"%s\" is that of several: %s; choose with --vm, or with NAME@USER",
		       sel->guest, list);
}

int select_vms(const struct selection *sel, const struct guests *g,
	       const struct kvmlat_snapshot *snap, struct kvmlat_filter *filter,
	       struct trouble *why)
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
		return trouble(why, TROUBLE_NO_VM, "no VM has the guest name \"%s\"%s", sel->guest,
			       sel->pid || sel->vm_id ? " and matches all else" : "");
	if (!nr && sel->vm_id)
		return trouble(why, TROUBLE_NO_VM, "there is no VM %u%s", sel->vm_id,
			       sel->pid ? " of that process" : "");
	if (!nr && sel->pid)
		return trouble(why, TROUBLE_NO_VM, "process %u has no VM", sel->pid);
	if (!nr)
		return trouble(why, TROUBLE_NO_VM, "no VM has run since the module was loaded");
	if (sel->guest && (alive > 1 || (!alive && nr > 1)))
		return ambiguous(g, snap, sel, !alive, why);
	filter->pid = sel->pid;
	filter->has_vcpu_id = sel->has_vcpu;
	filter->vcpu_id = sel->vcpu_id;
	filter->vm_id = sel->guest ? vm_id : sel->vm_id;
	return 0;
}

int ask_vms(struct kvmlat *k, const struct selection *sel, struct guests *g,
	    struct kvmlat_filter *filter, struct trouble *why)
{
	struct kvmlat_error err = { 0 };
	struct kvmlat_snapshot *snap;
	int ret;

	if (kvmlat_get_vms(k, NULL, &snap, &err))
		return trouble_kvmlat(why, &err);
	if (guests_learn(g, snap))
		ret = trouble_memory(why);
	else
		ret = select_vms(sel, g, snap, filter, why);
	kvmlat_snapshot_free(snap);
	return ret;
}

int trouble_vcpu(struct trouble *why, const struct selection *sel)
{
	return trouble(why, TROUBLE_NO_VM, "no VM that is asked for has a vCPU %u that ran yet",
		       sel->vcpu_id);
}
