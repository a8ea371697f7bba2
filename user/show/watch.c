// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <time.h>

#include "base/clock.h"
#include "base/text.h"
#include "base/wrap.h"
#include "grid.h"
#include "json.h"
#include "watch.h"

#define SENTENCE_INDENT	8
#define ADVICE_COLUMN	12

const char *outlier_text(const struct kvmlat_outlier *o, const struct causes *causes, char *text,
			 size_t size)
{
	char one[CAUSE_WHAT_SIZE + 64];
	size_t n = 0, i;

	*text = 0;
	for (i = 0; i < causes->nr; i++) {
		cause_text(&causes->cause[i], one, sizeof(one));
		n += snprintf(text + n, size - n, "%s%s", i ? ", " : "", one);
	}
	if (o->moves > 1)
		snprintf(text + n, size - n, "; it moved %u times, from CPU %u to %u", o->moves,
			 o->cpu_before, o->cpu);
	else if (o->cpu != o->cpu_before)
		snprintf(text + n, size - n, "; it moved from CPU %u to %u", o->cpu_before, o->cpu);
	return text;
}

static void table(FILE *to, const struct outlier_view *v)
{
	const struct kvmlat_outlier *o = v->outlier;
	time_t seconds = v->time / (int64_t)NSEC_PER_SEC;
	char when[32] = "", total[16], text[OUTLIER_TEXT_SIZE];
	struct tm tm;
	size_t n;
	int at;

	if (localtime_r(&seconds, &tm))
		strftime(when, sizeof(when), "%H:%M:%S", &tm);
	text_time(total, sizeof(total), o->total);
	n = snprintf(text, sizeof(text), "%s.%06d  %s of %s, vm %u", when,
		     (int)(v->time % (int64_t)NSEC_PER_SEC / 1000),
		     kvmlat_outlier_kind_name(o->kind), total, o->vm_id);
	if (v->guest[0])
		n += snprintf(text + n, sizeof(text) - n, " \"%s\"", v->guest);
	n += snprintf(text + n, sizeof(text) - n, " vcpu %u, CPU %u", o->vcpu_id, o->cpu);
	if (o->dropped)
		snprintf(text + n, sizeof(text) - n, ", %" PRIu64 " before it lost", o->dropped);
	wrap(to, text, 0, SENTENCE_INDENT);
	at = fprintf(to, "    %s late: ", total);
	wrap(to, outlier_text(o, v->causes, text, sizeof(text)), at, SENTENCE_INDENT);
}

static struct json_object *culprit(const struct kvmlat_culprit *c)
{
	struct json_object *o;

	if (!c->time)
		return NULL;
	o = json_object_new_object();
	add_text(o, "comm", c->comm);
	add_u64(o, "tid", c->tid);
	add(o, "prio", json_object_new_int((int32_t)c->prio));
	add_bool(o, "took", c->took);
	add_u64(o, "time_ns", c->time);
	return o;
}

static struct json_object *waker(const struct kvmlat_waker *w)
{
	struct json_object *o;

	if (!w)
		return NULL;
	o = json_object_new_object();
	add_text(o, "comm", w->comm);
	add_u64(o, "tid", w->tid);
	add_u64(o, "cpu", w->cpu);
	add_bool(o, "interrupt", w->interrupt);
	add_u64(o, "at_ns", w->at);
	return o;
}

static struct json_object *states(const struct kvmlat_outlier *outlier)
{
	struct json_object *o = json_object_new_object();
	unsigned int i;
	char name[32];

	for (i = 0; i < KVMLAT_NR_STATES; i++) {
		snprintf(name, sizeof(name), "%s_ns", kvmlat_state_name(i));
		add_u64(o, name, outlier->times[i]);
	}
	return o;
}

static struct json_object *causes(const struct outlier_view *v)
{
	struct json_object *list = json_object_new_array(), *o;
	size_t i;

	for (i = 0; i < v->causes->nr; i++) {
		const struct cause *c = &v->causes->cause[i];

		o = json_object_new_object();
		add_text(o, "cause", cause_name(c->kind));
		add_text(o, "what", c->what);
		add_u64(o, "time_ns", c->ns);
		json_object_array_add(list, o);
	}
	return list;
}

static void json(FILE *to, const struct outlier_view *v)
{
	const struct kvmlat_outlier *outlier = v->outlier;
	struct json_object *o = document("outlier"), *detail = NULL;
	char text[OUTLIER_TEXT_SIZE], buf[32];

	add(o, "time", double_of(v->time / 1e9, 6));
	add_u64(o, "vm_id", outlier->vm_id);
	add_u64(o, "pid", outlier->pid);
	add_text(o, "guest", v->guest);
	add_u64(o, "vcpu_id", outlier->vcpu_id);
	add_u64(o, "tid", outlier->tid);
	add_text(o, "of", kvmlat_outlier_kind_name(outlier->kind));
	add_u64(o, "total_ns", outlier->total);
	add_u64(o, "threshold_ns", outlier->threshold);
	add_u64(o, "begin_ns", outlier->begin);
	add_u64(o, "end_ns", outlier->end);
	add_u64(o, "dropped", outlier->dropped);
	add(o, "states", states(outlier));
	add_text(o, "class", kvmlat_class_name(outlier->cls));
	kvmlat_row_name(v->vendor, outlier->cls, outlier->code, buf, sizeof(buf));
	add_text(o, "reason", buf);
	add(o, "visit", outlier->visited ?
	    json_object_new_string(kvmlat_reason_name(v->vendor, KVMLAT_REASON_CLASS_USER,
						      outlier->visit, buf, sizeof(buf))) : NULL);
	if (outlier->has_detail) {
		detail = json_object_new_object();
		add_text(detail, "kind", kvmlat_detail_kind_name(outlier->detail_kind));
		add_u64(detail, "key", outlier->detail_key);
	}
	add(o, "detail", detail);
	add(o, "culprit", culprit(&outlier->culprit));
	add_u64(o, "cpu_before", outlier->cpu_before);
	add_u64(o, "cpu", outlier->cpu);
	add_u64(o, "moves", outlier->moves);
	add(o, "waker", waker(outlier->waker));
	add(o, "causes", causes(v));
	add_text(o, "text", outlier_text(outlier, v->causes, text, sizeof(text)));
	print(to, o);
}

void show_outlier(FILE *to, enum output output, const struct outlier_view *v)
{
	if (output == OUTPUT_JSON)
		json(to, v);
	else
		table(to, v);
}

static double percent(uint64_t part, uint64_t all)
{
	return all ? 100.0 * part / all : 0;
}

/* Once for all that are of a kind. */
static void advice(FILE *to, const struct tolls *tolls)
{
	unsigned int told = 0;
	size_t i;

	fprintf(to, "\n%-*s WHAT TO DO\n", ADVICE_COLUMN - 1, "CAUSE");
	for (i = 0; i < tolls->nr; i++) {
		enum cause_kind kind = tolls->toll[i].cause.kind;

		if (told & 1U << kind)
			continue;
		told |= 1U << kind;
		fprintf(to, "%-*s ", ADVICE_COLUMN - 1, cause_name(kind));
		wrap(to, cause_advice(kind), ADVICE_COLUMN, ADVICE_COLUMN);
	}
}

static void tolls_table(FILE *to, const struct tolls *tolls, uint64_t dropped)
{
	static const char * const heads[] = {
		"CAUSE", "WHAT", "COUNT", "WORST", "TIME", "SHARE %", NULL
	};
	struct grid g = { .columns = 6, .left = 2 };
	size_t i;

	fprintf(to, "%s%" PRIu64 " outlier%s", tolls->outliers ? "\n" : "", tolls->outliers,
		tolls->outliers == 1 ? "" : "s");
	if (dropped)
		fprintf(to, ", and %" PRIu64 " that came too fast to be kept", dropped);
	fputc('\n', to);
	if (!tolls->outliers)
		return;
	cells(&g, heads);
	for (i = 0; i < tolls->nr; i++) {
		const struct toll *t = &tolls->toll[i];
		char worst[16], time[16];

		text_time(worst, sizeof(worst), t->worst);
		text_time(time, sizeof(time), t->cause.ns);
		cell(&g, "%s", cause_name(t->cause.kind));
		cell(&g, "%s", t->cause.what[0] ? t->cause.what : "-");
		cell(&g, "%" PRIu64, t->count);
		cell(&g, "%s", worst);
		cell(&g, "%s", time);
		cell(&g, "%.1f", percent(t->cause.ns, tolls->total));
	}
	print_grid(to, &g);
	advice(to, tolls);
}

static void tolls_json(FILE *to, const struct tolls *tolls, uint64_t dropped)
{
	struct json_object *o = document("watch"), *list = json_object_new_array(), *e;
	size_t i;

	add_u64(o, "outliers", tolls->outliers);
	add_u64(o, "dropped", dropped);
	add_u64(o, "total_ns", tolls->total);
	for (i = 0; i < tolls->nr; i++) {
		const struct toll *t = &tolls->toll[i];

		e = json_object_new_object();
		add_text(e, "cause", cause_name(t->cause.kind));
		add_text(e, "what", t->cause.what);
		add_u64(e, "count", t->count);
		add_u64(e, "worst_ns", t->worst);
		add_u64(e, "time_ns", t->cause.ns);
		add(e, "percent", double_of(percent(t->cause.ns, tolls->total), 4));
		add_text(e, "advice", cause_advice(t->cause.kind));
		json_object_array_add(list, e);
	}
	add(o, "causes", list);
	print(to, o);
}

void show_tolls(FILE *to, enum output output, const struct tolls *tolls, uint64_t dropped)
{
	if (output == OUTPUT_JSON)
		tolls_json(to, tolls, dropped);
	else
		tolls_table(to, tolls, dropped);
}
