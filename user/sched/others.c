// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "others.h"

#define PF_KTHREAD	0x00200000

bool other_parse_stat(const char *text, bool *kernel, uint64_t *ticks, uint32_t *cpu)
{
	/* The name stands in parentheses and may have any character: fields go on behind it. */
	const char *p = strrchr(text, ')');
	unsigned long long utime, stime;
	unsigned long flags;
	int field, used = 0;

	if (!p || sscanf(p + 1, " %*c %*d %*d %*d %*d %*d %lu %*u %*u %*u %*u %llu %llu %n",
			 &flags, &utime, &stime, &used) != 3 || !used)
		return false;
	*kernel = flags & PF_KTHREAD;
	*ticks = utime + stime;
	/* From field 16 to field 39. */
	for (p += 1 + used, field = 16; field < 39 && p; field++) {
		p = strchr(p, ' ');
		p = p ? p + 1 : NULL;
	}
	if (!p || *p < '0' || *p > '9')
		return false;
	*cpu = strtoul(p, NULL, 10);
	return true;
}

bool other_works_for(const char *name, uint32_t pid)
{
	static const char * const makers[] = { "vhost-", "kvm-pit/" };
	char wanted[32];
	size_t i;

	for (i = 0; i < sizeof(makers) / sizeof(*makers); i++) {
		snprintf(wanted, sizeof(wanted), "%s%u", makers[i], pid);
		if (!strcmp(name, wanted))
			return true;
	}
	return false;
}

static char *read_of(const struct task *task, const char *what)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%u/task/%u/%s", task->pid, task->tid, what);
	return file_read(path);
}

/* Its time on CPUs and waiting for one: in ns where the kernel counts so, else in clock ticks. */
static bool read_times(struct other *t)
{
	char *stat = read_of(&t->task, "stat"), *more;
	unsigned long long ran, waited;
	uint64_t ticks = 0;
	bool good;

	good = stat && other_parse_stat(stat, &t->kernel, &ticks, &t->cpu);
	free(stat);
	if (!good)
		return false;
	more = read_of(&t->task, "schedstat");
	t->has_waited = more && sscanf(more, "%llu %llu", &ran, &waited) == 2;
	free(more);
	t->ran = t->has_waited ? ran : ticks * (NSEC_PER_SEC / sysconf(_SC_CLK_TCK));
	t->waited = t->has_waited ? waited : 0;
	t->all_ran = t->ran;
	t->all_waited = t->waited;
	return true;
}

static bool read_thread(struct other *t, uint32_t pid, uint32_t tid)
{
	memset(t, 0, sizeof(*t));
	if (!task_find(pid, tid, &t->task) || !read_times(t) ||
	    kvmlat_thread_name(pid, tid, t->name, sizeof(t->name)))
		return false;
	t->known = !task_get(&t->task, &t->sched);
	return true;
}

static struct other *add(struct vmm *v, const struct other *t)
{
	void *more = realloc(v->all, (v->nr + 1) * sizeof(*t));

	if (!more)
		return NULL;
	v->all = more;
	v->all[v->nr] = *t;
	return &v->all[v->nr++];
}

static bool runs_vcpu(const struct kvmlat_snapshot *snap, uint32_t pid, uint32_t tid)
{
	size_t i;

	for (i = 0; i < snap->nr_vcpus; i++)
		if (snap->vcpus[i].pid == pid && snap->vcpus[i].tid == tid && !snap->vcpus[i].gone)
			return true;
	return false;
}

/* All threads of vCPUs are one row, to compare the others with. */
static void add_vcpu(struct other *sum, const struct other *t)
{
	sum->has_waited = (sum->has_waited || !sum->vcpus) && t->has_waited;
	sum->vcpus++;
	sum->ran += t->ran;
	sum->waited += t->waited;
	sum->all_ran = sum->ran;
	sum->all_waited = sum->waited;
}

static int read_process(struct vmm *v, const struct kvmlat_snapshot *snap)
{
	struct other sum = { .task.pid = v->pid }, t;
	struct dirent *e;
	char path[64];
	int ret = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%u/task", v->pid);
	dir = opendir(path);
	while (dir && !ret && (e = readdir(dir))) {
		if (*e->d_name == '.' || !read_thread(&t, v->pid, strtoul(e->d_name, NULL, 10)))
			continue;
		if (runs_vcpu(snap, v->pid, t.task.tid))
			add_vcpu(&sum, &t);
		else if (!add(v, &t))
			ret = -1;
	}
	if (dir)
		closedir(dir);
	if (!ret && sum.vcpus && !add(v, &sum))
		ret = -1;
	return ret;
}

/* Threads of the kernel that are no threads of the process: whoever else is called so is none. */
static int read_kernel(struct others *o)
{
	struct dirent *e;
	struct other t;
	char name[64];
	int ret = 0;
	size_t i;
	DIR *dir;

	dir = opendir("/proc");
	while (dir && !ret && (e = readdir(dir))) {
		uint32_t pid = strtoul(e->d_name, NULL, 10);

		if (!pid || kvmlat_thread_name(pid, pid, name, sizeof(name)))
			continue;
		for (i = 0; i < o->nr; i++)
			if (other_works_for(name, o->all[i].pid))
				break;
		if (i < o->nr && read_thread(&t, pid, pid) && t.kernel && !add(&o->all[i], &t))
			ret = -1;
	}
	if (dir)
		closedir(dir);
	return ret;
}

static struct vmm *find(struct others *o, uint32_t pid)
{
	size_t i;

	for (i = 0; i < o->nr; i++)
		if (o->all[i].pid == pid)
			return &o->all[i];
	return NULL;
}

/* The process of a VM, new or not; NULL if it is not there any more, or memory is short. */
static struct vmm *vmm_of(struct others *o, const struct kvmlat_vm *vm, const char *guest)
{
	struct vmm *v = find(o, vm->pid);
	struct timespec now;
	uint64_t start;
	size_t used;
	void *more;

	if (!v) {
		if (kvmlat_thread_start(vm->pid, vm->pid, &start))
			return NULL;
		more = realloc(o->all, (o->nr + 1) * sizeof(*v));
		if (!more)
			return NULL;
		o->all = more;
		v = &o->all[o->nr++];
		*v = (struct vmm){ .pid = vm->pid, .start = start };
		snprintf(v->guest, sizeof(v->guest), "%s", guest ? guest : vm->comm);
		clock_gettime(CLOCK_BOOTTIME, &now);
		v->age = now.tv_sec * NSEC_PER_SEC + now.tv_nsec;
		v->age -= start * (NSEC_PER_SEC / sysconf(_SC_CLK_TCK));
	}
	used = strlen(v->vms);
	snprintf(v->vms + used, sizeof(v->vms) - used, "%s%u", used ? "," : "", vm->vm_id);
	return v;
}

static int compare(const void *a, const void *b)
{
	const struct other *x = a, *y = b;

	if (!x->vcpus != !y->vcpus)
		return x->vcpus ? 1 : -1;
	if (x->ran != y->ran)
		return x->ran < y->ran ? 1 : -1;
	return (x->task.tid > y->task.tid) - (x->task.tid < y->task.tid);
}

static void sort(struct others *o)
{
	size_t i;

	for (i = 0; i < o->nr; i++)
		if (o->all[i].nr)
			qsort(o->all[i].all, o->all[i].nr, sizeof(*o->all[i].all), compare);
}

int others_read(struct others *o, const struct kvmlat_snapshot *snap, const struct guests *guests,
		const struct selection *sel)
{
	size_t i;

	*o = (struct others){ .at = monotonic_ns() };
	for (i = 0; i < snap->nr_vms; i++) {
		const struct kvmlat_vm *vm = &snap->vms[i];

		if (!vm->gone && selects_vm(sel, guests, snap, vm))
			vmm_of(o, vm, guests_name(guests, vm->vm_id));
	}
	for (i = 0; i < o->nr; i++)
		if (read_process(&o->all[i], snap))
			return -1;
	if (read_kernel(o))
		return -1;
	sort(o);
	return 0;
}

static const struct other *same(const struct vmm *v, const struct other *t)
{
	size_t i;

	for (i = 0; v && i < v->nr; i++)
		if (v->all[i].task.tid == t->task.tid && v->all[i].task.start == t->task.start)
			return &v->all[i];
	return NULL;
}

static uint64_t less(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

void others_since(struct others *newer, const struct others *older)
{
	size_t i, n;

	for (i = 0; i < newer->nr; i++) {
		struct vmm *v = &newer->all[i];
		const struct vmm *was = find((struct others *)older, v->pid);

		if (was && was->start != v->start)
			was = NULL;
		v->age = was ? newer->at - older->at : 0;
		for (n = 0; n < v->nr; n++) {
			struct other *t = &v->all[n];
			const struct other *then = same(was, t);

			t->ran = less(t->all_ran, then ? then->all_ran : 0);
			t->waited = less(t->all_waited, then ? then->all_waited : 0);
		}
	}
	sort(newer);
}

void others_free(struct others *o)
{
	size_t i;

	for (i = 0; i < o->nr; i++)
		free(o->all[i].all);
	free(o->all);
	memset(o, 0, sizeof(*o));
}
