// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "model/row.h"
#include "bars.h"
#include "base/text.h"

#define EIGHTHS	8

/* From an eighth of a column to a whole one. */
static const char * const parts[EIGHTHS] = {
	"\u258f", "\u258e", "\u258d", "\u258c", "\u258b", "\u258a", "\u2589", "\u2588"
};

/* The first bucket, for all that is shorter than can be told apart, is never folded. */
static unsigned int group_of(unsigned int index, unsigned int size)
{
	return index ? 1 + (index - 1) / size : 0;
}

static unsigned int first_of(unsigned int group, unsigned int size)
{
	return group ? 1 + (group - 1) * size : 0;
}

unsigned int bars_fold(const struct kvmlat_reason *r, struct bar *bars, unsigned int max)
{
	unsigned int first, last, size = 1, nr, i;
	size_t b;

	if (!r->nr_buckets || !max)
		return 0;
	for (;; size *= 2) {
		first = group_of(r->buckets[0].index, size);
		last = group_of(r->buckets[r->nr_buckets - 1].index, size);
		if (last - first < max)
			break;
		/* Only the bucket of the shortest is left beside one for all others. */
		if (size >= KVMLAT_HIST_BUCKETS)
			return 0;
	}
	nr = last - first + 1;
	for (i = 0; i < nr; i++) {
		unsigned int end = first_of(first + i + 1, size) - 1;

		bars[i].lower = kvmlat_bucket_lower(first_of(first + i, size));
		bars[i].upper = kvmlat_bucket_upper(end < KVMLAT_HIST_BUCKETS ? end :
						    KVMLAT_HIST_BUCKETS - 1);
		bars[i].count = 0;
	}
	for (b = 0; b < r->nr_buckets; b++)
		bars[group_of(r->buckets[b].index, size) - first].count += r->buckets[b].count;
	return nr;
}

static void draw(char *to, size_t size, double part, unsigned int columns, bool utf8)
{
	unsigned int eighths = ceil(part * columns * EIGHTHS);
	unsigned int whole = eighths / EIGHTHS, rest = eighths % EIGHTHS, i;
	size_t n = 0;

	to[0] = 0;
	for (i = 0; i < whole && n < size; i++)
		n += snprintf(to + n, size - n, "%s", utf8 ? parts[EIGHTHS - 1] : "#");
	if (rest && n < size)
		snprintf(to + n, size - n, "%s", utf8 ? parts[rest - 1] : "#");
}

#define HEAD_COLUMNS	44

void bars_header(unsigned int width, char *line)
{
	char text[HEAD_COLUMNS + 1];

	snprintf(text, sizeof(text), "%7s  %7s  %10s %6s %6s", "FROM", "TO", "COUNT", "%", "CUM%");
	text_fit(line, LINE_SIZE, text, width);
}

void bars_line(const struct bar *bar, uint64_t before, uint64_t all, uint64_t peak,
	       unsigned int width, bool utf8, char *line)
{
	char lower[16], upper[16] = "more", text[LINE_SIZE];
	size_t n;

	text_time(lower, sizeof(lower), bar->lower);
	if (bar->upper != UINT64_MAX)
		text_time(upper, sizeof(upper), bar->upper + 1.0);
	n = snprintf(text, sizeof(text), "%7s  %7s  %10" PRIu64 " %6.2f %6.2f  ", lower, upper,
		     bar->count, share(bar->count, all), share(before + bar->count, all));
	if (width > HEAD_COLUMNS && bar->count)
		draw(text + n, sizeof(text) - n, (double)bar->count / peak, width - HEAD_COLUMNS,
		     utf8);
	text_fit(line, LINE_SIZE, text, width);
}

static void percentile(const struct kvmlat_reason *r, unsigned int permille, char *to, size_t size)
{
	uint64_t ns;

	text_time(to, size, kvmlat_percentile(r, permille, &ns) ? ns : NAN);
}

void bars_summary(const struct kvmlat_reason *r, const struct kvmlat_account *a,
		  unsigned int line, char *to, size_t size)
{
	char rate[16], sum[16], percent[16], mean[16], p[4][16], max[16];
	uint64_t duration = a->end - a->start;

	if (!line) {
		text_rate(rate, sizeof(rate),
			  duration ? rate_of(r->count, duration) : NAN);
		text_time(sum, sizeof(sum), r->total);
		text_percent(percent, sizeof(percent),
			     a->elapsed ? share(r->total, a->elapsed) : NAN);
		text_time(mean, sizeof(mean), r->count ? (double)r->total / r->count : NAN);
		snprintf(to, size, "count %" PRIu64 "  rate %s/s  time %s (%s %%)  mean %s",
			 r->count, rate, sum, percent, mean);
		return;
	}
	percentile(r, 500, p[0], sizeof(p[0]));
	percentile(r, 900, p[1], sizeof(p[1]));
	percentile(r, 990, p[2], sizeof(p[2]));
	percentile(r, 999, p[3], sizeof(p[3]));
	text_time(max, sizeof(max), r->count ? r->longest_max : NAN);
	snprintf(to, size, "p50 %s  p90 %s  p99 %s  p99.9 %s  max %s%s", p[0], p[1], p[2], p[3],
		 r->count && r->longest_min != r->longest_max ? "<" : "", max);
}
