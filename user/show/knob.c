// SPDX-License-Identifier: GPL-2.0-only
/* How a knob is written, in all formats. */
#include <inttypes.h>

#include "csv.h"
#include "json.h"
#include "knob.h"
#include "tune/value.h"

const char *knob_scope(const struct kvmlat_knob_value *k, char *text, size_t size)
{
	if (k->scope == KVMLAT_SCOPE_HOST)
		return "host";
	if (k->scope == KVMLAT_SCOPE_VM)
		snprintf(text, size, "vm %u", k->vm_id);
	else
		snprintf(text, size, "vcpu %u/%u", k->vm_id, k->vcpu_id);
	return text;
}

const char *level_text(const struct kvmlat_knob_value *k, const struct kvmlat_level *l,
		       char *text, size_t size)
{
	if (!l->known)
		return "-";
	value_format(k->unit, l->value, text, size);
	return text;
}

struct json_object *json_knob(const struct kvmlat_knob_value *k, const char *guest)
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

void json_level(struct json_object *o, const char *name, const char *source,
		const struct kvmlat_level *l)
{
	add_if(o, name, l->known, l->value);
	add(o, source, l->known ? json_object_new_string(kvmlat_scope_name(l->source)) : NULL);
}

struct json_object *json_changed(const struct kvmlat_knob_value *k, const char *guest)
{
	struct json_object *o = json_knob(k, guest);

	json_level(o, "old", "old_source", &k->old);
	json_level(o, "value", "source", &k->now);
	add_text(o, "result", kvmlat_result_name(k->result));
	return o;
}

void csv_knob(FILE *to, const struct kvmlat_knob_value *k, const char *guest)
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

void csv_level(FILE *to, const struct kvmlat_level *l)
{
	if (l->known)
		fprintf(to, ",%" PRIu64 ",%s", l->value, kvmlat_scope_name(l->source));
	else
		fputs(",,", to);
}
