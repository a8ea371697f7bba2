// SPDX-License-Identifier: GPL-2.0-only
/* What all views of a sample have in common: when it was, and whose each block is. */
#include "base/clock.h"
#include <string.h>

#include "block.h"
#include "json.h"
#include "sample.h"
#include "view.h"

static const struct sample_view * const views[NR_VIEWS] = {
	[VIEW_EXITS]	= &exits_view,
	[VIEW_STATES]	= &states_view,
	[VIEW_HALT]	= &halt_view,
	[VIEW_LATENESS]	= &lateness_view,
	[VIEW_DETAIL]	= &detail_view,
	[VIEW_HIST]	= &hist_view,
};

static void table_whose(FILE *to, const struct sample *s, const struct block *b)
{
	const char *plural = b->account.nr_vcpus == 1 ? "" : "s";

	switch (b->grouping) {
	case GROUP_ALL:
		fprintf(to, "all VMs, %u vCPU%s", b->account.nr_vcpus, plural);
		break;
	case GROUP_VM:
		fprintf(to, "VM %u \"%s\", pid %u, %u vCPU%s", b->vm_id, b->guest, b->pid,
			b->account.nr_vcpus, plural);
		break;
	case GROUP_VCPU:
		fprintf(to, "VM %u \"%s\", pid %u, vCPU %u", b->vm_id, b->guest, b->pid,
			b->vcpu_id);
		if (b->tid)
			fprintf(to, ", thread %u", b->tid);
		if (b->thread[0])
			fprintf(to, " \"%s\"", b->thread);
		break;
	}
	if (b->gone)
		fputs(", gone", to);
	fprintf(to, ", %s%.3f s", s->cumulative ? "since the start " : "",
		(double)b->duration / NSEC_PER_SEC);
}

static void table(FILE *to, const struct sample *s, bool first)
{
	static struct widths kept[VIEW_TABLES];
	char text[WALL_SIZE];
	const char *note;
	size_t i;

	if (first)
		memset(kept, 0, sizeof(kept));
	fprintf(to, "%s%s%s%s\n", first ? "" : "\n",
		wall_text(text, s->time_ms * (int64_t)1000000, s), s->whole ? ", the whole run" : "",
		s->interrupted ? ", vCPUs came or went while reading: some may be missing" : "");
	if (s->unreadable)
		fprintf(to, "the accounts of %u vCPUs are damaged and not shown\n", s->unreadable);
	if (!s->nr_blocks)
		fputs(s->view == VIEW_EXITS ? "no exits\n" : "nothing happened\n", to);
	for (i = 0; i < s->nr_blocks; i++) {
		fputc('\n', to);
		table_whose(to, s, &s->blocks[i]);
		views[s->view]->table(to, s, &s->blocks[i], kept);
	}
	note = first && s->nr_blocks && views[s->view]->note ? views[s->view]->note(s) : NULL;
	if (note)
		fprintf(to, "\n%s\n", note);
}

static struct json_object *json_whose(const struct block *b)
{
	struct json_object *o = json_object_new_object();

	add_text(o, "scope", grouping_name(b->grouping));
	if (b->grouping != GROUP_ALL) {
		add_u64(o, "vm_id", b->vm_id);
		add_u64(o, "pid", b->pid);
		add_text(o, "guest", b->guest);
		add_bool(o, "gone", b->gone);
	}
	if (b->grouping == GROUP_VCPU) {
		add_u64(o, "vcpu_id", b->vcpu_id);
		add_if(o, "tid", b->tid, b->tid);
		add(o, "thread", b->thread[0] ? json_object_new_string(b->thread) : NULL);
	}
	add_u64(o, "vcpus", b->account.nr_vcpus);
	add_u64(o, "duration_ns", b->duration);
	add_u64(o, "elapsed_ns", b->account.elapsed);
	return o;
}

static void json(FILE *to, const struct sample *s, bool first)
{
	struct json_object *o = document(views[s->view]->kind), *block;
	struct json_object *array = json_object_new_array();
	size_t i;

	(void)first;
	add(o, "time", double_of(s->time_ms / 1e3, 3));
	add_bool(o, "cumulative", s->cumulative);
	add_bool(o, "interrupted", s->interrupted);
	add_text(o, "vendor", kvmlat_vendor_name(s->vendor));
	for (i = 0; i < s->nr_blocks; i++) {
		block = json_whose(&s->blocks[i]);
		views[s->view]->json(block, s, &s->blocks[i]);
		json_object_array_add(array, block);
	}
	add(o, "blocks", array);
	print(to, o);
}

static void csv_header(FILE *to, const char * const *columns)
{
	fputs("time,duration_s,scope,vm_id,pid,guest,vcpu_id", to);
	for (; *columns; columns++)
		fprintf(to, ",%s", *columns);
	fputc('\n', to);
}

static void csv(FILE *to, const struct sample *s, bool first)
{
	size_t i;

	if (first)
		csv_header(to, views[s->view]->columns);
	for (i = 0; i < s->nr_blocks; i++)
		views[s->view]->csv(to, s, &s->blocks[i]);
}

void show_sample(FILE *to, enum output output, const struct sample *s, bool first)
{
	static void (* const formats[NR_OUTPUTS])(FILE *to, const struct sample *s, bool first) = {
		[OUTPUT_TABLE]	= table,
		[OUTPUT_JSON]	= json,
		[OUTPUT_CSV]	= csv,
	};

	formats[output](to, s, first);
}
