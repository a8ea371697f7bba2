// SPDX-License-Identifier: GPL-2.0-only
/* Percentile curves: which share of the events of a reason took at most how long. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "draw.h"

#define HEIGHT		320
#define TOP		12
#define BOTTOM		(HEIGHT - 24)
#define RIGHT		800
#define MAX_CURVES	8
#define LABEL_STEP	14

/** struct end - where a curve ends, whose @name goes beside it */
struct end {
	double		x;
	double		y;
	double		label;
	const char	*name;
	size_t		nr;
};

/** struct plot - a chart whose horizontal axis is the share, up to @nines of nines */
struct plot {
	struct chart	chart;
	double		nines;
	size_t		nr_ends;
	struct end	ends[MAX_CURVES];
};

static double plot_x(const struct plot *p, double rest)
{
	double nines = rest > 0 ? -log10(rest) : p->nines;

	if (nines > p->nines)
		nines = p->nines;
	return CHART_LEFT + nines / p->nines * (RIGHT - CHART_LEFT);
}

static const struct kvmlat_reason *reason_of(const struct block *b, const struct row *r)
{
	return kvmlat_find_reason(&b->account, r->cls, r->code);
}

static double middle(const struct kvmlat_reason *r, unsigned int index)
{
	double low = kvmlat_bucket_lower(index), high = kvmlat_bucket_upper(index);
	double ns = index == KVMLAT_HIST_BUCKETS - 1 ? low : (low + high) / 2;

	return ns > r->longest_max ? r->longest_max : ns < 1 ? 1 : ns;
}

static void curve(struct plot *p, const struct kvmlat_reason *r, const char *name, size_t nr)
{
	struct chart *c = &p->chart;
	uint64_t sum = 0, seen = 0;
	double y = 0;
	size_t i;

	for (i = 0; i < r->nr_buckets; i++)
		sum += r->buckets[i].count;
	fprintf(c->to, "<g class=\"c%zu\"><title>", nr);
	put_escaped(c->to, name);
	fputs("</title><path d=\"", c->to);
	for (i = 0; i < r->nr_buckets; i++) {
		y = chart_y(c, middle(r, r->buckets[i].index));
		if (i)
			fputc('V', c->to);
		else
			fprintf(c->to, "M%d ", CHART_LEFT);
		put_number(c->to, y);
		seen += r->buckets[i].count;
		fputc('H', c->to);
		/* Of so many events no more nines are known. */
		put_number(c->to, plot_x(p, seen < sum ? (double)(sum - seen) / sum : 0.5 / sum));
	}
	fputs("\"/></g>\n", c->to);
	p->ends[p->nr_ends++] = (struct end){ plot_x(p, 0.5 / sum), y, y, name, nr };
}

static int higher(const void *a, const void *b)
{
	const struct end *x = a, *y = b;

	return (x->y > y->y) - (x->y < y->y);
}

/* Names are in the order of the ends, keep off each other and stay beside the plot. */
static void names(struct plot *p)
{
	FILE *to = p->chart.to;
	double low = BOTTOM;
	size_t i;

	qsort(p->ends, p->nr_ends, sizeof(*p->ends), higher);
	for (i = 1; i < p->nr_ends; i++)
		p->ends[i].label = fmax(p->ends[i].y, p->ends[i - 1].label + LABEL_STEP);
	for (i = p->nr_ends; i-- > 0; low = p->ends[i].label - LABEL_STEP)
		p->ends[i].label = fmin(p->ends[i].label, low);
	for (i = 0; i < p->nr_ends; i++) {
		const struct end *e = &p->ends[i];

		fprintf(to, "<g class=\"c%zu\"><path class=\"lead\" d=\"M", e->nr);
		put_number(to, e->x);
		fputc(' ', to);
		put_number(to, e->y);
		fprintf(to, "L%d ", RIGHT + 8);
		put_number(to, e->label);
		fprintf(to, "\"/><text x=\"%d\" y=\"", RIGHT + 12);
		put_number(to, e->label + 4);
		fputs("\">", to);
		put_escaped(to, e->name);
		fputs("</text></g>\n", to);
	}
}

static void shares_axis(const struct plot *p)
{
	static const char * const names[] = {
		"0 %", "90 %", "99 %", "99.9 %", "99.99 %", "99.999 %", "99.9999 %", "99.99999 %",
	};
	unsigned int i;
	double x;

	for (i = 0; i <= p->nines && i < sizeof(names) / sizeof(*names); i++) {
		x = plot_x(p, pow(10, -(double)i));
		fputs("<path class=\"grid\" d=\"M", p->chart.to);
		put_number(p->chart.to, x);
		fprintf(p->chart.to, " %dV%d\"/><text class=\"tick mid\" x=\"", TOP, BOTTOM);
		put_number(p->chart.to, x);
		fprintf(p->chart.to, "\" y=\"%d\">%s</text>\n", BOTTOM + 15, names[i]);
	}
}

static int dearer(const void *a, const void *b)
{
	const struct row *x = *(const struct row * const *)a, *y = *(const struct row * const *)b;

	return x->total < y->total ? 1 : x->total > y->total ? -1 : 0;
}

/* Those that cost most. */
static size_t choose(const struct block *b, const struct row **rows)
{
	const struct row **all = calloc(b->nr_rows + 1, sizeof(*all));
	size_t i, nr = 0;

	if (!all)
		abort();
	for (i = 0; i < b->nr_rows; i++) {
		const struct kvmlat_reason *r = reason_of(b, &b->rows[i]);

		if (r && r->count && r->nr_buckets)
			all[nr++] = &b->rows[i];
	}
	if (nr)
		qsort(all, nr, sizeof(*all), dearer);
	nr = nr > MAX_CURVES ? MAX_CURVES : nr;
	memcpy(rows, all, nr * sizeof(*rows));
	free(all);
	return nr;
}

static void figures(FILE *to, const struct block *b)
{
	size_t i;

	fputs("<details><summary>Figures</summary><div class=\"wide\"><table><thead><tr><th scope=\"col\">Reason</th><th scope=\"col\">Count</th><th scope=\"col\">A second</th><th scope=\"col\">Mean</th><th scope=\"col\">p50</th><th scope=\"col\">p99</th><th scope=\"col\">p99.9</th><th scope=\"col\">Longest, at most</th></tr></thead><tbody>\n",
	      to);
	for (i = 0; i < b->nr_rows; i++) {
		const struct row *r = &b->rows[i];
		const double times[] = { r->mean, r->p50, r->p99, r->p999, r->max };
		size_t n;

		if (!r->count)
			continue;
		fputs("<tr><th scope=\"row\">", to);
		put_escaped(to, r->name);
		fprintf(to, "</th><td>%llu</td><td>%.1f</td>", (unsigned long long)r->count,
			r->rate);
		for (n = 0; n < 5; n++) {
			fputs("<td>", to);
			if (!n || n == 4 || r->has_percentiles)
				put_time(to, times[n]);
			fputs("</td>", to);
		}
		fputs("</tr>\n", to);
	}
	fputs("</tbody></table></div></details>\n", to);
}

static void draw(FILE *to, const struct sample *s, const char *id, const char *title,
		 const char *about)
{
	const struct block *b = s->nr_blocks ? &s->blocks[0] : NULL;
	const struct row *rows[MAX_CURVES];
	double low = HUGE_VAL, high = 1, most = 10;
	struct plot p = { .chart = { .to = to, .top = TOP, .bottom = BOTTOM, .right = RIGHT } };
	size_t i, nr = b ? choose(b, rows) : 0;

	fprintf(to, "<figure><figcaption><b>%s</b> <span class=\"dim\">%s</span></figcaption>\n",
		title, about);
	if (!nr) {
		fputs("<p>None.</p></figure>\n", to);
		return;
	}
	for (i = 0; i < nr; i++) {
		const struct kvmlat_reason *r = reason_of(b, rows[i]);

		low = fmin(low, middle(r, r->buckets[0].index));
		high = fmax(high, middle(r, r->buckets[r->nr_buckets - 1].index));
		most = fmax(most, r->count);
	}
	p.nines = fmin(fmax(ceil(log10(most)), 2), 7);
	chart_span(&p.chart, low, high);
	chart_begin(&p.chart, id, HEIGHT, title,
		    "A curve for each reason: the share of events that took at most so long. The figures follow.");
	chart_decades(&p.chart);
	shares_axis(&p);
	for (i = 0; i < nr; i++)
		curve(&p, reason_of(b, rows[i]), rows[i]->name, i);
	names(&p);
	chart_end(&p.chart);
	figures(to, b);
	fputs("</figure>\n", to);
}

void draw_curves(FILE *to, const struct sample *exits, const struct sample *spans)
{
	fputs("<section id=\"curves\"><h2>Percentiles</h2>\n", to);
	draw(to, spans, "curve-spans", "What kept guests waiting",
	     "the share that took at most so long");
	draw(to, exits, "curve-exits", "Exits by reason", "those that cost most time");
	fputs("</section>\n", to);
}
