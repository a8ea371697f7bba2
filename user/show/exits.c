// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <math.h>

#include "block.h"
#include "csv.h"
#include "json.h"
#include "view.h"

static const char * const header[] = {
	"REASON", "COUNT", "RATE/s", "OWN/ms", "OWN%", "TIME/ms", "MEAN/us", "P50/us", "P99/us",
	"MAX/us", NULL
};

#define LINE	80

/* The table has a line of 80: each figure has four digits, or all that are before its point. */
static int digits(double value)
{
	return value < 9.9995 ? 3 : value < 99.995 ? 2 : value < 999.95;
}

static double rounded_up(double value)
{
	double unit = exp10(-digits(value));

	return ceil(value / unit) * unit;
}

static void cell_short(struct grid *g, bool known, const char *mark, double value)
{
	if (known)
		cell(g, "%s%.*f", mark, digits(value), value);
	else
		cell(g, "-");
}

static void table_row(struct grid *g, const struct row *r)
{
	cell(g, "%s", r->name);
	cell(g, "%" PRIu64, r->count);
	cell(g, "%.*f", r->rate < 9999.5, r->rate);
	cell_short(g, true, "", r->own / 1e6);
	cell(g, "%.*f", r->own_percent < 99.95, r->own_percent);
	cell_short(g, true, "", r->total / 1e6);
	cell_short(g, r->has_mean, "", r->mean / 1e3);
	cell_percentile(g, r, r->p50);
	cell_percentile(g, r, r->p99);
	/* A bound that is rounded down would be none */
	cell_short(g, r->has_max, r->max_exact ? "" : "<",
		   r->max_exact ? r->max / 1e3 : rounded_up(r->max / 1e3));
}

/* As many to a line as fit. */
static void states(FILE *to, const struct block *b)
{
	char text[64];
	int used = 0, len;
	size_t i;

	for (i = 0; i < KVMLAT_NR_STATES; i++) {
		if (!b->account.times[i])
			continue;
		len = snprintf(text, sizeof(text), "%s %.2f %%", kvmlat_state_name(i),
			       share(b->account.times[i], b->account.elapsed));
		/* And a comma behind it */
		if (used && used + 2 + len < LINE) {
			used += fprintf(to, ", ");
		} else if (used) {
			fputs(",\n", to);
			used = 0;
		}
		used += fprintf(to, "%s", text);
	}
	if (used)
		fputc('\n', to);
	if (b->open)
		fprintf(to, "in %s for %.3f ms\n", b->open_name, b->open_for / 1e6);
}

static void table(FILE *to, const struct sample *s, const struct block *b, struct widths *kept)
{
	struct grid g = { .columns = 10, .left = 1, .min = 4, .narrow = true, .kept = kept };
	struct row sum = block_sum(b);
	size_t i;

	(void)s;
	fputc('\n', to);
	states(to, b);
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
