// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>

#include "block.h"
#include "csv.h"
#include "json.h"
#include "view.h"

/* What is left of a line of 80 characters beside the figures. */
#define BAR	20

/* Buckets of one octave, as linux/kvmlat.h has them. */
#define SUB	8

static const char bar[BAR + 1] = "####################";

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/* So many empty lines and more become one. */
#define GAP	3

/* Some buckets in one line. */
struct span {
	uint64_t	from;
	uint64_t	to;
	uint64_t	count;
	bool		last;
};

static struct span bucket_span(unsigned int index)
{
	struct span s = { .from = kvmlat_bucket_lower(index) };

	s.last = index == KVMLAT_HIST_BUCKETS - 1;
	if (!s.last)
		s.to = kvmlat_bucket_upper(index) + 1;
	return s;
}

/* What lies below the first octave, an octave, or what lies above the last. */
static unsigned int octave_of(unsigned int index)
{
	return (index + SUB - 1) / SUB;
}

static struct span octave_span(unsigned int octave)
{
	struct span s = bucket_span(octave ? (octave - 1) * SUB + 1 : 0);

	if (octave && !s.last)
		s.to = 2 * s.from;
	return s;
}

/* Lines for all from the first to the last that is not empty, at most KVMLAT_HIST_BUCKETS. */
static unsigned int make_spans(const struct kvmlat_reason *r, bool full, struct span *spans)
{
	unsigned int n, first = 0, nr = 0;
	size_t i;

	for (i = 0; i < r->nr_buckets; i++) {
		const struct kvmlat_bucket *b = &r->buckets[i];

		n = full ? b->index : octave_of(b->index);
		if (!i)
			first = n;
		for (; first + nr <= n; nr++)
			spans[nr] = full ? bucket_span(first + nr) : octave_span(first + nr);
		spans[nr - 1].count += b->count;
	}
	return nr;
}

static void span_line(struct grid *g, const struct span *s, const struct unit *unit, uint64_t seen,
		      uint64_t all, uint64_t most)
{
	int length = (double)s->count / most * BAR + 0.5;

	cell(g, "%.*f", unit->digits, s->from / unit->ns);
	if (s->last)
		cell(g, "-");
	else
		cell(g, "%.*f", unit->digits, s->to / unit->ns);
	cell(g, "%" PRIu64, s->count);
	cell(g, "%.2f", share(s->count, all));
	cell(g, "%.2f", share(seen, all));
	cell(g, "%s", length || !s->count ? bar + BAR - length : ".");
}

static void spans_table(FILE *to, const struct kvmlat_reason *r, const struct hist_wish *wish,
			struct widths *kept)
{
	static const char * const header[] = { "FROM", "TO", "COUNT", "%", "CUM%", "", NULL };
	static const char * const dots[] = { "...", "", "", "", "", "", NULL };
	struct grid g = { .columns = 6, .ragged = true, .kept = kept };
	struct span spans[KVMLAT_HIST_BUCKETS];
	unsigned int i, next, n = make_spans(r, wish->full, spans);
	uint64_t all = 0, most = 1, seen = 0;

	for (i = 0; i < n; i++) {
		all += spans[i].count;
		if (spans[i].count > most)
			most = spans[i].count;
	}
	cells(&g, header);
	for (i = 0; i < n; i = next) {
		next = i + 1;
		while (!spans[i].count && next < n && !spans[next].count)
			next++;
		if (next - i >= GAP) {
			cells(&g, dots);
			continue;
		}
		for (; i < next; i++) {
			seen += spans[i].count;
			span_line(&g, &spans[i], wish->unit, seen, all, most);
		}
	}
	print_grid(to, &g);
}

/* Two digits are known of a percentile. */
static void percentile_text(FILE *to, const char *name, const struct unit *unit, double ns,
			    double longest)
{
	double time = percentile_round(ns, longest) / unit->ns;
	int digits = 0;
	double left;

	for (left = time; left && left < 9.95 && digits < unit->digits; left *= 10)
		digits++;
	fprintf(to, "%s%.*f", name, digits, time);
}

/* What is long needs fewer digits: the line is to fit on a screen. */
static void named_time(FILE *to, const char *name, const struct unit *unit, double ns)
{
	double time = ns / unit->ns;

	fprintf(to, "%s%.*f", name, time >= 100 && unit->digits ? 1 : unit->digits, time);
}

static void percentiles(FILE *to, const struct kvmlat_reason *r, const struct unit *unit)
{
	static const struct {
		unsigned int	permille;
		const char	*name;
	} list[] = { { 500, "  p50 " }, { 900, "  p90 " }, { 990, "  p99 " }, { 999, "  p99.9 " } };
	uint64_t ns;
	size_t i;

	named_time(to, "mean ", unit, (double)r->total / r->count);
	for (i = 0; i < ARRAY_SIZE(list); i++)
		if (kvmlat_percentile(r, list[i].permille, &ns))
			percentile_text(to, list[i].name, unit, ns, r->longest_max);
	named_time(to, r->longest_min == r->longest_max ? "  max " : "  max <", unit,
		   r->longest_max);
	fputc('\n', to);
}

static void table(FILE *to, const struct sample *s, const struct block *b, struct widths *kept)
{
	const struct unit *unit = s->hist->unit;
	size_t i;

	fputc('\n', to);
	if (!b->nr_histograms)
		fprintf(to, "%s: none\n", s->hist->pick.name);
	for (i = 0; i < b->nr_histograms; i++) {
		const struct histogram *h = &b->histograms[i];

		fprintf(to, "%s%s: %" PRIu64 ", %.3f ms in all; times in %s\n", i ? "\n" : "",
			h->name, h->sum.count, h->sum.total / 1e6, unit->name);
		if (!h->sum.count)
			continue;
		spans_table(to, &h->sum, s->hist, kept);
		percentiles(to, &h->sum, unit);
	}
}

static struct json_object *buckets(const struct kvmlat_reason *r)
{
	struct json_object *list = json_object_new_array(), *o;
	size_t i;

	for (i = 0; i < r->nr_buckets; i++) {
		struct span s = bucket_span(r->buckets[i].index);

		o = json_object_new_object();
		add_u64(o, "from_ns", s.from);
		add_if(o, "to_ns", !s.last, s.to);
		add_u64(o, "count", r->buckets[i].count);
		json_object_array_add(list, o);
	}
	return list;
}

static void add_percentile(struct json_object *o, const char *name, const struct kvmlat_reason *r,
			   unsigned int permille)
{
	uint64_t ns = 0;
	bool known = kvmlat_percentile(r, permille, &ns);

	add_if(o, name, known, ns);
}

static void json(struct json_object *o, const struct sample *s, const struct block *b)
{
	struct json_object *list = json_object_new_array(), *e;
	size_t i;

	(void)s;
	for (i = 0; i < b->nr_histograms; i++) {
		const struct kvmlat_reason *r = &b->histograms[i].sum;
		bool some = r->count;

		e = json_object_new_object();
		add_text(e, "name", b->histograms[i].name);
		add_u64(e, "count", r->count);
		add_u64(e, "total_ns", r->total);
		add(e, "mean_ns", some ? double_of((double)r->total / r->count, 1) : NULL);
		add(e, "stddev_ns", some ? double_of(histogram_stddev(r), 1) : NULL);
		add_percentile(e, "p50_ns", r, 500);
		add_percentile(e, "p90_ns", r, 900);
		add_percentile(e, "p99_ns", r, 990);
		add_percentile(e, "p999_ns", r, 999);
		add_if(e, "max_ns", some && r->longest_min == r->longest_max, r->longest_max);
		add_if(e, "max_bound_ns", some, r->longest_max);
		add(e, "buckets", buckets(r));
		json_object_array_add(list, e);
	}
	add(o, "histograms", list);
}

static const char * const columns[] = { "name", "from_ns", "to_ns", "count", NULL };

static void csv(FILE *to, const struct sample *s, const struct block *b)
{
	size_t i, n;

	for (i = 0; i < b->nr_histograms; i++) {
		const struct histogram *h = &b->histograms[i];

		for (n = 0; n < h->sum.nr_buckets; n++) {
			struct span span = bucket_span(h->sum.buckets[n].index);

			csv_whose(to, s, b);
			text(to, h->name);
			fprintf(to, ",%" PRIu64 ",", span.from);
			csv_if(to, !span.last, span.to);
			fprintf(to, "%" PRIu64 "\n", h->sum.buckets[n].count);
		}
	}
}

/* Who asks how late a guest runs after a halt must not take the answer for all of it. */
static const char *note(const struct sample *s)
{
	uint32_t classes = s->hist->pick.classes;

	if (classes & 1U << KVMLAT_REASON_CLASS_WAKE)
		return "how late a timer of the host fired before the wakeup is not in it";
	if (classes & (1U << KVMLAT_REASON_CLASS_HALT | 1U << KVMLAT_REASON_CLASS_SLEEP))
		return "how late a timer of the host fired is part of the time";
	return NULL;
}

const struct sample_view hist_view = {
	.kind = "hist", .columns = columns, .note = note, .table = table, .json = json, .csv = csv,
};
