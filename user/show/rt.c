// SPDX-License-Identifier: GPL-2.0-only
#include "csv.h"
#include "grid.h"
#include "json.h"
#include "rt.h"

static const char * const header[] = {
	"VM", "PID", "VCPU", "TID", "SCHED", "CPUS", "SET", "THREAD", "GUEST", NULL
};

static void table(FILE *to, const struct rt_view *v)
{
	const struct guard *guard = &v->host->guard;
	struct grid g = { .columns = 9, .ragged = true };
	char text[CELL_SIZE];
	size_t i;

	cpus_format(&v->host->online, text, sizeof(text));
	fprintf(to, "host CPUs %s", text);
	cpus_format(&v->host->isolated, text, sizeof(text));
	fprintf(to, ", isolated %s", text);
	cpus_format(&v->host->nohz_full, text, sizeof(text));
	fprintf(to, ", nohz_full %s, %s ", text,
		guard->fair_server ? "fair server" : "real-time throttling");
	cpus_format(&guard->lacking, text, sizeof(text));
	if (!guard->known)
		fputs("unknown", to);
	else if (!cpus_count(&guard->lacking))
		fputs("on", to);
	else if (cpus_equal(&guard->lacking, &v->host->online))
		fputs("off", to);
	else
		fprintf(to, "off on %s", text);
	fputs("\n\n", to);

	cells(&g, header);
	for (i = 0; i < v->nr; i++) {
		const struct thread *p = &v->threads[i];

		cell(&g, "%u", p->vm_id);
		cell(&g, "%u", p->pid);
		cell(&g, "%u", p->vcpu_id);
		if (p->known) {
			cell(&g, "%u", p->task.tid);
			sched_format(&p->sched, text, sizeof(text));
			cell(&g, "%s", text);
			cpus_format(&p->sched.cpus, text, sizeof(text));
			cell(&g, "%s", text);
		} else {
			cell(&g, "-");
			cell(&g, "-");
			cell(&g, "-");
		}
		cell(&g, "%s", p->changed ? "kvmlat" : "-");
		cell(&g, "%s", p->name[0] ? p->name : "-");
		cell(&g, "%s", p->guest);
	}
	print_grid(to, &g);
}

static struct json_object *cpus_array(const struct cpus *cpus)
{
	struct json_object *array = json_object_new_array();
	int cpu;

	for (cpu = cpus_next(cpus, -1); cpu >= 0; cpu = cpus_next(cpus, cpu))
		json_object_array_add(array, json_object_new_int(cpu));
	return array;
}

static struct json_object *thread(const struct thread *p)
{
	struct json_object *o = json_object_new_object();

	add_u64(o, "vm_id", p->vm_id);
	add_u64(o, "pid", p->pid);
	add_text(o, "guest", p->guest);
	add_u64(o, "vcpu_id", p->vcpu_id);
	add_if(o, "tid", p->known, p->task.tid);
	add(o, "thread", p->name[0] ? json_object_new_string(p->name) : NULL);
	add(o, "policy", p->known ? json_object_new_string(policy_name(p->sched.policy)) : NULL);
	add_if(o, "priority", p->known, p->sched.priority);
	add(o, "nice", p->known ? json_object_new_int(p->sched.nice) : NULL);
	add(o, "cpus", p->known ? cpus_array(&p->sched.cpus) : NULL);
	add_bool(o, "set_by_kvmlat", p->changed);
	return o;
}

static void json(FILE *to, const struct rt_view *v)
{
	struct json_object *o = document("rt"), *host = json_object_new_object();
	struct json_object *array = json_object_new_array();
	const struct guard *guard = &v->host->guard;
	size_t i;

	add(host, "online", cpus_array(&v->host->online));
	add(host, "isolated", cpus_array(&v->host->isolated));
	add(host, "nohz_full", cpus_array(&v->host->nohz_full));
	add(host, "rt_throttling", !guard->known ? NULL :
	    json_object_new_boolean(!cpus_count(&guard->lacking)));
	add_bool(host, "fair_server", guard->fair_server);
	add(host, "unguarded", guard->known ? cpus_array(&guard->lacking) : NULL);
	add(o, "host", host);
	for (i = 0; i < v->nr; i++)
		json_object_array_add(array, thread(&v->threads[i]));
	add(o, "threads", array);
	print(to, o);
}

/* The columns are fixed in kvmlat-rt(1): add at the end. */
static void csv(FILE *to, const struct rt_view *v)
{
	char cpus[4096];
	size_t i;

	fputs("vm_id,pid,guest,vcpu_id,tid,thread,policy,priority,nice,cpus,set_by_kvmlat\n", to);
	for (i = 0; i < v->nr; i++) {
		const struct thread *p = &v->threads[i];

		fprintf(to, "%u,%u,", p->vm_id, p->pid);
		text(to, p->guest);
		fprintf(to, ",%u,", p->vcpu_id);
		if (p->known) {
			cpus_format(&p->sched.cpus, cpus, sizeof(cpus));
			fprintf(to, "%u,", p->task.tid);
			text(to, p->name);
			fprintf(to, ",%s,%u,%d,", policy_name(p->sched.policy), p->sched.priority,
				p->sched.nice);
			text(to, cpus);
		} else {
			fputs(",,,,,", to);
		}
		fprintf(to, ",%d\n", p->changed);
	}
}

void show_rt(FILE *to, enum output output, const struct rt_view *v)
{
	static void (* const formats[NR_OUTPUTS])(FILE *to, const struct rt_view *v) = {
		[OUTPUT_TABLE]	= table,
		[OUTPUT_JSON]	= json,
		[OUTPUT_CSV]	= csv,
	};

	formats[output](to, v);
}
