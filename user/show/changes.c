// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <string.h>

#include "changes.h"
#include "csv.h"
#include "grid.h"
#include "json.h"

static const char * const header[] = {
	"KNOB", "SCOPE", "OLD", "FROM", "NEW", "FROM", "RESULT", "NOTE", NULL
};

static void print_persisted(FILE *to, const struct changes_view *v)
{
	bool undone = !strcmp(v->command, "undo");
	const char *will = undone ? "still has" : v->dry_run ? "would have" : "has";
	size_t i;

	for (i = 0; i < v->nr_options; i++) {
		const struct module_option *o = &v->options[i];

		fprintf(to, "\"%s\" %s options %s %s=%" PRIu64
			": in effect from the next time that %s is loaded%s\n",
			v->file, will, o->module, o->name, o->value, o->module,
			undone ? ", unless you remove it there" : "");
	}
}

static void table(FILE *to, const struct changes_view *v)
{
	struct grid g = { .columns = 8, .left = 2, .ragged = true };
	char text[64];
	size_t i;

	if (v->nr)
		cells(&g, header);
	else if (!v->nr_options)
		fputs("nothing was changed\n", to);
	for (i = 0; i < v->nr; i++) {
		const struct kvmlat_knob_value *k = v->rows[i].knob;
		const char *guest = v->rows[i].guest;

		cell(&g, "%s", k->name);
		cell(&g, "%s", knob_scope(k, text, sizeof(text)));
		cell(&g, "%s", level_text(k, &k->old, text, sizeof(text)));
		cell(&g, "%s", k->old.known ? kvmlat_scope_name(k->old.source) : "-");
		cell(&g, "%s", level_text(k, &k->now, text, sizeof(text)));
		cell(&g, "%s", k->now.known ? kvmlat_scope_name(k->now.source) : "-");
		cell(&g, "%s", kvmlat_result_name(k->result));
		cell(&g, "%s", guest[0] ? guest : k->later ? "new VMs only" : "-");
	}
	print_grid(to, &g);
	if (v->change && v->nr)
		fprintf(to, "\nchange %u: \"kvmlat undo %u\" takes it back%s\n", v->change,
			v->change, v->nr_options ? ", but not what is to stay:" : "");
	print_persisted(to, v);
}

static struct json_object *json_persisted(const struct changes_view *v)
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

static void json(FILE *to, const struct changes_view *v)
{
	struct json_object *o = document(v->command), *array = json_object_new_array(), *knob;
	size_t i;

	add_bool(o, "dry_run", v->dry_run);
	add_if(o, "change", v->change, v->change);
	for (i = 0; i < v->nr; i++) {
		knob = json_changed(v->rows[i].knob, v->rows[i].guest);
		add_bool(knob, "new_vms_only", v->rows[i].knob->later);
		json_object_array_add(array, knob);
	}
	add(o, "knobs", array);
	add(o, "persisted", json_persisted(v));
	print(to, o);
}

/* The columns are fixed in kvmlat-set(1): add at the end. */
static void csv(FILE *to, const struct changes_view *v)
{
	size_t i;

	fputs("knob,scope,vm_id,vcpu_id,guest,unit,old,old_source,value,source,result,change\n",
	      to);
	for (i = 0; i < v->nr; i++) {
		const struct kvmlat_knob_value *k = v->rows[i].knob;

		csv_knob(to, k, v->rows[i].guest);
		csv_level(to, &k->old);
		csv_level(to, &k->now);
		fprintf(to, ",%s,", kvmlat_result_name(k->result));
		if (v->change)
			fprintf(to, "%u", v->change);
		fputc('\n', to);
	}
}

void show_changes(FILE *to, enum output output, const struct changes_view *v)
{
	static void (* const formats[NR_OUTPUTS])(FILE *to, const struct changes_view *v) = {
		[OUTPUT_TABLE]	= table,
		[OUTPUT_JSON]	= json,
		[OUTPUT_CSV]	= csv,
	};

	formats[output](to, v);
}
