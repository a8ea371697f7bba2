// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>

#include "base/clock.h"
#include "block.h"
#include "csv.h"
#include "json.h"
#include "quota.h"
#include "view.h"

/* So many preemptions go under a table; JSON and CSV have all. */
#define LAST_PREEMPTORS	8

static const char * const header[] = {
	"SPAN", "COUNT", "MEAN/us", "P50/us", "P99/us", "P99.9/us", "MAX/us", "AT", "CPU", NULL
};

static const char * const preemptor_header[] = {
	"PREEMPTED AT", "VCPU", "CPU", "FOR/us", "BY", NULL
};

/* Of all preemptions, of which the module keeps only the last of each vCPU. */
static const struct row *preempt_row(const struct block *b)
{
	size_t i;

	for (i = 0; i < b->nr_rows; i++)
		if (b->rows[i].cls == KVMLAT_REASON_CLASS_PREEMPT)
			return &b->rows[i];
	return NULL;
}

static bool lists(const struct block *b, uint64_t ns)
{
	size_t i;

	for (i = 0; i < b->account.nr_preemptors; i++)
		if (b->account.preemptors[i].time >= ns)
			return true;
	return false;
}

/* The longest is what people look for: a list without it says so. */
static void what_is_missing(FILE *to, const struct block *b, size_t shown)
{
	const struct row *all = preempt_row(b);

	if (!all || all->count <= shown)
		return;
	fprintf(to, "the last %zu of %" PRIu64 " preemptions", shown, all->count);
	if (all->max_exact && !lists(b, all->max))
		fprintf(to, "; the longest, %.1f us, is not among them", all->max / 1e3);
	else if (!all->max_exact)
		fputs("; a longer one may have come before them", to);
	fputc('\n', to);
}

static void preemptors(FILE *to, const struct sample *s, const struct block *b,
		       struct widths *kept)
{
	struct grid g = { .columns = 5, .left = 1, .ragged = true, .min = 4, .kept = kept };
	const struct kvmlat_account *a = &b->account;
	size_t i = a->nr_preemptors > LAST_PREEMPTORS ? a->nr_preemptors - LAST_PREEMPTORS : 0;
	size_t shown = a->nr_preemptors - i;
	char text[WALL_SIZE];

	if (!a->nr_preemptors) {
		what_is_missing(to, b, 0);
		return;
	}
	cells(&g, preemptor_header);
	for (; i < a->nr_preemptors; i++) {
		const struct kvmlat_preemptor *p = &a->preemptors[i];

		cell(&g, "%s", wall_text(text, p->at + s->wall, s));
		cell(&g, "%u", p->vcpu_id);
		cell(&g, "%u", p->cpu);
		cell(&g, "%.1f", p->time / 1e3);
		cell(&g, "%s (%u)", p->comm, p->tid);
	}
	print_grid(to, &g);
	what_is_missing(to, b, shown);
}

static bool is_of(const struct quota *q, const struct block *b)
{
	return b->grouping == GROUP_ALL || q->vm_id == b->vm_id;
}

/* Who runs while a quota is used up is not who made the vCPU wait. */
static void quotas(FILE *to, const struct sample *s, const struct block *b)
{
	bool waits = false;
	size_t i;

	for (i = 0; s->quotas && i < s->quotas->nr; i++) {
		const struct quota *q = &s->quotas->all[i];

		if (!is_of(q, b))
			continue;
		fprintf(to, "cgroup \"%s\": %.10g of each %.10g ms, ", quota_name(q), q->max / 1e6,
			q->period / 1e6);
		fprintf(to, "used up in %" PRIu64 " of %" PRIu64 " periods, for %.3f ms\n",
			q->throttled, q->periods, q->throttled_ns / 1e6);
		waits |= q->throttled;
	}
	if (waits)
		fputs("its waits are in runq and preempt: the quota is the cause, not who had the CPU\n",
		      to);
}

static void table(FILE *to, const struct sample *s, const struct block *b, struct widths *kept)
{
	struct grid g = { .columns = 9, .left = 1, .min = 3, .narrow = true, .kept = &kept[0] };
	char text[WALL_SIZE];
	bool unknown = false;
	size_t i;

	fputc('\n', to);
	cells(&g, header);
	for (i = 0; i < b->nr_rows; i++) {
		const struct row *r = &b->rows[i];

		cell(&g, "%s", r->name);
		cell(&g, "%" PRIu64, r->count);
		cell_cost(&g, r, 1);
		if (r->has_at) {
			cell(&g, "%s", wall_text(text, r->max_at, s));
			cell(&g, "%u", r->max_cpu);
		} else {
			cell(&g, "-");
			cell(&g, "-");
			unknown |= r->has_max;
		}
	}
	print_grid(to, &g);
	if (unknown && !s->cumulative)
		fputs("AT and CPU are known of what is the longest since the start of the account\n",
		      to);
	preemptors(to, s, b, &kept[1]);
	quotas(to, s, b);
}

static struct json_object *seconds(int64_t ns)
{
	char text[32];

	snprintf(text, sizeof(text), "%" PRId64 ".%09d", ns / (int64_t)NSEC_PER_SEC,
		 (int)(ns % (int64_t)NSEC_PER_SEC));
	return json_object_new_double_s(ns / 1e9, text);
}

static void json(struct json_object *o, const struct sample *s, const struct block *b)
{
	struct json_object *spans = json_object_new_array(), *list = json_object_new_array(), *e;
	const struct row *all = preempt_row(b);
	size_t i;

	for (i = 0; i < b->nr_rows; i++) {
		const struct row *r = &b->rows[i];

		e = json_object_new_object();
		add_text(e, "name", r->name);
		add_text(e, "class", kvmlat_class_name(r->cls));
		add_if(e, "code", kvmlat_reason_has_code(r->cls), r->code);
		add_u64(e, "count", r->count);
		add(e, "rate", double_of(r->rate, 3));
		add_u64(e, "total_ns", r->total);
		add(e, "time_percent", double_of(r->time_percent, 4));
		json_cost(e, r);
		add(e, "max_at", r->has_at ? seconds(r->max_at) : NULL);
		add_if(e, "max_cpu", r->has_at, r->max_cpu);
		json_object_array_add(spans, e);
	}
	add(o, "spans", spans);
	for (i = 0; i < b->account.nr_preemptors; i++) {
		const struct kvmlat_preemptor *p = &b->account.preemptors[i];

		e = json_object_new_object();
		add_text(e, "comm", p->comm);
		add_u64(e, "tid", p->tid);
		add(e, "at", seconds(p->at + s->wall));
		add_u64(e, "for_ns", p->time);
		add_u64(e, "vcpu_id", p->vcpu_id);
		add_u64(e, "cpu", p->cpu);
		json_object_array_add(list, e);
	}
	add(o, "preemptors", list);
	add_u64(o, "preemptors_missing", all && all->count > b->account.nr_preemptors ?
					 all->count - b->account.nr_preemptors : 0);
	add(o, "quotas", json_quotas(s->quotas, b->grouping == GROUP_ALL ? 0 : b->vm_id));
}

static const char * const columns[] = {
	"span", "class", "code", "count", "rate", "total_ns", "time_percent", "mean_ns",
	"p50_ns", "p99_ns", "p999_ns", "max_ns", "max_bound_ns", "max_at", "max_cpu", "by",
	"by_tid", "of_vcpu", NULL
};

static void csv_at(FILE *to, int64_t ns)
{
	fprintf(to, "%" PRId64 ".%09d,", ns / (int64_t)NSEC_PER_SEC,
		(int)(ns % (int64_t)NSEC_PER_SEC));
}

static void line(FILE *to, const struct sample *s, const struct block *b, const struct row *r)
{
	csv_whose(to, s, b);
	fprintf(to, "%s,%s,", r->name, kvmlat_class_name(r->cls));
	csv_if(to, kvmlat_reason_has_code(r->cls), r->code);
	fprintf(to, "%" PRIu64 ",%.3f,%" PRIu64 ",%.4f,", r->count, r->rate, r->total,
		r->time_percent);
	csv_cost(to, r);
	if (r->has_at)
		csv_at(to, r->max_at);
	else
		fputc(',', to);
	csv_if(to, r->has_at, r->max_cpu);
	fputs(",,\n", to);
}

/* A preemption by itself has the columns of a row that it would be alone in. */
static void preemptor_line(FILE *to, const struct sample *s, const struct block *b,
			   const struct kvmlat_preemptor *p)
{
	csv_whose(to, s, b);
	fprintf(to, "preemptor,preemptor,,1,,%" PRIu64 ",%.4f,,,,,%" PRIu64 ",%" PRIu64 ",",
		p->time, share(p->time, b->account.elapsed), p->time, p->time);
	csv_at(to, p->at + s->wall);
	fprintf(to, "%u,", p->cpu);
	text(to, p->comm);
	fprintf(to, ",%u,%u\n", p->tid, p->vcpu_id);
}

static void csv(FILE *to, const struct sample *s, const struct block *b)
{
	size_t i;

	for (i = 0; i < b->nr_rows; i++)
		line(to, s, b, &b->rows[i]);
	for (i = 0; i < b->account.nr_preemptors; i++)
		preemptor_line(to, s, b, &b->account.preemptors[i]);
}

static const char *note(const struct sample *s)
{
	(void)s;
	return "wake begins with the wakeup: how late a timer of the host fired is in no row";
}

const struct sample_view lateness_view = {
	.kind = "lateness", .columns = columns, .note = note,
	.table = table, .json = json, .csv = csv,
};
