// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "draw.h"

static void head(FILE *to, const struct page *p)
{
	const struct report *r = p->report;
	const char *host = notes_find(r->notes, "host");
	const char *name = strrchr(r->file, '/');
	time_t seconds = r->begin / (int64_t)NSEC_PER_SEC;
	char day[32] = "-", begin[CLOCK_TEXT_SIZE], end[CLOCK_TEXT_SIZE];
	struct tm tm;

	if (localtime_r(&seconds, &tm))
		strftime(day, sizeof(day), "%Y-%m-%d", &tm);
	name = name ? name + 1 : r->file;
	fputs("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
	      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	      "<meta name=\"color-scheme\" content=\"light dark\">\n<title>kvmlat: ", to);
	put_escaped(to, name);
	fprintf(to, "</title>\n<style>%s</style></head>\n<body>\n<a class=\"skip\" href=\"#verdict\">To what is wrong</a>\n<header><h1>",
		page_style);
	put_escaped(to, host ? host : name);
	fprintf(to, "</h1><p>%s, %s to %s, %u interval%s of ", day,
		clock_text(&p->moments, p->moments.begin, 0, begin),
		clock_text(&p->moments, p->moments.end, 0, end), r->intervals,
		r->intervals == 1 ? "" : "s");
	put_escaped(to, name);
	fputs("</p>\n<nav aria-label=\"Sections\"><a href=\"#verdict\">Verdict</a> <a href=\"#outliers\">The worst</a> <a href=\"#heat\">Latency</a> <a href=\"#states\">States</a> <a href=\"#curves\">Percentiles</a> ",
	      to);
	if (r->nr_changes)
		fputs("<a href=\"#changes\">Changes</a> ", to);
	fputs("<a href=\"#host\">Host</a></nav></header>\n<main>\n", to);
}

static int find_moments(struct page *p, const struct interval *in)
{
	const struct report *r = p->report;
	struct moments *m = &p->moments;
	const struct timeline *t = &p->timeline;
	size_t i;

	m->begin = t->nr ? t->slices[0].begin : in->begin.monotonic;
	m->end = in->end.monotonic;
	m->real = in->end.real - (m->end - m->begin);
	m->nr_marks = r->nr_changes;
	m->marks = calloc(r->nr_changes + 1, sizeof(*m->marks));
	if (!m->marks)
		return -1;
	for (i = 0; i < r->nr_changes; i++)
		m->marks[i] = m->begin + (r->changes[i].time - m->real);
	return 0;
}

static struct sample *all_of(const struct kvmlat_snapshot *whole, const struct interval *in,
			     enum view view)
{
	const struct wish wish = {
		.grouping = GROUP_ALL, .view = view, .skip_zeros = true, .whole = true,
		.now = in->end,
	};

	return sample_make(whole, in->guests, &wish);
}

int page_write(FILE *to, struct page *p, const struct kvmlat_snapshot *whole,
	       const struct interval *in)
{
	struct sample *exits = all_of(whole, in, VIEW_EXITS);
	struct sample *spans = all_of(whole, in, VIEW_LATENESS);
	int ret = -1;

	if (exits && spans && !find_moments(p, in)) {
		worst_sort(&p->worst);
		tolls_sort(&p->report->tolls);
		head(to, p);
		draw_verdict(to, p, spans);
		draw_worst(to, p);
		draw_heats(to, p);
		draw_states(to, p);
		draw_curves(to, exits, spans);
		draw_changes(to, p);
		draw_host(to, p);
		fprintf(to, "</main>\n<p id=\"said\" class=\"said\" role=\"status\" aria-live=\"polite\"></p>\n<footer>kvmlat %s</footer>\n<script>%s</script>\n</body></html>\n",
			KVMLAT_VERSION, page_script);
		ret = 0;
	}
	sample_free(exits);
	sample_free(spans);
	return ret;
}

void page_free(struct page *p)
{
	timeline_free(&p->timeline);
	worst_free(&p->worst);
	free(p->moments.marks);
}
