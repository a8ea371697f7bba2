// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>

#include "grid.h"
#include "show.h"
#include "views.h"

static const char * const info_header[] = { "PROBE", "STATE", "WHY", NULL };
static const char * const knobs_header[] = { "KNOB", "TUNED", "WHY", NULL };

static const char * const list_header[] = {
	"ID", "PID", "VCPUS", "THREADS", "UPTIME/s", "STATE", "GUEST", NULL
};

static const char * const stat_header[] = {
	"REASON", "COUNT", "RATE/s", "EXITS%", "TIME/ms", "TIME%", "MEAN/us", "P50/us", "P99/us",
	"P99.9/us", "MAX/us", NULL
};

static void info(FILE *to, const struct info_view *v)
{
	const struct kvmlat_info *m = v->module;
	struct grid g = { .columns = 3, .left = 3 }, k = g;
	size_t i;

	fprintf(to, "%-12s kvmlat %s\n", "command", v->command);
	fprintf(to, "%-12s %s, ABI %u (the command's: %d)\n", "module", m->version, m->abi,
		KVMLAT_ABI);
	fprintf(to, "%-12s %s\n", "kernel", v->kernel);
	fprintf(to, "%-12s %s\n", "vendor", kvmlat_vendor_name(m->vendor));
	fprintf(to, "%-12s %s", "clock", kvmlat_clock_name(m->clock));
	if (m->clock_khz)
		fprintf(to, ", %u.%03u MHz", m->clock_khz / 1000, m->clock_khz % 1000);
	fprintf(to, "\n%-12s %u, and %u that ended (at most %u are kept)\n", "VMs", m->vms,
		m->vms_gone, m->vms_gone_max);
	fprintf(to, "%-12s %u\n", "vCPUs", m->vcpus);
	fprintf(to, "%-12s %" PRIu64 " bytes in all, largest account %u bytes", "memory",
		m->memory, m->vcpu_memory_max);
	fprintf(to, " (limits: idle vCPU %u, busy vCPU %u)\n", IDLE_VCPU_MEMORY,
		BUSY_VCPU_MEMORY);
	fprintf(to, "%-12s %" PRIu64 " events of vCPUs without an account\n", "missed",
		m->missed);
	fprintf(to, "%-12s %" PRIu64 " events that found no memory for a row\n", "spilled",
		m->spilled);

	fputc('\n', to);
	cells(&g, info_header);
	for (i = 0; i < m->nr_probes; i++) {
		const struct kvmlat_probe *p = &m->probes[i];

		cell(&g, "%s", p->name);
		cell(&g, "%s", p->attached ? "attached" : "missing");
		cell(&g, "%s", p->why[0] ? p->why : "-");
	}
	print_grid(to, &g);

	fputc('\n', to);
	cells(&k, knobs_header);
	for (i = 0; i < v->knobs->nr; i++) {
		const struct kvmlat_knob_value *knob = &v->knobs->all[i];

		if (knob->scope != KVMLAT_SCOPE_HOST)
			continue;
		cell(&k, "%s", knob->name);
		cell(&k, "%s", knob_state(knob));
		cell(&k, "%s", knob->why[0] ? knob->why : "-");
	}
	print_grid(to, &k);
}

static void list(FILE *to, const struct list_view *v)
{
	struct grid g = { .columns = 7, .ragged = true };
	size_t i;

	cells(&g, list_header);
	for (i = 0; i < v->nr; i++) {
		const struct list_row *r = &v->rows[i];

		cell(&g, "%u", r->vm->vm_id);
		cell(&g, "%u", r->vm->pid);
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

static void whose(FILE *to, const struct sample *s, const struct block *b)
{
	const char *plural = b->account.nr_vcpus == 1 ? "" : "s";

	switch (b->scope) {
	case SCOPE_ALL:
		fprintf(to, "all VMs, %u vCPU%s", b->account.nr_vcpus, plural);
		break;
	case SCOPE_VM:
		fprintf(to, "VM %u \"%s\", pid %u, %u vCPU%s", b->vm_id, b->guest, b->pid,
			b->account.nr_vcpus, plural);
		break;
	case SCOPE_VCPU:
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

void table_view(FILE *to, const struct sample *s, bool first,
		void (*fill)(FILE *to, const struct sample *s, const struct block *b))
{
	char text[WALL_SIZE];
	size_t i;

	fprintf(to, "%s%s%s\n", first ? "" : "\n",
		wall_text(text, s->time_ms * (int64_t)1000000, s),
		s->interrupted ? ", vCPUs came or went while reading: some may be missing" : "");
	if (!s->nr_blocks)
		fputs(s->view == VIEW_EXITS ? "no exits\n" : "nothing happened\n", to);
	for (i = 0; i < s->nr_blocks; i++) {
		fputc('\n', to);
		whose(to, s, &s->blocks[i]);
		fill(to, s, &s->blocks[i]);
	}
}

void cell_us(struct grid *g, bool known, const char *mark, double ns, int digits)
{
	if (known)
		cell(g, "%s%.*f", mark, digits, ns / 1000);
	else
		cell(g, "-");
}

void cell_cost(struct grid *g, const struct row *r, int digits)
{
	cell_us(g, r->has_mean, "", r->mean, digits);
	cell_us(g, r->has_percentiles, "", r->p50, digits);
	cell_us(g, r->has_percentiles, "", r->p99, digits);
	cell_us(g, r->has_percentiles, "", r->p999, digits);
	cell_us(g, r->has_max, r->max_exact ? "" : "<", r->max, digits);
}

static void stat_row(struct grid *g, const struct row *r)
{
	cell(g, "%s", r->name);
	cell(g, "%" PRIu64, r->count);
	cell(g, "%.1f", r->rate);
	cell(g, "%.2f", r->exit_percent);
	cell(g, "%.3f", r->total / 1e6);
	cell(g, "%.2f", r->time_percent);
	cell_cost(g, r, 3);
}

static void fill(FILE *to, const struct sample *s, const struct block *b)
{
	struct grid g = { .columns = 11, .left = 1, .min = 7 };
	struct row sum = block_sum(b);
	const char *mark = ":";
	size_t i;

	(void)s;
	for (i = 0; i < KVMLAT_NR_STATES; i++) {
		if (!b->account.times[i])
			continue;
		fprintf(to, "%s %s %.2f %%", mark, kvmlat_state_name(i),
			share(b->account.times[i], b->account.elapsed));
		mark = ",";
	}
	if (b->open)
		fprintf(to, "; in %s for %.3f ms", b->open_name, b->open_for / 1e6);
	fputc('\n', to);
	cells(&g, stat_header);
	for (i = 0; i < b->nr_rows; i++)
		stat_row(&g, &b->rows[i]);
	stat_row(&g, &sum);
	print_grid(to, &g);
}

static void stat(FILE *to, const struct sample *s, bool first)
{
	table_view(to, s, first, fill);
}

const struct format table_format = {
	.info	= info,
	.list	= list,
	.views	= {
		[VIEW_EXITS]	= stat,
		[VIEW_STATES]	= table_states,
		[VIEW_HALT]	= table_halt,
		[VIEW_LATENESS]	= table_lateness,
		[VIEW_DETAIL]	= table_detail,
		[VIEW_HIST]	= table_hist,
	},
};
