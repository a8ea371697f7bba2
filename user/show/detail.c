// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>

#include "base/clock.h"
#include "block.h"
#include "csv.h"
#include "model/detail_names.h"
#include "json.h"
#include "view.h"

static const char * const header[] = {
	"KIND", "KEY", "COUNT", "RATE/s", "ERR", "TIME/ms", "TIME%", "MEAN/us", "MAX/us", NULL
};

struct sums {
	uint64_t	count;
	uint64_t	total;
};

static struct sums sums_of(const struct kvmlat_account *a)
{
	struct sums sums = { 0 };
	size_t i;

	for (i = 0; i < a->nr_details; i++) {
		sums.count += a->details[i].count;
		sums.total += a->details[i].total;
	}
	return sums;
}

/* The count of those whose time is known. */
static uint64_t known(const struct kvmlat_detail *d)
{
	return d->count - d->error;
}

/* How long details have been counted: they can begin long after the account does. */
static uint64_t counted(const struct kvmlat_account *a)
{
	return a->details_since && a->details_since < a->end ? a->end - a->details_since : 0;
}

/* Of what key, as who works with it writes it. */
static void key_text(char *buf, size_t size, const struct kvmlat_detail *d)
{
	bool decimal = d->kind == KVMLAT_DETAIL_KIND_HYPERCALL ||
		       d->kind == KVMLAT_DETAIL_KIND_XEN_CALL;

	snprintf(buf, size, decimal ? "%" PRIu64 : "0x%" PRIx64, d->key);
}

/* The table has a line of 80: a figure that has four digits before the point needs none behind. */
static void cell_short(struct grid *g, const struct kvmlat_detail *d, const char *mark, double ns)
{
	cell_us(g, known(d), mark, ns, ns < NSEC_PER_MSEC);
}

static void table(FILE *to, const struct sample *s, const struct block *b, struct widths *kept)
{
	struct grid g = { .columns = 9, .left = 2, .min = 4, .narrow = true, .kept = kept };
	const struct kvmlat_account *a = &b->account;
	struct sums sums = sums_of(a);
	const char *name;
	double rate;
	char key[32];
	size_t i;

	if (s->cumulative && a->details_since)
		fprintf(to, "; details %.3f s", (double)counted(a) / NSEC_PER_SEC);
	fputc('\n', to);
	cells(&g, header);
	for (i = 0; i < a->nr_details; i++) {
		const struct kvmlat_detail *d = &a->details[i];

		key_text(key, sizeof(key), d);
		cell(&g, "%s", kvmlat_detail_kind_name(d->kind));
		name = detail_name(d->kind, d->key);
		cell(&g, "%s%s%s", key, name ? " " : "", name ? name : "");
		cell(&g, "%" PRIu64, d->count);
		rate = rate_of(d->count, counted(a));
		if (a->details_since)
			cell(&g, "%.*f", rate < 9999.5, rate);
		else
			cell(&g, "-");
		cell(&g, "%s%" PRIu64, d->error ? "-" : "", d->error);
		cell(&g, "%.*f", d->total < 1000 * NSEC_PER_MSEC ? 3 : 1, d->total / 1e6);
		cell(&g, "%.1f", share(d->total, sums.total));
		cell_short(&g, d, "", known(d) ? (double)d->total / known(d) : 0);
		cell_short(&g, d, d->longest_min == d->longest_max ? "" : "<", d->longest_max);
	}
	print_grid(to, &g);
	if (a->details_evicted)
		fprintf(to, "%" PRIu64 " times made a key room for another: a COUNT is at most ERR too high,\n"
			"and a key that is not listed has at most %" PRIu64 "\n",
			a->details_evicted, kvmlat_details_unlisted(a));
	if (!b->details)
		fprintf(to, "details are %s; \"kvmlat detail on\" switches them on\n",
			b->grouping == GROUP_ALL ? "off in at least one VM" : "off");
}

static void json(struct json_object *o, const struct sample *s, const struct block *b)
{
	struct json_object *list = json_object_new_array(), *e;
	const struct kvmlat_account *a = &b->account;
	struct sums sums = sums_of(a);
	const char *name;
	char key[32];
	size_t i;

	(void)s;
	add_bool(o, "on", b->details);
	add_if(o, "counted_ns", a->details_since, counted(a));
	add_u64(o, "evicted", a->details_evicted);
	add_u64(o, "unlisted_max", kvmlat_details_unlisted(a));
	for (i = 0; i < a->nr_details; i++) {
		const struct kvmlat_detail *d = &a->details[i];

		key_text(key, sizeof(key), d);
		e = json_object_new_object();
		add_text(e, "kind", kvmlat_detail_kind_name(d->kind));
		add_u64(e, "key", d->key);
		add_text(e, "key_text", key);
		name = detail_name(d->kind, d->key);
		add(e, "key_name", name ? json_object_new_string(name) : NULL);
		add_u64(e, "count", d->count);
		add(e, "rate", a->details_since ?
			       double_of(rate_of(d->count, counted(a)), 3) : NULL);
		add_u64(e, "error", d->error);
		add(e, "count_percent", double_of(share(d->count, sums.count), 4));
		add_u64(e, "total_ns", d->total);
		add(e, "time_percent", double_of(share(d->total, sums.total), 4));
		add(e, "mean_ns", known(d) ? double_of((double)d->total / known(d), 1) : NULL);
		add_if(e, "max_ns", known(d) && d->longest_min == d->longest_max, d->longest_max);
		add_if(e, "max_bound_ns", known(d), d->longest_max);
		json_object_array_add(list, e);
	}
	add(o, "details", list);
}

static const char * const columns[] = {
	"kind", "key", "count", "error", "count_percent", "total_ns", "time_percent",
	"mean_ns", "max_ns", "max_bound_ns", "evicted", "unlisted_max", "rate", "counted_ns",
	"key_name", NULL
};

static void line(FILE *to, const struct sample *s, const struct block *b,
		 const struct kvmlat_detail *d)
{
	const struct kvmlat_account *a = &b->account;
	const char *name = detail_name(d->kind, d->key);
	struct sums sums = sums_of(a);
	char key[32];

	key_text(key, sizeof(key), d);
	csv_whose(to, s, b);
	fprintf(to, "%s,%s,%" PRIu64 ",%" PRIu64 ",%.4f,%" PRIu64 ",%.4f,",
		kvmlat_detail_kind_name(d->kind), key, d->count, d->error,
		share(d->count, sums.count), d->total, share(d->total, sums.total));
	if (known(d))
		fprintf(to, "%.1f", (double)d->total / known(d));
	fputc(',', to);
	csv_if(to, known(d) && d->longest_min == d->longest_max, d->longest_max);
	csv_if(to, known(d), d->longest_max);
	fprintf(to, "%" PRIu64 ",%" PRIu64 ",", a->details_evicted, kvmlat_details_unlisted(a));
	if (a->details_since)
		fprintf(to, "%.3f,%" PRIu64 ",", rate_of(d->count, counted(a)), counted(a));
	else
		fputs(",,", to);
	fprintf(to, "%s\n", name ? name : "");
}

static void csv(FILE *to, const struct sample *s, const struct block *b)
{
	size_t i;

	for (i = 0; i < b->account.nr_details; i++)
		line(to, s, b, &b->account.details[i]);
}

const struct sample_view detail_view = {
	.kind = "detail", .columns = columns, .table = table, .json = json, .csv = csv,
};
