// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <time.h>

#include "csv.h"
#include "event.h"
#include "json.h"
#include "knob.h"

static void table(FILE *to, const struct event_view *v, bool first)
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
		kvmlat_action_name(e->action), k->name, knob_scope(k, where, sizeof(where)));
	if (v->guest[0])
		fprintf(to, " \"%s\"", v->guest);
	fprintf(to, ": %s", level_text(k, &k->old, old, sizeof(old)));
	if (k->old.known && k->old.source != k->scope)
		fprintf(to, " (%s's)", kvmlat_scope_name(k->old.source));
	fprintf(to, " to %s", level_text(k, &k->now, now, sizeof(now)));
	if (k->now.known && k->now.source != k->scope)
		fprintf(to, " (%s's)", kvmlat_scope_name(k->now.source));
	fprintf(to, ", %s", kvmlat_result_name(k->result));
	if (e->change)
		fprintf(to, ", change %u", e->change);
	fprintf(to, ", by %s, pid %u, uid %u\n", e->comm, e->pid, e->uid);
}

static void json(FILE *to, const struct event_view *v, bool first)
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
	add(o, "knob", json_changed(&e->knob, v->guest));
	print(to, o);
}

/* The columns are fixed in kvmlat-knob-events(1): add at the end. */
static void csv(FILE *to, const struct event_view *v, bool first)
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
	csv_knob(to, &e->knob, v->guest);
	csv_level(to, &e->knob.old);
	csv_level(to, &e->knob.now);
	fprintf(to, ",%s\n", kvmlat_result_name(e->knob.result));
}

void show_event(FILE *to, enum output output, const struct event_view *v, bool first)
{
	static void (* const formats[NR_OUTPUTS])(FILE *to, const struct event_view *v,
						  bool first) = {
		[OUTPUT_TABLE]	= table,
		[OUTPUT_JSON]	= json,
		[OUTPUT_CSV]	= csv,
	};

	formats[output](to, v, first);
}
