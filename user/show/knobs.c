// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>

#include "csv.h"
#include "grid.h"
#include "json.h"
#include "knobs.h"

static const char * const header[] = {
	"KNOB", "SCOPE", "VALUE", "UNIT", "FROM", "BEFORE", "CHANGE", "NOTE", NULL
};

static void table(FILE *to, const struct knobs_view *v)
{
	struct grid g = { .columns = 8, .left = 2, .ragged = true, .narrow = true };
	char text[64];
	size_t i;

	cells(&g, header);
	for (i = 0; i < v->nr; i++) {
		const struct kvmlat_knob_value *k = v->rows[i].knob;
		const char *guest = v->rows[i].guest;

		cell(&g, "%s", k->name);
		cell(&g, "%s", knob_scope(k, text, sizeof(text)));
		cell(&g, "%s", level_text(k, &k->now, text, sizeof(text)));
		cell(&g, "%s", k->unit == KVMLAT_UNIT_NS ? "-" : kvmlat_unit_name(k->unit));
		cell(&g, "%s", k->now.known ? kvmlat_scope_name(k->now.source) : "-");
		if (k->original.known && k->original.source != k->scope)
			cell(&g, "inherit");
		else
			cell(&g, "%s", level_text(k, &k->original, text, sizeof(text)));
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
	for (i = 0; i < v->nr_beside; i++) {
		const struct beside *b = &v->beside[i];

		fprintf(to, "%s%s.%s%s%s: %s\n", i ? "" : "\nno knobs of kvmlat:\n", b->module,
			b->name, b->value[0] ? " is " : "", b->value, b->how);
	}
}

static struct json_object *beside(const struct knobs_view *v)
{
	struct json_object *list = json_object_new_array(), *o;
	size_t i;

	for (i = 0; i < v->nr_beside; i++) {
		const struct beside *b = &v->beside[i];

		o = json_object_new_object();
		add_text(o, "module", b->module);
		add_text(o, "parameter", b->name);
		add(o, "value", b->value[0] ? json_object_new_string(b->value) : NULL);
		add_bool(o, "live", b->live);
		add_text(o, "how", b->how);
		json_object_array_add(list, o);
	}
	return list;
}

static void json(FILE *to, const struct knobs_view *v)
{
	struct json_object *o = document("get"), *array = json_object_new_array(), *knob;
	size_t i;

	for (i = 0; i < v->nr; i++) {
		const struct kvmlat_knob_value *k = v->rows[i].knob;

		knob = json_knob(k, v->rows[i].guest);
		json_level(knob, "value", "source", &k->now);
		json_level(knob, "original", "original_source", &k->original);
		add_if(knob, "change", k->change, k->change);
		add_u64(knob, "min", k->min);
		add_u64(knob, "max", k->max);
		add_bool(knob, "new_vms_only", k->later);
		add(knob, "why", k->why[0] ? json_object_new_string(k->why) : NULL);
		json_object_array_add(array, knob);
	}
	add(o, "knobs", array);
	add(o, "beside", beside(v));
	print(to, o);
}

/* The columns are fixed in kvmlat-get(1): add at the end. */
static void csv(FILE *to, const struct knobs_view *v)
{
	size_t i;

	fputs("knob,scope,vm_id,vcpu_id,guest,unit,value,source,original,original_source,change,min,max,new_vms_only,why\n",
	      to);
	for (i = 0; i < v->nr; i++) {
		const struct kvmlat_knob_value *k = v->rows[i].knob;

		csv_knob(to, k, v->rows[i].guest);
		csv_level(to, &k->now);
		csv_level(to, &k->original);
		fputc(',', to);
		if (k->change)
			fprintf(to, "%u", k->change);
		fprintf(to, ",%" PRIu64 ",%" PRIu64 ",%d,", k->min, k->max, k->later);
		text(to, k->why);
		fputc('\n', to);
	}
}

void show_knobs(FILE *to, enum output output, const struct knobs_view *v)
{
	static void (* const formats[NR_OUTPUTS])(FILE *to, const struct knobs_view *v) = {
		[OUTPUT_TABLE]	= table,
		[OUTPUT_JSON]	= json,
		[OUTPUT_CSV]	= csv,
	};

	formats[output](to, v);
}
