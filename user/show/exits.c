// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>

#include "block.h"
#include "csv.h"
#include "json.h"
#include "view.h"

static const char * const header[] = {
	"REASON", "COUNT", "RATE/s", "OWN/ms", "OWN%", "ELAPSED/ms", "MEAN/us", "P50/us", "P99/us",
	"P99.9/us", "MAX/us", NULL
};

static void table_row(struct grid *g, const struct row *r)
{
	cell(g, "%s", r->name);
	cell(g, "%" PRIu64, r->count);
	cell(g, "%.1f", r->rate);
	cell(g, "%.3f", r->own / 1e6);
	cell(g, "%.2f", r->own_percent);
	cell(g, "%.3f", r->total / 1e6);
	cell_cost(g, r, 3);
}

static void table(FILE *to, const struct sample *s, const struct block *b, struct widths *kept)
{
	struct grid g = { .columns = 11, .left = 1, .min = 7, .kept = kept };
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
	cells(&g, header);
	for (i = 0; i < b->nr_rows; i++)
		table_row(&g, &b->rows[i]);
	table_row(&g, &sum);
	print_grid(to, &g);
}

static struct json_object *reason(const struct row *r)
{
	struct json_object *o = json_object_new_object();

	add_text(o, "name", r->name);
	add_text(o, "class", kvmlat_class_name(r->cls));
	add_if(o, "code", kvmlat_reason_has_code(r->cls), r->code);
	add_u64(o, "count", r->count);
	add(o, "rate", double_of(r->rate, 3));
	add(o, "exit_percent", double_of(r->exit_percent, 4));
	add_u64(o, "total_ns", r->total);
	add(o, "time_percent", double_of(r->time_percent, 4));
	add_u64(o, "own_ns", r->own);
	add(o, "own_percent", double_of(r->own_percent, 4));
	json_cost(o, r);
	return o;
}

static struct json_object *open_exit(const struct block *b)
{
	struct json_object *o;

	if (!b->open)
		return NULL;
	o = json_object_new_object();
	add_text(o, "name", b->open_name);
	add_text(o, "class", kvmlat_class_name(b->open_cls));
	add_if(o, "code", kvmlat_reason_has_code(b->open_cls), b->open_code);
	add_u64(o, "for_ns", b->open_for);
	return o;
}

static void json(struct json_object *o, const struct sample *s, const struct block *b)
{
	struct json_object *array = json_object_new_array();
	size_t i;

	(void)s;
	if (b->grouping == GROUP_VCPU)
		add(o, "open", open_exit(b));
	add(o, "states", json_times(b));
	add_u64(o, "reentries", b->account.reentries);
	add_u64(o, "exits", b->count);
	add_u64(o, "handling_ns", b->total);
	add_u64(o, "own_ns", b->own);
	for (i = 0; i < b->nr_rows; i++)
		json_object_array_add(array, reason(&b->rows[i]));
	add(o, "reasons", array);
}

static const char * const columns[] = {
	"reason", "class", "code", "count", "rate", "exit_percent", "total_ns", "time_percent",
	"mean_ns", "p50_ns", "p99_ns", "p999_ns", "max_ns", "max_bound_ns", "elapsed_ns",
	"guest_ns", "exit_ns", "user_ns", "poll_ns", "wait_ns", "runq_ns", "off_ns", "own_ns",
	"own_percent", NULL
};

static void csv_row(FILE *to, const struct sample *s, const struct block *b, const struct row *r)
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
	fprintf(to, ",%" PRIu64 ",%.4f\n", r->own, r->own_percent);
}

static void csv(FILE *to, const struct sample *s, const struct block *b)
{
	size_t i;

	for (i = 0; i < b->nr_rows; i++)
		csv_row(to, s, b, &b->rows[i]);
}

const struct sample_view exits_view = {
	.kind = "stat", .columns = columns, .table = table, .json = json, .csv = csv,
};
