// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "json.h"
#include "tune.h"

static void head(struct json_object *o, const struct profile *p)
{
	add_text(o, "name", p->name);
	add_text(o, "file", p->path);
	add_text(o, "summary", p->summary);
}

void json_profiles(FILE *to, const struct profiles_view *v)
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

void json_profile(FILE *to, const struct profile *p)
{
	struct json_object *o = document("profile-show"), *array = json_object_new_array(), *one;
	size_t i;

	head(o, p);
	add_if(o, "dma_latency_us", p->dma_latency >= 0, p->dma_latency);
	for (i = 0; i < p->nr; i++) {
		const struct setting *s = &p->settings[i];

		one = json_object_new_object();
		add(one, "guest", s->guest[0] ? json_object_new_string(s->guest) : NULL);
		add_text(one, "knob", s->knob);
		add_text(one, "value", s->value);
		json_object_array_add(array, one);
	}
	add(o, "settings", array);
	print(to, o);
}

void json_diff(FILE *to, const struct diff_view *v)
{
	struct json_object *o = document("profile-diff"), *array = json_object_new_array(), *one;
	size_t i;

	add_text(o, "name", v->profile->name);
	add_if(o, "dma_latency_us", v->dma_latency >= 0, v->dma_latency);
	add_if(o, "profile_dma_latency_us", v->profile->dma_latency >= 0,
	       v->profile->dma_latency);
	for (i = 0; i < v->nr; i++) {
		const struct intent *w = &v->rows[i].intent;
		const struct kvmlat_knob_value *k = w->knob;
		bool vm = k->scope != KVMLAT_SCOPE_HOST;

		one = json_object_new_object();
		add_text(one, "knob", k->name);
		add_text(one, "scope", kvmlat_scope_name(k->scope));
		add_if(one, "vm_id", vm, k->vm_id);
		add(one, "guest", vm ? json_object_new_string(v->rows[i].guest) : NULL);
		add_text(one, "unit", kvmlat_unit_name(k->unit));
		add_if(one, "value", k->now.known, k->now.value);
		add_if(one, "profile_value", !w->inherit, w->value);
		add(one, "why", k->why[0] ? json_object_new_string(k->why) : NULL);
		json_object_array_add(array, one);
	}
	add(o, "knobs", array);
	print(to, o);
}
