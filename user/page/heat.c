// SPDX-License-Identifier: GPL-2.0-only
/* Heat maps: how many events of a kind were how long, over time. */
#include <math.h>

#include "draw.h"

#define HEIGHT		180
#define TOP		16
#define SHADES		7

/* Buckets that go into a cell: two cells are an octave. */
#define CELL		4
#define NR_CELLS	((KVMLAT_HIST_BUCKETS + CELL - 1) / CELL + 1)

static const struct {
	const char	*id;
	const char	*title;
	const char	*about;
} heats[NR_HEATS] = {
	[HEAT_WAKE]	= { "wake", "From a wakeup to the guest",
			    "how long a halted vCPU that was woken took until its guest ran" },
	[HEAT_TIMER]	= { "timer", "Timers of the guest",
			    "how long after its deadline the interrupt of a timer came" },
	[HEAT_RUNQ]	= { "runq", "Waits for a CPU",
			    "how long a vCPU that could run had none" },
	[HEAT_EXITS]	= { "exits", "Exits, of all reasons",
			    "how long from an exit to the next entry, with all that came between" },
};

/* The first bucket, which is from 0 on, is a cell of its own. */
static size_t cell_of(size_t bucket)
{
	return bucket ? 1 + (bucket - 1) / CELL : 0;
}

static double cell_low(size_t cell)
{
	return cell ? kvmlat_bucket_lower(1 + (cell - 1) * CELL) : 1;
}

static void cells_of(const struct slice *s, enum heat kind, uint64_t *cells)
{
	size_t i;

	for (i = 0; i < NR_CELLS; i++)
		cells[i] = 0;
	for (i = 0; i < KVMLAT_HIST_BUCKETS; i++)
		cells[cell_of(i)] += s->heat[kind][i];
}

/** struct used - which cells anything is in; @most is the most of one in a second */
struct used {
	bool	any;
	size_t	first;
	size_t	last;
	double	most;
};

static double rate(const struct slice *s, uint64_t count)
{
	return rate_of(count, s->end - s->begin);
}

static struct used used_of(const struct timeline *t, enum heat kind)
{
	struct used r = { .first = NR_CELLS };
	uint64_t cells[NR_CELLS];
	size_t i, n;

	for (i = 0; i < t->nr; i++) {
		cells_of(&t->slices[i], kind, cells);
		for (n = 0; n < NR_CELLS; n++) {
			if (!cells[n])
				continue;
			r.any = true;
			r.first = n < r.first ? n : r.first;
			r.last = n > r.last ? n : r.last;
			if (rate(&t->slices[i], cells[n]) > r.most)
				r.most = rate(&t->slices[i], cells[n]);
		}
	}
	return r;
}

/* By the logarithm: one that came once is what people look for. */
static unsigned int shade(const struct slice *s, uint64_t count, double most)
{
	double least = 1e9 / (s->end - s->begin), part;

	if (!count)
		return 0;
	part = most > least ? log(rate(s, count) / least) / log(most / least) : 1;
	return 1 + (unsigned int)(part * (SHADES - 1) + 0.5);
}

/* All cells of a shade are one path; neighbours in time are one rectangle. */
static void draw_shade(const struct chart *c, const struct timeline *t, enum heat kind,
		       const struct used *r, unsigned int which)
{
	uint64_t cells[NR_CELLS];
	bool any = false;
	size_t i, n;

	for (i = 0; i < t->nr; i++) {
		const struct slice *s = &t->slices[i];
		double x = chart_x(c, s->begin), width = chart_x(c, s->end) - x;

		cells_of(s, kind, cells);
		for (n = r->first; n <= r->last; n++) {
			double y = chart_y(c, cell_low(n + 1));

			if (shade(s, cells[n], r->most) != which)
				continue;
			fputs(any ? "M" : "<path d=\"M", c->to);
			any = true;
			put_number(c->to, x);
			fputc(' ', c->to);
			put_number(c->to, y);
			fputc('h', c->to);
			put_number(c->to, width);
			fputc('V', c->to);
			put_number(c->to, chart_y(c, cell_low(n)));
			fputc('H', c->to);
			put_number(c->to, x);
			fputc('z', c->to);
		}
	}
	if (any)
		fprintf(c->to, "\" class=\"h%u\"/>\n", which);
}

static bool percentile(const struct slice *s, enum heat kind, unsigned int permille, uint64_t *ns)
{
	struct kvmlat_bucket buckets[KVMLAT_HIST_BUCKETS];
	struct kvmlat_reason r = { .longest_max = UINT64_MAX, .buckets = buckets };
	unsigned int i;

	for (i = 0; i < KVMLAT_HIST_BUCKETS; i++)
		if (s->heat[kind][i])
			buckets[r.nr_buckets++] = (struct kvmlat_bucket){ i, s->heat[kind][i] };
	return kvmlat_percentile(&r, permille, ns);
}

static void draw_percentile(const struct chart *c, const struct timeline *t, enum heat kind,
			    unsigned int permille, const char *cls)
{
	bool on = false;
	uint64_t ns;
	size_t i;

	fprintf(c->to, "<path class=\"%s\" d=\"", cls);
	for (i = 0; i < t->nr; i++) {
		const struct slice *s = &t->slices[i];

		if (i && s->begin != t->slices[i - 1].end)
			on = false;
		if (!percentile(s, kind, permille, &ns)) {
			on = false;
			continue;
		}
		fputc(on ? 'L' : 'M', c->to);
		put_number(c->to, chart_x(c, s->begin + (s->end - s->begin) / 2));
		fputc(' ', c->to);
		put_number(c->to, chart_y(c, ns));
		on = true;
	}
	fputs("\"/>\n", c->to);
}

static void figures(FILE *to, const struct timeline *t, const struct moments *m, enum heat kind)
{
	static const unsigned int permilles[] = { 500, 990, 999 };
	size_t i, n, step = (t->nr + 23) / 24;
	char text[CLOCK_TEXT_SIZE];

	fputs("<details><summary>Figures</summary><div class=\"wide\"><table><thead><tr><th scope=\"col\">From</th><th scope=\"col\">Events</th><th scope=\"col\">p50</th><th scope=\"col\">p99</th><th scope=\"col\">p99.9</th></tr></thead><tbody>\n",
	      to);
	for (i = 0; i < t->nr; i += step) {
		struct slice sum = { .nr_stays = 0 };
		uint64_t events = 0, ns;
		size_t k;

		for (k = i; k < i + step && k < t->nr; k++)
			for (n = 0; n < KVMLAT_HIST_BUCKETS; n++) {
				sum.heat[kind][n] += t->slices[k].heat[kind][n];
				events += t->slices[k].heat[kind][n];
			}
		fprintf(to, "<tr><th scope=\"row\">%s</th><td>%llu</td>",
			clock_text(m, t->slices[i].begin, 0, text), (unsigned long long)events);
		for (n = 0; n < 3; n++) {
			fputs("<td>", to);
			if (percentile(&sum, kind, permilles[n], &ns))
				put_time(to, ns);
			fputs("</td>", to);
		}
		fputs("</tr>\n", to);
	}
	fputs("</tbody></table></div></details>\n", to);
}

static void draw_heat(FILE *to, const struct page *p, enum heat kind, const struct used *r)
{
	struct chart c = {
		.to = to, .moments = &p->moments, .top = TOP, .bottom = HEIGHT - 22,
	};
	char id[32], about[256];
	unsigned int i;

	c.low = cell_low(r->first);
	c.high = cell_low(r->last + 1);
	if (c.high < 10 * c.low)
		chart_span(&c, c.low, c.high);
	snprintf(id, sizeof(id), "heat-%s", heats[kind].id);
	snprintf(about, sizeof(about), "Heat map over time: %s. The figures follow.",
		 heats[kind].about);
	fprintf(to, "<figure><figcaption><b>%s</b> <span class=\"dim\">%s</span></figcaption>\n",
		heats[kind].title, heats[kind].about);
	chart_begin(&c, id, HEIGHT, heats[kind].title, about);
	fprintf(to, "<path class=\"lane\" d=\"M%d %dH%dV%dH%dz\"/>\n", CHART_LEFT, TOP, CHART_RIGHT,
		HEIGHT - 22, CHART_LEFT);
	for (i = 1; i <= SHADES; i++)
		draw_shade(&c, &p->timeline, kind, r, i);
	draw_percentile(&c, &p->timeline, kind, 500, "p50");
	draw_percentile(&c, &p->timeline, kind, 990, "p99");
	chart_decades(&c);
	chart_times(&c);
	chart_marks(&c);
	chart_end(&c);
	figures(to, &p->timeline, &p->moments, kind);
	fputs("</figure>\n", to);
}

void draw_heats(FILE *to, const struct page *p)
{
	struct used r;
	unsigned int i, drawn = 0;

	fputs("<section id=\"heat\"><h2>Latency over time</h2>\n<p class=\"legend\">few&nbsp;", to);
	for (i = 1; i <= SHADES; i++)
		fprintf(to, "<svg viewBox=\"0 0 12 12\" aria-hidden=\"true\"><path class=\"h%u\" d=\"M0 0h12v12H0z\"/></svg>",
			i);
	fputs("&nbsp;many a second, by the logarithm <span><svg viewBox=\"0 0 24 12\" class=\"line\" aria-hidden=\"true\"><path class=\"p50\" d=\"M0 6h24\"/></svg> p50</span> <span><svg viewBox=\"0 0 24 12\" class=\"line\" aria-hidden=\"true\"><path class=\"p99\" d=\"M0 6h24\"/></svg> p99</span></p>\n",
	      to);
	for (i = 0; i < NR_HEATS; i++) {
		r = used_of(&p->timeline, i);
		if (!r.any)
			continue;
		draw_heat(to, p, i, &r);
		drawn++;
	}
	if (!drawn)
		fputs("<p>Nothing happened.</p>\n", to);
	fputs("</section>\n", to);
}
