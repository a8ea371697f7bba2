// SPDX-License-Identifier: GPL-2.0-only
#include "csv.h"
#include "grid.h"
#include "json.h"
#include "list.h"

static const char * const header[] = {
	"ID", "PID", "UID", "VCPUS", "THREADS", "UPTIME/s", "STATE", "GUEST", NULL
};

static void table(FILE *to, const struct list_view *v)
{
	struct grid g = { .columns = 8, .ragged = true };
	size_t i;

	cells(&g, header);
	for (i = 0; i < v->nr; i++) {
		const struct list_row *r = &v->rows[i];

		cell(&g, "%u", r->vm->vm_id);
		cell(&g, "%u", r->vm->pid);
		if (r->uid == NO_UID)
			cell(&g, "-");
		else
			cell(&g, "%u", r->uid);
		cell(&g, "%u", r->vm->vcpus);
		if (r->alive) {
			cell(&g, "%u", r->threads);
			cell(&g, "%.0f", r->uptime);
		} else {
			cell(&g, "-");
			cell(&g, "-");
		}
		cell(&g, "%s", r->vm->gone ? "gone" : "runs");
		cell(&g, "%s", r->guest);
	}
	print_grid(to, &g);
}

static void json(FILE *to, const struct list_view *v)
{
	struct json_object *o = document("list"), *array = json_object_new_array(), *vm;
	size_t i;

	for (i = 0; i < v->nr; i++) {
		const struct list_row *r = &v->rows[i];

		vm = json_object_new_object();
		add_u64(vm, "vm_id", r->vm->vm_id);
		add_u64(vm, "pid", r->vm->pid);
		add_text(vm, "guest", r->guest);
		add_u64(vm, "vcpus", r->vm->vcpus);
		add_if(vm, "threads", r->alive, r->threads);
		add(vm, "uptime_s", r->alive ? double_of(r->uptime, 2) : NULL);
		add_bool(vm, "gone", r->vm->gone);
		add_u64(vm, "memory_bytes", r->vm->memory);
		add_if(vm, "uid", r->uid != NO_UID, r->uid);
		json_object_array_add(array, vm);
	}
	add(o, "vms", array);
	print(to, o);
}

/* The columns are fixed in kvmlat-list(1): add at the end. */
static void csv(FILE *to, const struct list_view *v)
{
	size_t i;

	fputs("vm_id,pid,guest,vcpus,threads,uptime_s,gone,uid\n", to);
	for (i = 0; i < v->nr; i++) {
		const struct list_row *r = &v->rows[i];

		fprintf(to, "%u,%u,", r->vm->vm_id, r->vm->pid);
		text(to, r->guest);
		fprintf(to, ",%u,", r->vm->vcpus);
		if (r->alive)
			fprintf(to, "%u,%.2f,", r->threads, r->uptime);
		else
			fputs(",,", to);
		fprintf(to, "%d,", !!r->vm->gone);
		if (r->uid != NO_UID)
			fprintf(to, "%u", r->uid);
		fputc('\n', to);
	}
}

void show_list(FILE *to, enum output output, const struct list_view *v)
{
	static void (* const formats[NR_OUTPUTS])(FILE *to, const struct list_view *v) = {
		[OUTPUT_TABLE]	= table,
		[OUTPUT_JSON]	= json,
		[OUTPUT_CSV]	= csv,
	};

	formats[output](to, v);
}
