// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>

#include "csv.h"
#include "tune.h"

/* The columns are fixed in the commands' man pages: add at the end. */

static void rt(FILE *to, const struct rt_view *v)
{
	char cpus[4096];
	size_t i;

	fputs("vm_id,pid,guest,vcpu_id,tid,thread,policy,priority,nice,cpus,set_by_kvmlat\n", to);
	for (i = 0; i < v->nr; i++) {
		const struct place *p = &v->places[i];

		fprintf(to, "%u,%u,", p->vm_id, p->pid);
		text(to, p->guest);
		fprintf(to, ",%u,", p->vcpu_id);
		if (p->known) {
			cpus_format(&p->sched.cpus, cpus, sizeof(cpus));
			fprintf(to, "%u,", p->task.tid);
			text(to, p->thread);
			fprintf(to, ",%s,%u,%d,", policy_name(p->sched.policy), p->sched.priority,
				p->sched.nice);
			text(to, cpus);
		} else {
			fputs(",,,,,", to);
		}
		fprintf(to, ",%d\n", p->changed);
	}
}

static void whose(FILE *to, const struct kvmlat_knob_value *k, const char *guest)
{
	fprintf(to, "%s,%s,", k->name, kvmlat_scope_name(k->scope));
	if (k->scope != KVMLAT_SCOPE_HOST)
		fprintf(to, "%u", k->vm_id);
	fputc(',', to);
	if (k->scope == KVMLAT_SCOPE_VCPU)
		fprintf(to, "%u", k->vcpu_id);
	fputc(',', to);
	text(to, guest);
	fprintf(to, ",%s", kvmlat_unit_name(k->unit));
}

static void level(FILE *to, const struct kvmlat_level *l)
{
	if (l->known)
		fprintf(to, ",%" PRIu64 ",%s", l->value, kvmlat_scope_name(l->source));
	else
		fputs(",,", to);
}

static void knobs(FILE *to, const struct knobs_view *v)
{
	size_t i;

	fputs("knob,scope,vm_id,vcpu_id,guest,unit,value,source,original,original_source,change,min,max,new_vms_only,why\n",
	      to);
	for (i = 0; i < v->nr; i++) {
		const struct kvmlat_knob_value *k = v->rows[i].knob;

		whose(to, k, v->rows[i].guest);
		level(to, &k->now);
		level(to, &k->original);
		fputc(',', to);
		if (k->change)
			fprintf(to, "%u", k->change);
		fprintf(to, ",%" PRIu64 ",%" PRIu64 ",%d,", k->min, k->max, k->later);
		text(to, k->why);
		fputc('\n', to);
	}
}

static void changes(FILE *to, const struct changes_view *v)
{
	size_t i;

	fputs("knob,scope,vm_id,vcpu_id,guest,unit,old,old_source,value,source,result,change\n",
	      to);
	for (i = 0; i < v->nr; i++) {
		const struct kvmlat_knob_value *k = v->rows[i].knob;

		whose(to, k, v->rows[i].guest);
		level(to, &k->old);
		level(to, &k->now);
		fprintf(to, ",%s,", kvmlat_result_name(k->result));
		if (v->change)
			fprintf(to, "%u", v->change);
		fputc('\n', to);
	}
}

static void event(FILE *to, const struct event_view *v, bool first)
{
	const struct kvmlat_knob_event *e = v->event;

	if (first)
		fputs("time,at_ns,action,change,pid,uid,comm,knob,scope,vm_id,vcpu_id,guest,unit,old,old_source,value,source,result\n",
		      to);
	fprintf(to, "%" PRId64 ".%03d,%" PRIu64 ",%s,", v->time / 1000, (int)(v->time % 1000),
		e->at, kvmlat_action_name(e->action));
	if (e->change)
		fprintf(to, "%u", e->change);
	fprintf(to, ",%u,%u,", e->pid, e->uid);
	text(to, e->comm);
	fputc(',', to);
	whose(to, &e->knob, v->guest);
	level(to, &e->knob.old);
	level(to, &e->knob.now);
	fprintf(to, ",%s\n", kvmlat_result_name(e->knob.result));
}

const struct tune_format tune_csv = {
	.rt		= rt,
	.knobs		= knobs,
	.changes	= changes,
	.event		= event,
	.profiles	= csv_profiles,
	.profile	= csv_profile,
	.diff		= csv_diff,
};
