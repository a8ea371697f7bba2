// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "base/wrap.h"
#include "doctor.h"
#include "json.h"
#include "tune/value.h"

#define INDENT		13
#define VERDICT_COLUMNS	9
#define NAME_COLUMNS	19

static bool is_same(const struct kvmlat_knob_value *k, const struct finding *found)
{
	return !strcmp(k->name, found->knob) && k->now.known && k->now.value == found->knob_value;
}

bool doctor_fixed(const struct doctor_view *v, const struct finding *found)
{
	size_t i;

	for (i = 0; found->knob && v->fixed && i < v->fixed->nr; i++)
		if (is_same(&v->fixed->all[i], found))
			return true;
	return false;
}

static void line(FILE *to, const char *what, const char *text)
{
	if (!*text)
		return;
	fprintf(to, "     %-*s", INDENT - 5, what);
	wrap(to, text, INDENT, INDENT);
}

static void show_fix(FILE *to, const struct doctor_view *v, const struct finding *f)
{
	char where[128];
	bool boot;

	/* A command or a line is for copying: it is not wrapped. */
	if (f->remedy == REMEDY_NONE)
		line(to, "fix", f->fix);
	else
		fprintf(to, "     %-*s%s\n", INDENT - 5, "fix", f->fix);
	if (doctor_fixed(v, f)) {
		line(to, "", "done");
	} else if (f->knob) {
		line(to, "", "or \"kvmlat doctor --fix\"");
	} else if (f->remedy == REMEDY_LINE) {
		boot = !strcmp(f->file, BOOT_FILE);
		snprintf(where, sizeof(where), "a %s of \"%s\", from the next %s on",
			 boot ? "word of GRUB_CMDLINE_LINUX" : "line", f->file,
			 boot ? "boot" : "load of the module");
		line(to, "", where);
	}
}

static void show_bad(FILE *to, const struct doctor_view *v, const struct finding *f)
{
	int at = fprintf(to, "bad  %s: ", f->check->name);

	wrap(to, f->value, at, INDENT);
	line(to, "why", f->check->why);
	line(to, "here", f->here);
	show_fix(to, v, f);
	line(to, "cost", f->check->cost);
	line(to, "source", f->check->source);
	fputc('\n', to);
}

static unsigned int count(const struct doctor_view *v, enum verdict verdict)
{
	unsigned int n = 0;
	size_t i;

	for (i = 0; i < v->nr; i++)
		n += v->findings[i].verdict == verdict;
	return n;
}

/* Those from number @i on that say the same, or none if an earlier one says it, too. */
static size_t count_alike(const struct doctor_view *v, size_t i)
{
	const struct finding *f = &v->findings[i];
	size_t j, nr = 0;

	for (j = 0; j < v->nr; j++) {
		if (v->findings[j].verdict != f->verdict ||
		    strcmp(v->findings[j].value, f->value))
			continue;
		if (j < i)
			return 0;
		nr++;
	}
	return nr;
}

/* All of them, and then once what they say. */
static void show_alike(FILE *to, const struct doctor_view *v, size_t i)
{
	const struct finding *f = &v->findings[i];
	char names[1024];
	size_t used = 0;

	for (; i < v->nr && used < sizeof(names); i++)
		if (v->findings[i].verdict == f->verdict &&
		    !strcmp(v->findings[i].value, f->value))
			used += snprintf(names + used, sizeof(names) - used, "%s%s",
					 used ? ", " : "", v->findings[i].check->name);
	wrap(to, names, VERDICT_COLUMNS, VERDICT_COLUMNS);
	fprintf(to, "%*s", INDENT, "");
	wrap(to, f->value, INDENT, INDENT);
}

static void show_short(FILE *to, const struct doctor_view *v, enum verdict verdict)
{
	size_t i, alike;

	if (!count(v, verdict))
		return;
	for (i = 0; i < v->nr; i++) {
		const struct finding *f = &v->findings[i];

		alike = f->verdict == verdict ? count_alike(v, i) : 0;
		if (!alike)
			continue;
		fprintf(to, "%-*s", VERDICT_COLUMNS, verdict_name(verdict));
		if (alike > 1) {
			show_alike(to, v, i);
			continue;
		}
		fprintf(to, "%-*s", NAME_COLUMNS, f->check->name);
		wrap(to, f->value, VERDICT_COLUMNS + NAME_COLUMNS,
		     VERDICT_COLUMNS + NAME_COLUMNS);
	}
	fputc('\n', to);
}

static void show_fixed(FILE *to, const struct kvmlat_knobs *fixed)
{
	char old[32], now[32];
	size_t i;

	if (!fixed->nr) {
		fputs("fixed nothing: \"kvmlat undo\" could take back no fix of these\n\n", to);
		return;
	}
	for (i = 0; i < fixed->nr; i++) {
		const struct kvmlat_knob_value *k = &fixed->all[i];

		value_format(k->unit, k->old.value, old, sizeof(old));
		value_format(k->unit, k->now.value, now, sizeof(now));
		fprintf(to, "fixed %s: %s, was %s\n", k->name, now, old);
	}
	fprintf(to, "\"kvmlat undo %u\" takes it back\n\n", fixed->change);
}

void show_doctor(FILE *to, const struct doctor_view *v)
{
	size_t i;

	for (i = 0; i < v->nr; i++)
		if (v->findings[i].verdict == BAD)
			show_bad(to, v, &v->findings[i]);
	show_short(to, v, UNKNOWN);
	if (v->all)
		show_short(to, v, GOOD);
	if (v->fixed)
		show_fixed(to, v->fixed);
	fprintf(to, "%zu checks: %u bad, %u unknown, %u good", v->nr, count(v, BAD),
		count(v, UNKNOWN), count(v, GOOD));
	if (v->guests >= 0)
		fprintf(to, "; guests: %d\n", v->guests);
	else
		fputs("; no guest was looked at\n", to);
}

static void add_or_null(struct json_object *o, const char *name, const char *text)
{
	add(o, name, text && *text ? json_object_new_string(text) : NULL);
}

static struct json_object *fix_of(const struct doctor_view *v, const struct finding *f)
{
	struct json_object *o = json_object_new_object();

	add_text(o, "kind", remedy_name(f->remedy));
	add_text(o, "text", f->fix);
	add_or_null(o, "file", f->file);
	add_or_null(o, "knob", f->knob);
	add_if(o, "value", f->knob, f->knob_value);
	add_bool(o, "done", doctor_fixed(v, f));
	return o;
}

void show_doctor_json(FILE *to, const struct doctor_view *v)
{
	struct json_object *o = document("doctor"), *array = json_object_new_array();
	size_t i;

	add_if(o, "guests", v->guests >= 0, v->guests);
	for (i = 0; i < NR_VERDICTS; i++)
		add_u64(o, verdict_name(i), count(v, i));
	add_if(o, "change", v->fixed && v->fixed->change, v->fixed ? v->fixed->change : 0);
	for (i = 0; i < v->nr; i++) {
		const struct finding *f = &v->findings[i];
		struct json_object *c = json_object_new_object();

		add_text(c, "name", f->check->name);
		add_text(c, "family", f->check->family);
		add_text(c, "state", verdict_name(f->verdict));
		add_text(c, "value", f->value);
		add_text(c, "why", f->check->why);
		add_or_null(c, "here", f->here);
		add(c, "fix", f->verdict == BAD ? fix_of(v, f) : NULL);
		add_text(c, "cost", f->check->cost);
		add_text(c, "source", f->check->source);
		json_object_array_add(array, c);
	}
	add(o, "checks", array);
	print(to, o);
}
