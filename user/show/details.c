// SPDX-License-Identifier: GPL-2.0-only
#include "csv.h"
#include "details.h"
#include "grid.h"
#include "json.h"

static const char * const header[] = { "ID", "PID", "DETAIL", "GUEST", NULL };

static void table(FILE *to, const struct details_view *v)
{
	struct grid g = { .columns = 4, .ragged = true };
	size_t i;

	cells(&g, header);
	for (i = 0; i < v->nr; i++) {
		const struct kvmlat_vm *vm = v->rows[i].vm;

		cell(&g, "%u", vm->vm_id);
		cell(&g, "%u", vm->pid);
		cell(&g, "%s", vm->details ? "on" : "off");
		cell(&g, "%s", v->rows[i].guest);
	}
	print_grid(to, &g);
}

static void json(FILE *to, const struct details_view *v)
{
	struct json_object *o = document("details"), *array = json_object_new_array(), *vm;
	size_t i;

	for (i = 0; i < v->nr; i++) {
		vm = json_object_new_object();
		add_u64(vm, "vm_id", v->rows[i].vm->vm_id);
		add_u64(vm, "pid", v->rows[i].vm->pid);
		add_text(vm, "guest", v->rows[i].guest);
		add_bool(vm, "on", v->rows[i].vm->details);
		json_object_array_add(array, vm);
	}
	add(o, "vms", array);
	print(to, o);
}

/* The columns are fixed in kvmlat-detail(1): add at the end. */
static void csv(FILE *to, const struct details_view *v)
{
	size_t i;

	fputs("vm_id,pid,guest,on\n", to);
	for (i = 0; i < v->nr; i++) {
		fprintf(to, "%u,%u,", v->rows[i].vm->vm_id, v->rows[i].vm->pid);
		text(to, v->rows[i].guest);
		fprintf(to, ",%d\n", v->rows[i].vm->details);
	}
}

void show_details(FILE *to, enum output output, const struct details_view *v)
{
	static void (* const formats[NR_OUTPUTS])(FILE *to, const struct details_view *v) = {
		[OUTPUT_TABLE]	= table,
		[OUTPUT_JSON]	= json,
		[OUTPUT_CSV]	= csv,
	};

	formats[output](to, v);
}
