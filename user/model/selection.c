// SPDX-License-Identifier: GPL-2.0-only
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/options.h"
#include "base/user.h"
#include "selection.h"

/* How often to look whether a guest has come. */
#define LOOK_NS		(NSEC_PER_SEC / 10)

static bool parse_guest(const char *text, struct selection *sel, char *why, size_t size)
{
	if (!*text) {
		snprintf(why, size, "guest name \"\" is empty");
		return false;
	}
	if (sel->nr_guests == SELECT_GUESTS) {
		snprintf(why, size, "more than %d guest names are too many: a pattern, as \"web*\", is for many",
			 SELECT_GUESTS);
		return false;
	}
	sel->guests[sel->nr_guests++] = text;
	return true;
}

/* Digits only: strtoul would take spaces and signs. */
static const char *parse_id(const char *p, uint32_t *id)
{
	unsigned long long v;
	char *end;

	v = *p >= '0' && *p <= '9' ? strtoull(p, &end, 10) : UINT64_MAX;
	*id = v;
	return v <= UINT32_MAX ? end : NULL;
}

static bool parse_vcpus(const char *text, struct selection *sel, char *why, size_t size)
{
	const char *p = text;
	uint64_t nr = 0;

	sel->vcpus = text;
	sel->nr_ranges = 0;
	do {
		struct range *r = &sel->ranges[sel->nr_ranges];

		if (sel->nr_ranges++ == SELECT_RANGES)
			break;
		p = parse_id(p + (p != text), &r->first);
		r->last = r->first;
		if (p && *p == '-')
			p = parse_id(p + 1, &r->last);
		if (!p || r->last < r->first)
			break;
		nr += (uint64_t)r->last - r->first + 1;
	} while (*p == ',');
	if (p && !*p && sel->nr_ranges <= SELECT_RANGES && nr && nr <= SELECT_VCPUS)
		return true;
	snprintf(why, size,
		 "vCPUs \"%.64s\" are not a list of whole numbers from 0 to %u, as 0-3,7, of up to %d vCPUs in %d ranges",
		 text, UINT32_MAX, SELECT_VCPUS, SELECT_RANGES);
	return false;
}

bool parse_selection(int option, const char *text, struct selection *sel, char *why, size_t size)
{
	switch (option) {
	case 'p':
		return parse_u32("pid", text, 1, &sel->pid, why, size);
	case 'g':
		return parse_guest(text, sel, why, size);
	case OPT_VM:
		return parse_u32("VM", text, 1, &sel->vm_id, why, size);
	default:
		return parse_vcpus(text, sel, why, size);
	}
}

/* Whose guest is wanted: *len is that of the name without its "@USER"; NO_UID for anybody's. */
static uint32_t wanted_user(const char *wanted, size_t *len)
{
	const char *at = strrchr(wanted, '@');
	uint32_t uid;

	*len = strlen(wanted);
	if (!at || !user_parse(at + 1, &uid))
		return NO_UID;
	*len = at - wanted;
	return uid;
}

static bool is_pattern(const char *wanted)
{
	return strpbrk(wanted, "*?[");
}

/* The first @len bytes of a pattern. */
static bool fits(const char *pattern, size_t len, const char *name)
{
	char text[KVMLAT_NAME_SIZE];

	if (len >= sizeof(text))
		return false;
	memcpy(text, pattern, len);
	text[len] = 0;
	return !fnmatch(text, name, 0);
}

/*
 * A name is what its owner claims: "db@USER" is the guest "db" of that user only, and not the one
 * that somebody else called "db@USER". Where there is no such user, it is a name like any other.
 */
static bool is_called(const struct entry *e, const char *wanted, bool pattern)
{
	size_t len;
	uint32_t uid = wanted_user(wanted, &len);

	if (uid != NO_UID && e->uid != uid)
		return false;
	if (pattern)
		return fits(wanted, len, e->name);
	return strlen(e->name) == len && !strncmp(e->name, wanted, len);
}

/* A guest that is called "web*" is meant by that, and no other. */
static bool means_many(const struct guests *g, const char *wanted)
{
	size_t i;

	for (i = 0; i < g->nr; i++)
		if (is_called(&g->entries[i], wanted, false))
			return false;
	return is_pattern(wanted);
}

static const struct entry *entry_of(const struct guests *g, uint32_t vm_id)
{
	size_t i;

	for (i = 0; i < g->nr; i++)
		if (g->entries[i].vm_id == vm_id)
			return &g->entries[i];
	return NULL;
}

/* Does @wanted, of the selection's names, or NULL for none, mean this VM? */
static bool matches(const struct guests *g, const struct kvmlat_vm *vm,
		    const struct selection *sel, const char *wanted)
{
	const struct entry *e;

	if ((sel->pid && vm->pid != sel->pid) || (sel->vm_id && vm->vm_id != sel->vm_id))
		return false;
	if (!wanted)
		return true;
	e = entry_of(g, vm->vm_id);
	return e && is_called(e, wanted, means_many(g, wanted));
}

bool selects_by_name(const struct selection *sel, const struct guests *g,
		     const struct kvmlat_vm *vm)
{
	bool by_name = false;
	size_t i, len;

	if (sel->pid || sel->vm_id)
		return false;
	for (i = 0; i < sel->nr_guests; i++) {
		const char *wanted = sel->guests[i];

		if (!matches(g, vm, sel, wanted))
			continue;
		if (wanted_user(wanted, &len) != NO_UID || !strcmp(wanted, "*"))
			return false;
		by_name = true;
	}
	return by_name;
}

static bool one_runs(const struct selection *sel, const struct guests *g,
		     const struct kvmlat_snapshot *snap, const char *wanted)
{
	size_t i;

	for (i = 0; i < snap->nr_vms; i++)
		if (!snap->vms[i].gone && matches(g, &snap->vms[i], sel, wanted))
			return true;
	return false;
}

bool selects_vm(const struct selection *sel, const struct guests *g,
		const struct kvmlat_snapshot *snap, const struct kvmlat_vm *vm)
{
	size_t i;

	if (!sel->nr_guests)
		return matches(g, vm, sel, NULL);
	for (i = 0; i < sel->nr_guests; i++) {
		const char *wanted = sel->guests[i];

		if (matches(g, vm, sel, wanted) &&
		    (!vm->gone || means_many(g, wanted) || !one_runs(sel, g, snap, wanted)))
			return true;
	}
	return false;
}

bool selects_vcpu(const struct selection *sel, uint32_t vcpu_id)
{
	size_t i;

	for (i = 0; i < sel->nr_ranges; i++)
		if (vcpu_id >= sel->ranges[i].first && vcpu_id <= sel->ranges[i].last)
			return true;
	return !sel->vcpus;
}

static int ambiguous(const struct guests *g, const struct kvmlat_snapshot *snap,
		     const struct selection *sel, const char *wanted, bool gone,
		     struct trouble *why)
{
	char list[512] = "";
	size_t i, used = 0;

	for (i = 0; i < snap->nr_vms && used < sizeof(list) - 64; i++) {
		const struct kvmlat_vm *vm = &snap->vms[i];

		if (!matches(g, vm, sel, wanted) || !!vm->gone != gone)
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
		       wanted, list);
}

static int trouble_none(const struct selection *sel, const char *wanted, struct trouble *why)
{
	if (wanted)
		return trouble(why, TROUBLE_NO_VM, "no VM has %s \"%s\"%s",
			       is_pattern(wanted) ? "a guest name like" : "the guest name", wanted,
			       sel->pid || sel->vm_id ? " and matches all else" : "");
	if (sel->vm_id)
		return trouble(why, TROUBLE_NO_VM, "there is no VM %u%s", sel->vm_id,
			       sel->pid ? " of that process" : "");
	if (sel->pid)
		return trouble(why, TROUBLE_NO_VM, "process %u has no VM", sel->pid);
	return trouble(why, TROUBLE_NO_VM, "no VM has run since the module was loaded");
}

/* Of one of the selection's names, or of NULL; *vm_id is the one VM that a name means. */
static int check_name(const struct selection *sel, const struct guests *g,
		      const struct kvmlat_snapshot *snap, const char *wanted, uint32_t *vm_id,
		      struct trouble *why)
{
	size_t i, nr = 0, alive = 0;

	for (i = 0; i < snap->nr_vms; i++) {
		const struct kvmlat_vm *vm = &snap->vms[i];

		if (!matches(g, vm, sel, wanted))
			continue;
		nr++;
		/* A VM that runs goes before those of its name that ended. */
		if (!vm->gone)
			alive++;
		if (!vm->gone || !alive)
			*vm_id = vm->vm_id;
	}
	if (!nr)
		return trouble_none(sel, wanted, why);
	if (!wanted || means_many(g, wanted)) {
		*vm_id = sel->vm_id;
		return 0;
	}
	if (alive > 1 || (!alive && nr > 1))
		return ambiguous(g, snap, sel, wanted, !alive, why);
	return 0;
}

int select_vms(const struct selection *sel, const struct guests *g,
	       const struct kvmlat_snapshot *snap, struct kvmlat_filter *filter,
	       struct trouble *why)
{
	uint32_t vm_id = 0;
	size_t i = 0;

	do {
		if (check_name(sel, g, snap, sel->nr_guests ? sel->guests[i] : NULL, &vm_id, why))
			return -1;
	} while (++i < sel->nr_guests);
	filter->pid = sel->pid;
	filter->vm_id = sel->nr_guests > 1 ? sel->vm_id : vm_id;
	filter->has_vcpu_id = sel->nr_ranges == 1 && sel->ranges[0].first == sel->ranges[0].last;
	filter->vcpu_id = filter->has_vcpu_id ? sel->ranges[0].first : 0;
	return 0;
}

void select_narrow(const struct selection *sel, const struct guests *g,
		   struct kvmlat_snapshot *snap)
{
	size_t i, n = 0;

	for (i = 0; i < snap->nr_vcpus; i++) {
		struct kvmlat_vcpu *v = &snap->vcpus[i];
		const struct kvmlat_vm *vm = kvmlat_find_vm(snap, v->vm_id);

		if (selects_vcpu(sel, v->vcpu_id) && vm && selects_vm(sel, g, snap, vm))
			snap->vcpus[n++] = *v;
		else
			kvmlat_account_free(&v->account);
	}
	snap->nr_vcpus = n;
	for (i = n = 0; i < snap->nr_vms; i++)
		if (selects_vm(sel, g, snap, &snap->vms[i]))
			snap->vms[n++] = snap->vms[i];
	snap->nr_vms = n;
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

int await_vms(struct kvmlat *k, const struct selection *sel, struct guests *g,
	      struct kvmlat_filter *filter, struct wait *wait, uint64_t deadline, tell_fn tell,
	      struct trouble *why)
{
	char text[sizeof(why->text) + 32];
	bool told = false;
	enum wake wake;
	uint64_t next;
	int which = 0;

	while (ask_vms(k, sel, g, filter, why)) {
		if (why->kind != TROUBLE_NO_VM || !sel->nr_guests)
			return -1;
		snprintf(text, sizeof(text), "%s: waiting for one", why->text);
		if (!told)
			tell(text);
		told = true;
		next = monotonic_ns() + LOOK_NS;
		wake = wait_for(wait, next < deadline ? next : deadline, NULL, 0, &which);
		if ((wake != WAKE_TIME && which != SIGHUP) || monotonic_ns() >= deadline)
			return -1;
	}
	return 0;
}

int trouble_vcpu(struct trouble *why, const struct selection *sel)
{
	bool one = !strpbrk(sel->vcpus, "-,");

	return trouble(why, TROUBLE_NO_VM, "no VM that is asked for has %s %.256s that ran yet",
		       one ? "a vCPU" : "one of the vCPUs", sel->vcpus);
}
