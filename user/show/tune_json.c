// SPDX-License-Identifier: GPL-2.0-only
#include "json.h"
#include "tune.h"

static struct json_object *cpus_array(const struct cpus *set)
{
	struct json_object *array = json_object_new_array();
	int cpu;

	for (cpu = cpus_next(set, -1); cpu >= 0; cpu = cpus_next(set, cpu))
		json_object_array_add(array, json_object_new_int(cpu));
	return array;
}

static struct json_object *place(const struct place *p)
{
	struct json_object *o = json_object_new_object();

	add_u64(o, "vm_id", p->vm_id);
	add_u64(o, "pid", p->pid);
	add_text(o, "guest", p->guest);
	add_u64(o, "vcpu_id", p->vcpu_id);
	add_if(o, "tid", p->known, p->task.tid);
	add(o, "thread", p->thread[0] ? json_object_new_string(p->thread) : NULL);
	add(o, "policy", p->known ? json_object_new_string(policy_name(p->sched.policy)) : NULL);
	add_if(o, "priority", p->known, p->sched.priority);
	add(o, "nice", p->known ? json_object_new_int(p->sched.nice) : NULL);
	add(o, "cpus", p->known ? cpus_array(&p->sched.cpus) : NULL);
	add_bool(o, "set_by_kvmlat", p->changed);
	return o;
}

static void rt(FILE *to, const struct rt_view *v)
{
	struct json_object *o = document("rt"), *host = json_object_new_object();
	struct json_object *array = json_object_new_array();
	size_t i;

	add(host, "online", cpus_array(&v->host->online));
	add(host, "isolated", cpus_array(&v->host->isolated));
	add(host, "nohz_full", cpus_array(&v->host->nohz_full));
	add_bool(host, "rt_throttling", v->host->throttled);
	add(o, "host", host);
	for (i = 0; i < v->nr; i++)
		json_object_array_add(array, place(&v->places[i]));
	add(o, "threads", array);
	print(to, o);
}

static void add_level(struct json_object *o, const char *name, const char *source,
		      const struct kvmlat_level *l)
{
	add_if(o, name, l->known, l->value);
	add(o, source, l->known ? json_object_new_string(kvmlat_scope_name(l->source)) : NULL);
}

static struct json_object *whose(const struct kvmlat_knob_value *k, const char *guest)
{
	struct json_object *o = json_object_new_object();
	bool vm = k->scope != KVMLAT_SCOPE_HOST;

	add_text(o, "knob", k->name);
	add_text(o, "scope", kvmlat_scope_name(k->scope));
	add_if(o, "vm_id", vm, k->vm_id);
	add_if(o, "pid", vm && k->pid, k->pid);
	add_if(o, "vcpu_id", k->scope == KVMLAT_SCOPE_VCPU, k->vcpu_id);
	add(o, "guest", vm ? json_object_new_string(guest) : NULL);
	add_text(o, "unit", kvmlat_unit_name(k->unit));
	return o;
}

static void knobs(FILE *to, const struct knobs_view *v)
{
	struct json_object *o = document("get"), *array = json_object_new_array(), *knob;
	size_t i;

	for (i = 0; i < v->nr; i++) {
		const struct kvmlat_knob_value *k = v->rows[i].knob;

		knob = whose(k, v->rows[i].guest);
		add_level(knob, "value", "source", &k->now);
		add_level(knob, "original", "original_source", &k->original);
		add_if(knob, "change", k->change, k->change);
		add_u64(knob, "min", k->min);
		add_u64(knob, "max", k->max);
		add_bool(knob, "new_vms_only", k->later);
		add(knob, "why", k->why[0] ? json_object_new_string(k->why) : NULL);
		json_object_array_add(array, knob);
	}
	add(o, "knobs", array);
	print(to, o);
}

static struct json_object *changed(const struct kvmlat_knob_value *k, const char *guest)
{
	struct json_object *o = whose(k, guest);

	add_level(o, "old", "old_source", &k->old);
	add_level(o, "value", "source", &k->now);
	add_text(o, "result", kvmlat_result_name(k->result));
	return o;
}

static struct json_object *persisted(const struct changes_view *v)
{
	struct json_object *o, *array, *option;
	size_t i;

	if (!v->nr_options)
		return NULL;
	o = json_object_new_object();
	array = json_object_new_array();
	add_text(o, "file", v->file);
	for (i = 0; i < v->nr_options; i++) {
		option = json_object_new_object();
		add_text(option, "module", v->options[i].module);
		add_text(option, "parameter", v->options[i].name);
		add_u64(option, "value", v->options[i].value);
		json_object_array_add(array, option);
	}
	add(o, "options", array);
	return o;
}

static void changes(FILE *to, const struct changes_view *v)
{
	struct json_object *o = document(v->command), *array = json_object_new_array(), *knob;
	size_t i;

	add_bool(o, "dry_run", v->dry_run);
	add_if(o, "change", v->change, v->change);
	for (i = 0; i < v->nr; i++) {
		knob = changed(v->rows[i].knob, v->rows[i].guest);
		add_bool(knob, "new_vms_only", v->rows[i].knob->later);
		json_object_array_add(array, knob);
	}
	add(o, "knobs", array);
	add(o, "persisted", persisted(v));
	print(to, o);
}

static void event(FILE *to, const struct event_view *v, bool first)
{
	struct json_object *o = document("event"), *author = json_object_new_object();
	const struct kvmlat_knob_event *e = v->event;

	(void)first;
	add(o, "time", double_of(v->time / 1e3, 3));
	add_u64(o, "at_ns", e->at);
	add_text(o, "action", kvmlat_action_name(e->action));
	add_if(o, "change", e->change, e->change);
	add_u64(author, "pid", e->pid);
	add_u64(author, "uid", e->uid);
	add_text(author, "comm", e->comm);
	add(o, "author", author);
	add(o, "knob", changed(&e->knob, v->guest));
	print(to, o);
}

const struct tune_format tune_json = {
	.rt		= rt,
	.knobs		= knobs,
	.changes	= changes,
	.event		= event,
	.profiles	= json_profiles,
	.profile	= json_profile,
	.diff		= json_diff,
};
