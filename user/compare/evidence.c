// SPDX-License-Identifier: GPL-2.0-only
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "evidence.h"

#define DRAWS	250
#define LEVEL	0.05

/* Of continued fractions. */
#define TINY	DBL_MIN
#define PRECISE	(1.0 / (1LL << 40))

int sums_begin(struct sums *s, size_t room, size_t width)
{
	s->nr = 0;
	s->width = width;
	s->sums = calloc((room + 1) * width + 1, sizeof(*s->sums));
	return s->sums ? 0 : -1;
}

void sums_put(struct sums *s, const double *values)
{
	const double *from = s->sums + s->nr * s->width;
	double *to = s->sums + ++s->nr * s->width;
	size_t i;

	for (i = 0; i < s->width; i++)
		to[i] = from[i] + values[i];
}

void sums_free(struct sums *s)
{
	free(s->sums);
	s->sums = NULL;
}

/* The same draws each time: who compares twice reads the same. */
static uint32_t next(uint64_t *random)
{
	*random = *random * 6364136223846793005ULL + 1442695040888963407ULL;
	return *random >> 33;
}

/* Most buckets are empty in all intervals. */
struct columns {
	size_t	first;
	size_t	end;
};

static struct columns columns_of(const struct sums *s)
{
	const double *all = s->sums + s->nr * s->width;
	struct columns c = { 0, s->width };

	while (c.first < c.end && !all[c.first])
		c.first++;
	while (c.end > c.first && !all[c.end - 1])
		c.end--;
	return c;
}

static void add_span(double *to, const struct sums *s, const struct columns *c, size_t from,
		     size_t end)
{
	const double *x = s->sums + from * s->width, *y = s->sums + end * s->width;
	size_t i;

	for (i = c->first; i < c->end; i++)
		to[i] += y[i] - x[i];
}

/* Long enough to hold what is alike, and short enough that there are some. */
static size_t block_of(size_t nr)
{
	return ceil(sqrt(nr));
}

static size_t blocks_of(size_t nr)
{
	return (nr + block_of(nr) - 1) / block_of(nr);
}

/* How far draws of blocks of that length spread, squared; NAN if most have no figure. */
static double spread(const struct sums *s, const struct figure_of *f, size_t length)
{
	const struct columns c = columns_of(s);
	size_t blocks = (s->nr + length - 1) / length, i, n, nr = 0, at;
	double *sum = calloc(s->width + 1, sizeof(*sum)), value, mean = 0, square = 0, more;
	uint64_t random = 4711;

	if (!sum)
		return NAN;
	for (i = 0; i < DRAWS; i++) {
		memset(sum, 0, s->width * sizeof(*sum));
		for (n = 0; n < blocks; n++) {
			/* The end goes on at the begin: each interval is drawn as often. */
			at = next(&random) % s->nr;
			if (at + length <= s->nr) {
				add_span(sum, s, &c, at, at + length);
			} else {
				add_span(sum, s, &c, at, s->nr);
				add_span(sum, s, &c, 0, at + length - s->nr);
			}
		}
		value = f->value(sum, s->width, f->ctx);
		if (isnan(value))
			continue;
		more = value - mean;
		mean += more / ++nr;
		square += more * (value - mean);
	}
	free(sum);
	if (nr < DRAWS * 9 / 10)
		return NAN;
	return square / (nr - 1) * blocks / (blocks - 1.);
}

/*
 * How far the figure may be off, squared. Blocks of any length lose what is alike across their
 * ends: twice as much if they are half as long, so what both lose can be told.
 */
static double variance(const struct sums *s, const struct figure_of *f)
{
	double whole = spread(s, f, block_of(s->nr)), half = spread(s, f, block_of(s->nr) / 2);

	return fmax(whole, 2 * whole - half);
}

static double beta_fraction(double a, double b, double x)
{
	double c = 1, d = 1 - (a + b) * x / (a + 1), h, delta, t;
	int m;

	d = 1 / (fabs(d) < TINY ? TINY : d);
	h = d;
	for (m = 1; m < 300; m++) {
		t = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
		d = 1 / (1 + t * d);
		c = 1 + t / c;
		h *= d * c;
		t = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
		d = 1 / (1 + t * d);
		c = 1 + t / c;
		delta = d * c;
		h *= delta;
		if (fabs(delta - 1) < PRECISE)
			break;
	}
	return h;
}

static double beta_part(double a, double b, double x)
{
	double front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log(1 - x));

	if (x < (a + 1) / (a + b + 2))
		return front * beta_fraction(a, b, x) / a;
	return 1 - front * beta_fraction(b, a, 1 - x) / b;
}

double beyond_t(double t, double df)
{
	double x = df / (df + t * t);

	return x >= 1 ? 1 : x <= 0 ? 0 : beta_part(df / 2, 0.5, x);
}

/* So far from the middle that only @level is beyond. */
static double bound_t(double level, double df)
{
	double low = 0, high = 1e6, middle;
	int i;

	for (i = 0; i < 100; i++) {
		middle = (low + high) / 2;
		if (beyond_t(middle, df) > level)
			low = middle;
		else
			high = middle;
	}
	return high;
}

struct evidence compare(const struct sums *a, const struct sums *b, const struct figure_of *f)
{
	struct evidence e = { .log = f->log };
	double x, y;

	if (a->nr < FEWEST_INTERVALS || b->nr < FEWEST_INTERVALS)
		return e;
	x = f->value(a->sums + a->nr * a->width, a->width, f->ctx);
	y = f->value(b->sums + b->nr * b->width, b->width, f->ctx);
	/* Of nothing no share can be told. */
	if (isnan(x) || isnan(y) || (!f->log && !(x > 0)))
		return e;
	e.a = f->log ? exp(x) : x;
	e.b = f->log ? exp(y) : y;
	e.difference = y - x;
	e.off = sqrt(variance(a, f) + variance(b, f));
	e.df = blocks_of(a->nr) + blocks_of(b->nr) - 2.;
	e.known = !isnan(e.off);
	return e;
}

static double as_change(const struct evidence *e, double difference)
{
	return e->log ? exp(difference) - 1 : difference / e->a;
}

void conclude(struct evidence *e, size_t compared)
{
	double off = e->off * bound_t(LEVEL / compared, e->df);

	e->change = as_change(e, e->difference);
	e->low = as_change(e, e->difference - off);
	e->high = as_change(e, e->difference + off);
	e->claimed = fabs(e->change) >= SMALLEST_CHANGE && (e->low > 0 || e->high < 0);
}
