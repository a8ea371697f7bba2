// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>

#include "base/clock.h"
#include "csv.h"
#include "grid.h"
#include "json.h"
#include "model/row.h"
#include "threads.h"

static const char * const header[] = {
	"TID", "THREAD", "CPU/ms", "CPU%", "WAIT/ms", "WAIT%", "ON", "SCHED", "CPUS", NULL
};

static const char *name_of(const struct other *t, char *text, size_t size)
{
	if (!t->vcpus)
		return t->name;
	snprintf(text, size, "%u vCPU%s", t->vcpus, t->vcpus == 1 ? "" : "s");
	return text;
}

static void table_row(struct grid *g, const struct vmm *v, const struct other *t)
{
	char text[CELL_SIZE];

	if (t->vcpus)
		cell(g, "-");
	else
		cell(g, "%u", t->task.tid);
	cell(g, "%s", name_of(t, text, sizeof(text)));
	cell(g, "%.1f", t->ran / 1e6);
	cell(g, "%.1f", share(t->ran, v->age));
	if (t->has_waited) {
		cell(g, "%.1f", t->waited / 1e6);
		cell(g, "%.1f", share(t->waited, v->age));
	} else {
		cell(g, "-");
		cell(g, "-");
	}
	if (t->vcpus)
		cell(g, "-");
	else
		cell(g, "%u", t->cpu);
	sched_format(&t->sched, text, sizeof(text));
	cell(g, "%s", t->known ? text : "-");
	cpus_format(&t->sched.cpus, text, sizeof(text));
	cell(g, "%s", t->known ? text : "-");
}

static void table(FILE *to, const struct threads_view *view, bool first)
{
	static struct widths kept;
	bool any = false;
	size_t i, n;

	if (first)
		memset(&kept, 0, sizeof(kept));
	for (i = 0; i < view->others->nr; i++) {
		struct grid g = {
			.columns = 9, .left = 2, .ragged = true, .narrow = true, .kept = &kept,
		};
		const struct vmm *v = &view->others->all[i];

		if (!v->age)
			continue;
		fprintf(to, "%spid %u \"%s\", VM %s, %s%.3f s\n", first && !any ? "" : "\n", v->pid,
			v->guest, v->vms, view->cumulative ? "since the start " : "",
			(double)v->age / NSEC_PER_SEC);
		any = true;
		cells(&g, header);
		for (n = 0; n < v->nr; n++)
			table_row(&g, v, &v->all[n]);
		print_grid(to, &g);
	}
	if (!any)
		fputs("no process of a VM was there all the time\n", to);
}

static struct json_object *thread(const struct other *t)
{
	struct json_object *o = json_object_new_object(), *list;
	int cpu;

	add_if(o, "tid", !t->vcpus, t->task.tid);
	add(o, "thread", t->vcpus ? NULL : json_object_new_string(t->name));
	add_u64(o, "vcpus", t->vcpus);
	add_bool(o, "kernel", t->kernel);
	add_u64(o, "ran_ns", t->ran);
	add_if(o, "waited_ns", t->has_waited, t->waited);
	add_if(o, "last_cpu", !t->vcpus, t->cpu);
	add(o, "policy", t->known ? json_object_new_string(policy_name(t->sched.policy)) : NULL);
	add_if(o, "priority", t->known, t->sched.priority);
	add(o, "nice", t->known ? json_object_new_int(t->sched.nice) : NULL);
	list = t->known ? json_object_new_array() : NULL;
	for (cpu = cpus_next(&t->sched.cpus, -1); list && cpu >= 0;
	     cpu = cpus_next(&t->sched.cpus, cpu))
		json_object_array_add(list, json_object_new_int(cpu));
	add(o, "cpus", list);
	return o;
}

static void json(FILE *to, const struct threads_view *view, bool first)
{
	struct json_object *o = document("threads"), *array = json_object_new_array(), *p, *list;
	size_t i, n;

	(void)first;
	add(o, "time", double_of(view->time_ms / 1e3, 3));
	add_bool(o, "cumulative", view->cumulative);
	for (i = 0; i < view->others->nr; i++) {
		const struct vmm *v = &view->others->all[i];

		if (!v->age)
			continue;
		p = json_object_new_object();
		list = json_object_new_array();
		add_u64(p, "pid", v->pid);
		add_text(p, "guest", v->guest);
		add_text(p, "vms", v->vms);
		add_u64(p, "duration_ns", v->age);
		for (n = 0; n < v->nr; n++)
			json_object_array_add(list, thread(&v->all[n]));
		add(p, "threads", list);
		json_object_array_add(array, p);
	}
	add(o, "processes", array);
	print(to, o);
}

static void line(FILE *to, const struct threads_view *view, const struct vmm *v,
		 const struct other *t)
{
	char cpus[4096], name[32];

	fprintf(to, "%" PRId64 ".%03d,%.9f,%u,", view->time_ms / 1000,
		(int)(view->time_ms % 1000), (double)v->age / NSEC_PER_SEC, v->pid);
	text(to, v->guest);
	fputc(',', to);
	if (!t->vcpus)
		fprintf(to, "%u", t->task.tid);
	fputc(',', to);
	text(to, name_of(t, name, sizeof(name)));
	fprintf(to, ",%u,%d,%" PRIu64 ",", t->vcpus, t->kernel, t->ran);
	if (t->has_waited)
		fprintf(to, "%" PRIu64, t->waited);
	fputc(',', to);
	if (!t->vcpus)
		fprintf(to, "%u", t->cpu);
	if (!t->known) {
		fputs(",,,,\n", to);
		return;
	}
	fprintf(to, ",%s,%u,%d,", policy_name(t->sched.policy), t->sched.priority, t->sched.nice);
	cpus_format(&t->sched.cpus, cpus, sizeof(cpus));
	text(to, cpus);
	fputc('\n', to);
}

/* The columns are fixed in kvmlat-threads(1): add at the end. */
static void csv(FILE *to, const struct threads_view *view, bool first)
{
	size_t i, n;

	if (first)
		fputs("time,duration_s,pid,guest,tid,thread,vcpus,kernel,ran_ns,waited_ns,last_cpu,policy,priority,nice,cpus\n",
		      to);
	for (i = 0; i < view->others->nr; i++)
		for (n = 0; view->others->all[i].age && n < view->others->all[i].nr; n++)
			line(to, view, &view->others->all[i], &view->others->all[i].all[n]);
}

void show_threads(FILE *to, enum output output, const struct threads_view *v, bool first)
{
	static void (* const formats[NR_OUTPUTS])(FILE *to, const struct threads_view *v,
						  bool first) = {
		[OUTPUT_TABLE]	= table,
		[OUTPUT_JSON]	= json,
		[OUTPUT_CSV]	= csv,
	};

	formats[output](to, v, first);
}
