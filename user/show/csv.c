// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>

#include "csv.h"
#include "views.h"

/* The columns are fixed in kvmlat-info(1), kvmlat-list(1) and kvmlat-stat(1): add at the end. */

static const char * const stat_columns[] = {
	CSV_WHOSE, "reason", "class", "code", "count", "rate", "exit_percent", "total_ns",
	"time_percent", "mean_ns", "p50_ns", "p99_ns", "p999_ns", "max_ns", "max_bound_ns",
	"elapsed_ns", "guest_ns", "exit_ns", "user_ns", "poll_ns", "wait_ns", "runq_ns", "off_ns",
	NULL
};

static void pair(FILE *to, const char *name, const char *value)
{
	fprintf(to, "%s,", name);
	text(to, value);
	fputc('\n', to);
}

static void number(FILE *to, const char *name, uint64_t value)
{
	fprintf(to, "%s,%" PRIu64 "\n", name, value);
}

static void info(FILE *to, const struct info_view *v)
{
	const struct kvmlat_info *m = v->module;
	char key[128];
	size_t i;

	fputs("name,value\n", to);
	pair(to, "command", v->command);
	pair(to, "module", m->version);
	number(to, "module_abi", m->abi);
	number(to, "command_abi", KVMLAT_ABI);
	pair(to, "kernel", v->kernel);
	pair(to, "vendor", kvmlat_vendor_name(m->vendor));
	pair(to, "clock", kvmlat_clock_name(m->clock));
	number(to, "clock_khz", m->clock_khz);
	number(to, "vms", m->vms);
	number(to, "vms_gone", m->vms_gone);
	number(to, "vms_gone_max", m->vms_gone_max);
	number(to, "vcpus", m->vcpus);
	number(to, "memory_bytes", m->memory);
	number(to, "vcpu_memory_max_bytes", m->vcpu_memory_max);
	number(to, "missed", m->missed);
	number(to, "spilled", m->spilled);
	for (i = 0; i < m->nr_probes; i++) {
		const struct kvmlat_probe *p = &m->probes[i];

		snprintf(key, sizeof(key), "probe %s", p->name);
		pair(to, key, p->attached ? "attached" : "missing");
		snprintf(key, sizeof(key), "why %s", p->name);
		if (p->why[0])
			pair(to, key, p->why);
	}
	for (i = 0; i < v->knobs->nr; i++) {
		const struct kvmlat_knob_value *k = &v->knobs->all[i];

		if (k->scope != KVMLAT_SCOPE_HOST)
			continue;
		snprintf(key, sizeof(key), "knob %s", k->name);
		pair(to, key, knob_state(k));
		snprintf(key, sizeof(key), "why %s", k->name);
		if (k->why[0])
			pair(to, key, k->why);
	}
}

static void list(FILE *to, const struct list_view *v)
{
	size_t i;

	fputs("vm_id,pid,guest,vcpus,threads,uptime_s,gone\n", to);
	for (i = 0; i < v->nr; i++) {
		const struct list_row *r = &v->rows[i];

		fprintf(to, "%u,%u,", r->vm->vm_id, r->vm->pid);
		text(to, r->guest);
		fprintf(to, ",%u,", r->vm->vcpus);
		if (r->alive)
			fprintf(to, "%u,%.2f,", r->threads, r->uptime);
		else
			fputs(",,", to);
		fprintf(to, "%d\n", !!r->vm->gone);
	}
}

void csv_header(FILE *to, const char * const *columns)
{
	for (; *columns; columns++)
		fprintf(to, "%s%c", *columns, columns[1] ? ',' : '\n');
}

void csv_whose(FILE *to, const struct sample *s, const struct block *b)
{
	fprintf(to, "%" PRId64 ".%03d,%.9f,%s,", s->time_ms / 1000, (int)(s->time_ms % 1000),
		(double)b->duration / NSEC_PER_SEC, scope_name(b->scope));
	if (b->scope == SCOPE_ALL) {
		fputs(",,,,", to);
		return;
	}
	fprintf(to, "%u,%u,", b->vm_id, b->pid);
	text(to, b->guest);
	if (b->scope == SCOPE_VCPU)
		fprintf(to, ",%u,", b->vcpu_id);
	else
		fputs(",,", to);
}

void csv_if(FILE *to, bool known, uint64_t value)
{
	if (known)
		fprintf(to, "%" PRIu64, value);
	fputc(',', to);
}

void csv_cost(FILE *to, const struct row *r)
{
	if (r->has_mean)
		fprintf(to, "%.1f", r->mean);
	fputc(',', to);
	csv_if(to, r->has_percentiles, r->p50);
	csv_if(to, r->has_percentiles, r->p99);
	csv_if(to, r->has_percentiles, r->p999);
	csv_if(to, r->has_max && r->max_exact, r->max);
	csv_if(to, r->has_max, r->max);
}

static void stat_row(FILE *to, const struct sample *s, const struct block *b, const struct row *r)
{
	unsigned int i;

	csv_whose(to, s, b);
	text(to, r->name);
	fprintf(to, ",%s,", kvmlat_class_name(r->cls));
	csv_if(to, kvmlat_reason_has_code(r->cls), r->code);
	fprintf(to, "%" PRIu64 ",%.3f,%.4f,%" PRIu64 ",%.4f,", r->count, r->rate,
		r->exit_percent, r->total, r->time_percent);
	csv_cost(to, r);
	fprintf(to, "%" PRIu64, b->account.elapsed);
	for (i = 0; i < KVMLAT_NR_STATES; i++)
		fprintf(to, ",%" PRIu64, b->account.times[i]);
	fputc('\n', to);
}

static void stat(FILE *to, const struct sample *s, bool first)
{
	size_t i, n;

	if (first)
		csv_header(to, stat_columns);
	for (i = 0; i < s->nr_blocks; i++)
		for (n = 0; n < s->blocks[i].nr_rows; n++)
			stat_row(to, s, &s->blocks[i], &s->blocks[i].rows[n]);
}

const struct format csv_format = {
	.info	= info,
	.list	= list,
	.views	= {
		[VIEW_EXITS]	= stat,
		[VIEW_STATES]	= csv_states,
		[VIEW_HALT]	= csv_halt,
		[VIEW_LATENESS]	= csv_lateness,
		[VIEW_DETAIL]	= csv_detail,
		[VIEW_HIST]	= csv_hist,
	},
};
