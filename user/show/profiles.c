// SPDX-License-Identifier: GPL-2.0-only
/* All profiles, and one of them. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "csv.h"
#include "grid.h"
#include "json.h"
#include "profiles.h"

static const char * const header[] = { "PROFILE", "STATE", "SUMMARY", "FILE", NULL };

static void table_profiles(FILE *to, const struct profiles_view *v)
{
	struct grid g = { .columns = 4, .left = 4 };
	size_t i;

	cells(&g, header);
	for (i = 0; i < v->nr; i++) {
		const struct profile *p = &v->profiles[i];

		cell(&g, "%s", p->name);
		if (v->active && !strcmp(v->active, p->name))
			cell(&g, "active, pid %d", v->pid);
		else
			cell(&g, "-");
		cell(&g, "%s", p->summary);
		cell(&g, "%s", p->path);
	}
	print_grid(to, &g);
}

static void head(struct json_object *o, const struct profile *p)
{
	add_text(o, "name", p->name);
	add_text(o, "file", p->path);
	add_text(o, "summary", p->summary);
}

static void json_profiles(FILE *to, const struct profiles_view *v)
{
	struct json_object *o = document("profile-list"), *array = json_object_new_array(), *one;
	size_t i;

	add(o, "active", v->active ? json_object_new_string(v->active) : NULL);
	add_if(o, "pid", v->active, v->pid);
	for (i = 0; i < v->nr; i++) {
		one = json_object_new_object();
		head(one, &v->profiles[i]);
		json_object_array_add(array, one);
	}
	add(o, "profiles", array);
	print(to, o);
}

/* The columns are fixed in kvmlat-profile(1): add at the end. */
static void csv_profiles(FILE *to, const struct profiles_view *v)
{
	size_t i;

	fputs("name,active,pid,summary,file\n", to);
	for (i = 0; i < v->nr; i++) {
		const struct profile *p = &v->profiles[i];
		bool active = v->active && !strcmp(v->active, p->name);

		fprintf(to, "%s,%d,", p->name, active);
		if (active)
			fprintf(to, "%d", v->pid);
		fputc(',', to);
		text(to, p->summary);
		fputc(',', to);
		text(to, p->path);
		fputc('\n', to);
	}
}

void show_profiles(FILE *to, enum output output, const struct profiles_view *v)
{
	static void (* const formats[NR_OUTPUTS])(FILE *to, const struct profiles_view *v) = {
		[OUTPUT_TABLE]	= table_profiles,
		[OUTPUT_JSON]	= json_profiles,
		[OUTPUT_CSV]	= csv_profiles,
	};

	formats[output](to, v);
}

/* As it was written: the reasons stand in its comments. */
static void table_profile(FILE *to, const struct profile *p)
{
	char *text = file_read(p->path);

	fprintf(to, "# %s\n", p->path);
	if (text)
		fputs(text, to);
	free(text);
}

static void json_profile(FILE *to, const struct profile *p)
{
	struct json_object *o = document("profile-show"), *array = json_object_new_array(), *one;
	const char *guest, *user;
	size_t i;

	head(o, p);
	add_if(o, "dma_latency_us", p->dma_latency >= 0, p->dma_latency);
	for (i = 0; i < p->nr; i++) {
		const struct setting *s = &p->settings[i];

		one = json_object_new_object();
		guest = section_of(p, s)->guest;
		add(one, "guest", *guest ? json_object_new_string(guest) : NULL);
		user = section_of(p, s)->user;
		add(one, "user", *user ? json_object_new_string(user) : NULL);
		add_text(one, "knob", s->knob);
		add_text(one, "value", s->value);
		json_object_array_add(array, one);
	}
	add(o, "settings", array);
	print(to, o);
}

static void csv_profile(FILE *to, const struct profile *p)
{
	size_t i;

	fputs("guest,knob,value,user\n", to);
	if (p->dma_latency >= 0)
		fprintf(to, ",dma_latency,%" PRId32 "us,\n", p->dma_latency);
	for (i = 0; i < p->nr; i++) {
		text(to, section_of(p, &p->settings[i])->guest);
		fputc(',', to);
		text(to, p->settings[i].knob);
		fputc(',', to);
		text(to, p->settings[i].value);
		fputc(',', to);
		text(to, section_of(p, &p->settings[i])->user);
		fputc('\n', to);
	}
}

void show_profile(FILE *to, enum output output, const struct profile *p)
{
	static void (* const formats[NR_OUTPUTS])(FILE *to, const struct profile *p) = {
		[OUTPUT_TABLE]	= table_profile,
		[OUTPUT_JSON]	= json_profile,
		[OUTPUT_CSV]	= csv_profile,
	};

	formats[output](to, p);
}
