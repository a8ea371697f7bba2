// SPDX-License-Identifier: GPL-2.0-only
#include <math.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "chart.h"
#include "markup.h"

const char *clock_text(const struct moments *m, int64_t at, int fine, char *text)
{
	int64_t real = m->real + (at - m->begin);
	time_t seconds = real / (int64_t)NSEC_PER_SEC;
	struct tm tm;
	size_t n;

	if (!localtime_r(&seconds, &tm) || !strftime(text, CLOCK_TEXT_SIZE, "%H:%M:%S", &tm))
		strcpy(text, "-");
	n = strlen(text);
	if (fine)
		snprintf(text + n, CLOCK_TEXT_SIZE - n, ".%03d",
			 (int)(real % (int64_t)NSEC_PER_SEC / 1000000));
	return text;
}

void chart_begin(const struct chart *c, const char *id, double height, const char *title,
		 const char *about)
{
	const struct moments *m = c->moments;

	fprintf(c->to, "<svg id=\"%s\" viewBox=\"0 0 %d ", id, CHART_WIDTH);
	put_number(c->to, height);
	fprintf(c->to, "\" role=\"img\" aria-labelledby=\"%s-t %s-d\"", id, id);
	if (m)
		fprintf(c->to, " class=\"timed\" data-real=\"%.3f\" data-span=\"%.6f\"",
			m->real / 1e6, (m->end - m->begin) / 1e6);
	fprintf(c->to, ">\n<title id=\"%s-t\">", id);
	put_escaped(c->to, title);
	fprintf(c->to, "</title><desc id=\"%s-d\">", id);
	put_escaped(c->to, about);
	fputs("</desc>\n", c->to);
}

void chart_end(const struct chart *c)
{
	fputs("</svg>\n", c->to);
}

double chart_x(const struct chart *c, int64_t at)
{
	const struct moments *m = c->moments;
	double part = (double)(at - m->begin) / (m->end > m->begin ? m->end - m->begin : 1);

	part = part < 0 ? 0 : part > 1 ? 1 : part;
	return CHART_LEFT + part * (CHART_RIGHT - CHART_LEFT);
}

double chart_y(const struct chart *c, double ns)
{
	double part = ns <= c->low ? 0 : log(ns / c->low) / log(c->high / c->low);

	return c->bottom - (part > 1 ? 1 : part) * (c->bottom - c->top);
}

void chart_span(struct chart *c, double low, double high)
{
	c->low = pow(10, floor(log10(low > 1 ? low : 1)));
	c->high = pow(10, ceil(log10(high > 1 ? high : 1)));
	if (c->high <= c->low)
		c->high = c->low * 10;
}

static void put_decade(FILE *to, double ns)
{
	static const char * const units[] = { "ns", "µs", "ms", "s" };
	unsigned int unit = 0;

	for (; unit < 3 && ns > 999; unit++)
		ns /= 1000;
	fprintf(to, "%.0f %s", ns, units[unit]);
}

void chart_decades(const struct chart *c)
{
	double ns, y;

	for (ns = pow(10, ceil(log10(c->low * 0.9999))); ns <= c->high * 1.0001; ns *= 10) {
		y = chart_y(c, ns);
		fprintf(c->to, "<path class=\"grid\" d=\"M%d ", CHART_LEFT);
		put_number(c->to, y);
		fprintf(c->to, "H%.0f\"/><text class=\"tick end\" x=\"%d\" y=\"",
			c->right ? c->right : CHART_RIGHT, CHART_LEFT - 6);
		put_number(c->to, y + 4);
		fputs("\">", c->to);
		put_decade(c->to, ns);
		fputs("</text>\n", c->to);
	}
}

/* The least of these of which no more than eight are in the time that is shown. */
static int64_t tick_step(int64_t span)
{
	static const double steps[] = {
		0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120,
		300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800,
	};
	size_t i, nr = sizeof(steps) / sizeof(*steps);

	for (i = 0; i < nr - 1; i++)
		if (span / 8 < steps[i] * 1e9)
			break;
	return steps[i] * 1e9;
}

static void tick_text(const struct chart *c, int64_t real, int64_t step)
{
	time_t seconds = real / (int64_t)NSEC_PER_SEC;
	const char *how = step < 60 * (int64_t)NSEC_PER_SEC ? "%H:%M:%S" : "%H:%M";
	char text[32] = "-";
	struct tm tm;

	if (localtime_r(&seconds, &tm)) {
		if (step >= 86400 * (int64_t)NSEC_PER_SEC)
			how = "%m-%d";
		strftime(text, sizeof(text), how, &tm);
	}
	fputs(text, c->to);
	if (step < (int64_t)NSEC_PER_SEC)
		fprintf(c->to, ".%03d", (int)(real % (int64_t)NSEC_PER_SEC / 1000000));
}

void chart_times(const struct chart *c)
{
	const struct moments *m = c->moments;
	int64_t span = m->end - m->begin, step = tick_step(span), real;
	time_t seconds = m->real / (int64_t)NSEC_PER_SEC;
	int64_t offset = 0;
	struct tm tm;

	/* Full hours are those of the wall's clock. */
	if (localtime_r(&seconds, &tm))
		offset = tm.tm_gmtoff * (int64_t)NSEC_PER_SEC;
	for (real = ((m->real + offset) / step + 1) * step - offset; real <= m->real + span;
	     real += step) {
		double x = chart_x(c, m->begin + (real - m->real));

		fputs("<path class=\"grid\" d=\"M", c->to);
		put_number(c->to, x);
		fputc(' ', c->to);
		put_number(c->to, c->top);
		fputc('V', c->to);
		put_number(c->to, c->bottom);
		fputs("\"/><text class=\"tick mid\" x=\"", c->to);
		put_number(c->to, x);
		fputs("\" y=\"", c->to);
		put_number(c->to, c->bottom + 15);
		fputs("\">", c->to);
		tick_text(c, real, step);
		fputs("</text>\n", c->to);
	}
}

void chart_marks(const struct chart *c)
{
	const struct moments *m = c->moments;
	double x, last = -100;
	size_t i;

	for (i = 0; i < m->nr_marks; i++) {
		x = chart_x(c, m->marks[i]);
		/* Those that would be one line are. */
		if (x - last < 0.5)
			continue;
		fputs("<path class=\"mark\" d=\"M", c->to);
		put_number(c->to, x);
		fputc(' ', c->to);
		put_number(c->to, c->top - 4);
		fputc('V', c->to);
		put_number(c->to, c->bottom);
		fputs("\"/>", c->to);
		if (x - last >= 14) {
			fputs("<text class=\"tick mid\" x=\"", c->to);
			put_number(c->to, x);
			fputs("\" y=\"", c->to);
			put_number(c->to, c->top - 6);
			fprintf(c->to, "\">%zu</text>", i + 1);
		}
		fputc('\n', c->to);
		last = x;
	}
}
