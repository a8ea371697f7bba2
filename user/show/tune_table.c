// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <time.h>

#include "tune/value.h"
#include "grid.h"
#include "tune.h"

static const char * const rt_header[] = {
	"VM", "PID", "VCPU", "TID", "SCHED", "CPUS", "SET", "THREAD", "GUEST", NULL
};

static const char * const knobs_header[] = {
	"KNOB", "SCOPE", "VALUE", "UNIT", "FROM", "BEFORE", "CHANGE", "NOTE", NULL
};

static const char * const changes_header[] = {
	"KNOB", "SCOPE", "OLD", "FROM", "NEW", "FROM", "RESULT", "NOTE", NULL
};

static void rt(FILE *to, const struct rt_view *v)
{
	struct grid g = { .columns = 9, .ragged = true };
	char text[CELL_SIZE];
	size_t i;

	cpus_format(&v->host->online, text, sizeof(text));
	fprintf(to, "host CPUs %s", text);
	cpus_format(&v->host->isolated, text, sizeof(text));
	fprintf(to, ", isolated %s", text);
	cpus_format(&v->host->nohz_full, text, sizeof(text));
	fprintf(to, ", nohz_full %s, real-time throttling %s\n\n", text,
		v->host->throttled ? "on" : "off");

	cells(&g, rt_header);
	for (i = 0; i < v->nr; i++) {
		const struct place *p = &v->places[i];

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
		cell(&g, "%s", p->thread[0] ? p->thread : "-");
		cell(&g, "%s", p->guest);
	}
	print_grid(to, &g);
}

static const char *value(const struct kvmlat_knob_value *k, const struct kvmlat_level *l,
			 char *text, size_t size)
{
	if (!l->known)
		return "-";
	value_format(k->unit, l->value, text, size);
	return text;
}

/* "vm 1", "vcpu 1/0" */
static const char *scope(const struct kvmlat_knob_value *k, char *text, size_t size)
{
	if (k->scope == KVMLAT_SCOPE_HOST)
		return "host";
	if (k->scope == KVMLAT_SCOPE_VM)
		snprintf(text, size, "vm %u", k->vm_id);
	else
		snprintf(text, size, "vcpu %u/%u", k->vm_id, k->vcpu_id);
	return text;
}

static void knobs(FILE *to, const struct knobs_view *v)
{
	struct grid g = { .columns = 8, .left = 2, .ragged = true };
	char text[64];
	size_t i;

	cells(&g, knobs_header);
	for (i = 0; i < v->nr; i++) {
		const struct kvmlat_knob_value *k = v->rows[i].knob;
		const char *guest = v->rows[i].guest;

		cell(&g, "%s", k->name);
		cell(&g, "%s", scope(k, text, sizeof(text)));
		cell(&g, "%s", value(k, &k->now, text, sizeof(text)));
		cell(&g, "%s", k->unit == KVMLAT_UNIT_NS ? "-" : kvmlat_unit_name(k->unit));
		cell(&g, "%s", k->now.known ? kvmlat_scope_name(k->now.source) : "-");
		if (k->original.known && k->original.source != k->scope)
			cell(&g, "inherit");
		else
			cell(&g, "%s", value(k, &k->original, text, sizeof(text)));
		if (k->change)
			cell(&g, "%u", k->change);
		else
			cell(&g, "-");
		if (k->why[0])
			cell(&g, "%s", k->why);
		else
			cell(&g, "%s", guest[0] ? guest : k->later ? "new VMs only" : "-");
	}
	print_grid(to, &g);
}

static void persisted(FILE *to, const struct changes_view *v)
{
	const char *will = v->dry_run ? "would have" : "has";
	size_t i;

	for (i = 0; i < v->nr_options; i++) {
		const struct module_option *o = &v->options[i];

		fprintf(to, "\"%s\" %s options %s %s=%" PRIu64
			": in effect from the next time that %s is loaded\n",
			v->file, will, o->module, o->name, o->value, o->module);
	}
}

static void changes(FILE *to, const struct changes_view *v)
{
	struct grid g = { .columns = 8, .left = 2, .ragged = true };
	char text[64];
	size_t i;

	if (v->nr)
		cells(&g, changes_header);
	else if (!v->nr_options)
		fputs("nothing was changed\n", to);
	for (i = 0; i < v->nr; i++) {
		const struct kvmlat_knob_value *k = v->rows[i].knob;
		const char *guest = v->rows[i].guest;

		cell(&g, "%s", k->name);
		cell(&g, "%s", scope(k, text, sizeof(text)));
		cell(&g, "%s", value(k, &k->old, text, sizeof(text)));
		cell(&g, "%s", k->old.known ? kvmlat_scope_name(k->old.source) : "-");
		cell(&g, "%s", value(k, &k->now, text, sizeof(text)));
		cell(&g, "%s", k->now.known ? kvmlat_scope_name(k->now.source) : "-");
		cell(&g, "%s", kvmlat_result_name(k->result));
		cell(&g, "%s", guest[0] ? guest : k->later ? "new VMs only" : "-");
	}
	print_grid(to, &g);
	if (v->change && v->nr)
		fprintf(to, "\nchange %u: \"kvmlat undo %u\" takes it back\n", v->change,
			v->change);
	persisted(to, v);
}

static void event(FILE *to, const struct event_view *v, bool first)
{
	const struct kvmlat_knob_event *e = v->event;
	const struct kvmlat_knob_value *k = &e->knob;
	char where[64], old[64], now[64], when[32] = "";
	time_t seconds = v->time / 1000;
	struct tm tm;

	(void)first;
	if (localtime_r(&seconds, &tm))
		strftime(when, sizeof(when), "%H:%M:%S", &tm);
	fprintf(to, "%s.%03d  %s %s %s", when, (int)(v->time % 1000),
		kvmlat_action_name(e->action), k->name, scope(k, where, sizeof(where)));
	if (v->guest[0])
		fprintf(to, " \"%s\"", v->guest);
	fprintf(to, ": %s", value(k, &k->old, old, sizeof(old)));
	if (k->old.known && k->old.source != k->scope)
		fprintf(to, " (%s's)", kvmlat_scope_name(k->old.source));
	fprintf(to, " to %s", value(k, &k->now, now, sizeof(now)));
	if (k->now.known && k->now.source != k->scope)
		fprintf(to, " (%s's)", kvmlat_scope_name(k->now.source));
	fprintf(to, ", %s", kvmlat_result_name(k->result));
	if (e->change)
		fprintf(to, ", change %u", e->change);
	fprintf(to, ", by %s, pid %u, uid %u\n", e->comm, e->pid, e->uid);
}

const struct tune_format tune_table = {
	.rt		= rt,
	.knobs		= knobs,
	.changes	= changes,
	.event		= event,
	.profiles	= table_profiles,
	.profile	= table_profile,
	.diff		= table_diff,
};
