// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/paths.h"
#include "read.h"
#include "sched/task.h"

/* A VMM has a thread for each vCPU and some more. */
#define THREADS_MAX	4096

/* Fields of /proc/PID/task/TID/stat, counted from the one behind the name in parentheses. */
#define STAT_PROCESSOR	36
#define STAT_PRIORITY	37
#define STAT_POLICY	38

/** struct reading - a VM while its threads are read */
struct reading {
	struct fact_vm			*vm;
	const struct kvmlat_snapshot	*snap;
};

static bool parse_stat(const char *text, struct fact_thread *t)
{
	const char *p = strrchr(text, ')');
	unsigned long numbers[STAT_POLICY + 1] = { 0 };
	int i;

	if (!p)
		return false;
	/* The state is a letter. */
	for (i = 0, p++; i <= STAT_POLICY; i++) {
		char *end;

		p += strspn(p, " ");
		numbers[i] = i ? strtoul(p, &end, 10) : 0;
		if (i && end == p)
			return false;
		p += strcspn(p, " ");
	}
	t->cpu = numbers[STAT_PROCESSOR];
	t->priority = numbers[STAT_PRIORITY];
	t->policy = numbers[STAT_POLICY];
	return true;
}

static int64_t vcpu_of(const struct reading *r, uint32_t tid)
{
	size_t i;

	for (i = 0; i < r->snap->nr_vcpus; i++) {
		const struct kvmlat_vcpu *v = &r->snap->vcpus[i];

		if (v->vm_id == r->vm->vm_id && v->tid == tid && !v->gone)
			return v->vcpu_id;
	}
	return -1;
}

static bool read_thread(uint32_t tid, void *user)
{
	struct reading *r = user;
	struct fact_thread *t, *more;
	char path[128], *stat, *status;

	if (r->vm->nr_threads == THREADS_MAX)
		return false;
	more = add_room(r->vm->threads, r->vm->nr_threads, sizeof(*more));
	if (!more)
		return false;
	r->vm->threads = more;
	t = &more[r->vm->nr_threads++];
	*t = (struct fact_thread){ .tid = tid, .vcpu = vcpu_of(r, tid) };
	snprintf(path, sizeof(path), "/proc/%u/task/%u/comm", r->vm->pid, tid);
	if (!read_line(path, t->name, sizeof(t->name)))
		snprintf(t->name, sizeof(t->name), "?");
	snprintf(path, sizeof(path), "/proc/%u/task/%u/stat", r->vm->pid, tid);
	stat = read_text(path);
	snprintf(path, sizeof(path), "%s/proc/%u/task/%u/status", path_root(), r->vm->pid, tid);
	status = file_read(path);
	t->known = stat && status && parse_stat(stat, t) && task_allowed(status, &t->allowed);
	free(stat);
	free(status);
	return true;
}

/* A vCPU whose thread is not there is one that nobody knows where it runs. */
static void read_threads(struct reading *r)
{
	char path[64];
	size_t i, j;

	snprintf(path, sizeof(path), "/proc/%u/task", r->vm->pid);
	each_number(path, read_thread, r);
	for (i = 0; i < r->snap->nr_vcpus; i++) {
		const struct kvmlat_vcpu *v = &r->snap->vcpus[i];
		struct fact_thread *more;

		if (v->vm_id != r->vm->vm_id || v->gone)
			continue;
		for (j = 0; j < r->vm->nr_threads; j++)
			if (r->vm->threads[j].vcpu == v->vcpu_id)
				break;
		if (j < r->vm->nr_threads)
			continue;
		more = add_room(r->vm->threads, r->vm->nr_threads, sizeof(*more));
		if (!more)
			return;
		r->vm->threads = more;
		more[r->vm->nr_threads++] = (struct fact_thread){ .tid = v->tid,
								  .vcpu = v->vcpu_id };
	}
}

/* The KiB of lines "KEY:  123 kB", summed over all keys that begin so. */
static bool sum_of(const char *text, const char *key, uint64_t *sum)
{
	size_t len = strlen(key);
	const char *line = text;
	bool has = false;

	while (line && *line) {
		if (!strncmp(line, key, len)) {
			const char *colon = strchr(line, ':');

			if (colon) {
				*sum += strtoull(colon + 1, NULL, 10);
				has = true;
			}
		}
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
	return has;
}

/*
 * smaps_rollup lets go of the memory's lock as soon as anybody else wants it. Pages of hugetlbfs
 * are no part of its Rss.
 */
static void read_memory(struct fact_vm *vm)
{
	char path[64], *text;
	uint64_t pages = 0;

	snprintf(path, sizeof(path), "/proc/%u/status", vm->pid);
	text = read_text(path);
	vm->has_swap = text && sum_of(text, "VmSwap:", &vm->swapped);
	free(text);
	snprintf(path, sizeof(path), "/proc/%u/smaps_rollup", vm->pid);
	text = read_text(path);
	if (text && sum_of(text, "Rss:", &vm->resident)) {
		vm->has_memory = sum_of(text, "AnonHugePages:", &vm->huge);
		sum_of(text, "ShmemPmdMapped:", &vm->huge);
		sum_of(text, "FilePmdMapped:", &vm->huge);
		sum_of(text, "Private_Hugetlb:", &pages);
		sum_of(text, "Shared_Hugetlb:", &pages);
		vm->huge += pages;
		vm->resident += pages;
	}
	free(text);
}

/* Of /proc/PID/numa_maps: pages of each mapping on each node, "N1=512 kernelpagesize_kB=4". */
static void read_nodes(struct fact_vm *vm)
{
	char path[512], line[4096], *p;
	FILE *maps;

	snprintf(path, sizeof(path), "%s/proc/%u/numa_maps", path_root(), vm->pid);
	maps = fopen(path, "re");
	while (maps && fgets(line, sizeof(line), maps)) {
		uint64_t pages[FACT_NODES_MAX] = { 0 }, size = 4;
		unsigned int node;
		uint64_t number;

		for (p = line; (p = strchr(p, ' ')); ) {
			p++;
			if (sscanf(p, "N%u=%" SCNu64, &node, &number) == 2 && node < FACT_NODES_MAX)
				pages[node] = number;
			else
				sscanf(p, "kernelpagesize_kB=%" SCNu64, &size);
		}
		for (node = 0; node < FACT_NODES_MAX; node++) {
			vm->node[node] += pages[node] * size;
			vm->has_nodes |= pages[node];
		}
	}
	if (maps)
		fclose(maps);
}

static bool has_several_nodes(const struct facts *f)
{
	const struct fact *nodes = &f->file[FACT_NODES];

	return nodes->known == READ && strpbrk(nodes->text, "-,");
}

static void read_vm(struct facts *f, const struct kvmlat_snapshot *snap, struct fact_vm *vm)
{
	struct reading r = { vm, snap };
	char path[64], *group;
	size_t i;

	for (i = 0; i < snap->nr_vcpus; i++)
		if (snap->vcpus[i].vm_id == vm->vm_id && !snap->vcpus[i].gone)
			f->has_vms &= !kvmlat_merge(&vm->account, &snap->vcpus[i].account);
	read_threads(&r);
	read_memory(vm);
	if (has_several_nodes(f))
		read_nodes(vm);
	snprintf(path, sizeof(path), "/proc/%u/cgroup", vm->pid);
	group = read_text(path);
	vm->has_group = group && has_folder("/sys/fs/cgroup");
	free(group);
}

void read_vms(struct facts *f, const struct kvmlat_snapshot *snap, const struct guests *guests)
{
	size_t i;

	f->vms = calloc(snap->nr_vms + 1, sizeof(*f->vms));
	f->has_vms = f->vms;
	f->vendor = snap->vendor;
	for (i = 0; f->vms && i < snap->nr_vms; i++) {
		const struct kvmlat_vm *from = &snap->vms[i];
		struct fact_vm *vm = &f->vms[f->nr_vms];

		if (from->gone)
			continue;
		vm->vm_id = from->vm_id;
		vm->pid = from->pid;
		vm->vcpus = from->vcpus;
		vm->details = from->details;
		snprintf(vm->guest, sizeof(vm->guest), "%s", guests_name(guests, vm->vm_id));
		f->nr_vms++;
		read_vm(f, snap, vm);
	}
	if (f->has_vms && quotas_read(&f->quotas, snap))
		f->has_vms = false;
	for (i = 0; i < f->quotas.nr; i++)
		clean_text(f->quotas.all[i].group);
	if (!f->has_vms)
		snprintf(f->why_no_vms, sizeof(f->why_no_vms), "out of memory");
}
