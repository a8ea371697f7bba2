// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>

#include "block.h"
#include "csv.h"
#include "json.h"
#include "view.h"

static const char * const header[] = {
	"SPAN", "COUNT", "TIME/ms", "TIME%", "MEAN/us", "P50/us", "P99/us", "P99.9/us", "MAX/us",
	NULL
};

/* Polls that ended with a wakeup, and all that began. */
struct polls {
	uint64_t	hits;
	uint64_t	all;
};

static struct polls polls_of(const struct block *b)
{
	const struct kvmlat_reason *hit, *miss;
	struct polls p = { 0 };

	hit = kvmlat_find_reason(&b->account, KVMLAT_REASON_CLASS_POLL_HIT, 0);
	miss = kvmlat_find_reason(&b->account, KVMLAT_REASON_CLASS_POLL_MISS, 0);
	p.hits = hit ? hit->count : 0;
	p.all = p.hits + (miss ? miss->count : 0);
	return p;
}

static void table(FILE *to, const struct sample *s, const struct block *b, struct widths *kept)
{
	struct grid g = { .columns = 9, .left = 1, .min = 6, .kept = kept };
	const struct kvmlat_halt *h = &b->account.halt;
	struct polls p = polls_of(b);
	size_t i;

	(void)s;
	fputc('\n', to);
	cells(&g, header);
	for (i = 0; i < b->nr_rows; i++) {
		const struct row *r = &b->rows[i];

		cell(&g, "%s", r->name);
		cell(&g, "%" PRIu64, r->count);
		cell(&g, "%.2f", r->total / 1e6);
		cell(&g, "%.2f", r->time_percent);
		cell_cost(&g, r, 1);
	}
	print_grid(to, &g);
	fprintf(to, "polls: %" PRIu64 " of %" PRIu64 " succeeded", p.hits, p.all);
	if (p.all)
		fprintf(to, " (%.2f %%)", share(p.hits, p.all));
	fprintf(to, "; window %.1f", h->window_min / 1e3);
	if (h->window_max != h->window_min)
		fprintf(to, " to %.1f", h->window_max / 1e3);
	fprintf(to, " us, grown %" PRIu64 ", shrunk %" PRIu64 "\n", h->grow, h->shrink);
	fprintf(to, "invalid wakeups: %" PRIu64 "\n", h->invalid);
}

static void json(struct json_object *o, const struct sample *s, const struct block *b)
{
	struct json_object *spans = json_object_new_array(), *span;
	const struct kvmlat_halt *h = &b->account.halt;
	struct polls p = polls_of(b);
	size_t i;

	(void)s;
	for (i = 0; i < b->nr_rows; i++) {
		const struct row *r = &b->rows[i];

		span = json_object_new_object();
		add_text(span, "name", r->name);
		add_u64(span, "count", r->count);
		add(span, "rate", double_of(r->rate, 3));
		add_u64(span, "total_ns", r->total);
		add(span, "time_percent", double_of(r->time_percent, 4));
		json_cost(span, r);
		json_object_array_add(spans, span);
	}
	add(o, "spans", spans);
	add_u64(o, "polls", p.all);
	add_u64(o, "polls_successful", p.hits);
	add(o, "success_percent", p.all ? double_of(share(p.hits, p.all), 4) : NULL);
	add_u64(o, "window_min_ns", h->window_min);
	add_u64(o, "window_max_ns", h->window_max);
	add_u64(o, "grow", h->grow);
	add_u64(o, "shrink", h->shrink);
	add_u64(o, "invalid", h->invalid);
}

static const char * const columns[] = {
	"span", "count", "rate", "total_ns", "time_percent", "mean_ns", "p50_ns",
	"p99_ns", "p999_ns", "max_ns", "max_bound_ns", "elapsed_ns", "polls", "polls_successful",
	"window_min_ns", "window_max_ns", "grow", "shrink", "invalid", NULL
};

static void line(FILE *to, const struct sample *s, const struct block *b, const struct row *r)
{
	const struct kvmlat_halt *h = &b->account.halt;
	struct polls p = polls_of(b);

	csv_whose(to, s, b);
	fprintf(to, "%s,%" PRIu64 ",%.3f,%" PRIu64 ",%.4f,", r->name, r->count, r->rate, r->total,
		r->time_percent);
	csv_cost(to, r);
	fprintf(to, "%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%u,%u,%" PRIu64 ",%" PRIu64 ",%" PRIu64 "\n",
		b->account.elapsed, p.all, p.hits, h->window_min, h->window_max, h->grow,
		h->shrink, h->invalid);
}

static void csv(FILE *to, const struct sample *s, const struct block *b)
{
	size_t i;

	for (i = 0; i < b->nr_rows; i++)
		line(to, s, b, &b->rows[i]);
}

static const char *note(const struct sample *s)
{
	(void)s;
	return "how late a timer of the host fired is part of the halt, and in no other row";
}

const struct sample_view halt_view = {
	.kind = "halt", .columns = columns, .note = note,
	.table = table, .json = json, .csv = csv,
};
