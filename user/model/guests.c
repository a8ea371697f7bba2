// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/namespaces.h"
#include "guests.h"
#include "past.h"

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

uint32_t guests_uid(const struct guests *g, uint32_t vm_id)
{
	size_t i;

	for (i = 0; i < g->nr; i++)
		if (g->entries[i].vm_id == vm_id)
			return g->entries[i].uid;
	return NO_UID;
}

/* The owner of the folder in /proc is root for a process that may not be dumped, whosever it is. */
static uint32_t uid_of(uint32_t pid)
{
	static const char key[] = "\nUid:\t";
	uint32_t uid = NO_UID;
	char path[64], *text;
	const char *at;

	snprintf(path, sizeof(path), "/proc/%u/status", pid);
	text = file_read(path);
	at = text ? strstr(text, key) : NULL;
	if (at)
		uid = strtoul(at + strlen(key), NULL, 10);
	free(text);
	return uid;
}

static void ask_proc(uint32_t pid, struct guest_name *name)
{
	struct kvmlat_guest guest;

	name->uid = uid_of(pid);
	if (!kvmlat_get_guest(pid, &guest))
		memcpy(name->text, guest.name, sizeof(guest.name));
}

/* The pid of a VM that ended can be somebody else's by now. */
static bool can_be_asked(const struct guests *g, const struct kvmlat_vm *vm)
{
	return pids_are_ours() && !vm->gone && vm->pid != g->own_pid && !guests_name(g, vm->vm_id);
}

static int64_t clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * (int64_t)NSEC_PER_SEC + now.tv_nsec;
}

/* The times of /proc are clock ticks, and neither clock is read at one moment with the other. */
#define SLACK_NS	((int64_t)NSEC_PER_SEC)

/*
 * A VM outlives its process where another one has its descriptor, and then the id can be somebody
 * else's: a process that began after the VM's account did is not the VM's.
 */
static bool is_its_process(const struct kvmlat_snapshot *snap, const struct kvmlat_vm *vm)
{
	int64_t since, began;
	uint64_t ticks;

	if (kvmlat_thread_start(vm->pid, vm->pid, &ticks))
		return false;
	began = ticks * (NSEC_PER_SEC / sysconf(_SC_CLK_TCK));
	since = clock_ns(CLOCK_BOOTTIME) -
		(clock_ns(CLOCK_MONOTONIC) - (int64_t)snap->monotonic) -
		(int64_t)(snap->now - vm->since);
	return !snap->monotonic || began <= since + SLACK_NS;
}

/* Names of those that can be asked, in the order of @snap. NULL if memory is short. */
static struct guest_name *ask_all(const struct guests *g, const struct kvmlat_snapshot *snap)
{
	struct guest_name *names = calloc(snap->nr_vms + 1, sizeof(*names));
	uint32_t *pids = calloc(snap->nr_vms + 1, sizeof(*pids));
	size_t i, nr = 0;

	for (i = 0; pids && i < snap->nr_vms; i++)
		if (can_be_asked(g, &snap->vms[i]))
			pids[nr++] = snap->vms[i].pid;
	if (pids && names)
		ask_names(pids, nr, ask_proc, names);
	if (!pids) {
		free(names);
		names = NULL;
	}
	free(pids);
	return names;
}

/* One that ended before this process looked has the name that another one learnt. */
static void recall(const char *past, const struct kvmlat_vm *vm, struct entry *e)
{
	struct past was;

	if (!past_find(past, vm, &was))
		return;
	memcpy(e->name, was.name, sizeof(e->name));
	e->uid = was.uid;
}

static bool has_new_past(const struct guests *g, const struct kvmlat_snapshot *snap)
{
	size_t i;

	for (i = 0; i < snap->nr_vms; i++)
		if (snap->vms[i].gone && !guests_name(g, snap->vms[i].vm_id))
			return true;
	return false;
}

/* What the last @nr entries tell of VMs that run is for those that come later. */
static void note(const struct guests *g, const struct kvmlat_snapshot *snap, size_t nr)
{
	const struct entry *from = &g->entries[g->nr - nr];
	struct past *list = calloc(nr + 1, sizeof(*list));
	size_t i, n = 0;

	for (i = 0; list && i < nr; i++) {
		const struct kvmlat_vm *vm = kvmlat_find_vm(snap, from[i].vm_id);

		if (!vm || vm->gone || from[i].uid == NO_UID)
			continue;
		list[n].vm_id = vm->vm_id;
		list[n].pid = vm->pid;
		list[n].uid = from[i].uid;
		memcpy(list[n++].name, from[i].name, sizeof(list->name));
	}
	if (list)
		past_note(list, n);
	free(list);
}

int guests_learn(struct guests *g, const struct kvmlat_snapshot *snap)
{
	size_t i, next = 0, before = g->nr;
	struct guest_name *names;
	struct entry *e;
	char *past;

	names = ask_all(g, snap);
	if (!names)
		return -1;
	past = has_new_past(g, snap) ? past_read() : NULL;
	for (i = 0; i < snap->nr_vms; i++) {
		const struct kvmlat_vm *vm = &snap->vms[i];
		const struct guest_name none = { .uid = NO_UID };
		const struct guest_name *asked = can_be_asked(g, vm) ? &names[next++] : &none;
		const char *name;

		if (guests_name(g, vm->vm_id))
			continue;
		if (asked != &none && !is_its_process(snap, vm))
			asked = &none;
		name = asked->text;
		e = realloc(g->entries, (g->nr + 1) * sizeof(*e));
		if (!e)
			break;
		g->entries = e;
		e += g->nr++;
		e->vm_id = vm->vm_id;
		e->uid = asked->uid;
		if (vm->pid == g->own_pid) {
			name = g->own_name;
			e->uid = getuid();
		}
		snprintf(e->name, sizeof(e->name), "%s", *name ? name : vm->comm);
		if (vm->gone && !*name)
			recall(past, vm, e);
	}
	free(past);
	free(names);
	if (g->nr > before)
		note(g, snap, g->nr - before);
	return i < snap->nr_vms ? -1 : 0;
}

void guests_forget_ended(struct guests *g, const struct kvmlat_snapshot *snap)
{
	size_t i, n = 0;

	for (i = 0; i < g->nr; i++) {
		const struct kvmlat_vm *vm = kvmlat_find_vm(snap, g->entries[i].vm_id);

		if (vm && !vm->gone)
			g->entries[n++] = g->entries[i];
	}
	g->nr = n;
}

void guests_free(struct guests *g)
{
	free(g->entries);
	memset(g, 0, sizeof(*g));
}
