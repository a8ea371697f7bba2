// SPDX-License-Identifier: GPL-2.0-only
/* The worst outliers: when they were, and why. */
#include "draw.h"

#define HEIGHT	200
#define TOP	18
#define BOTTOM	(HEIGHT - 22)

/* So many are in sight. */
#define FIRST	8

static void dot(const struct chart *c, const struct late *l, size_t nr)
{
	char clock[CLOCK_TEXT_SIZE];

	fprintf(c->to, "<a href=\"#late-%zu\" tabindex=\"-1\"><circle class=\"dot\" cx=\"", nr);
	put_number(c->to, chart_x(c, l->at));
	fputs("\" cy=\"", c->to);
	put_number(c->to, chart_y(c, l->total));
	fprintf(c->to, "\" r=\"4\"><title>%s ", clock_text(c->moments, l->at, 1, clock));
	put_guest(c->to, l->guest, l->vm_id);
	fprintf(c->to, " vCPU %u, ", l->vcpu_id);
	put_time(c->to, l->total);
	fputs(": ", c->to);
	put_escaped(c->to, l->text);
	fputs("</title></circle></a>\n", c->to);
}

static void list(FILE *to, const struct page *p, size_t i, size_t end)
{
	char clock[CLOCK_TEXT_SIZE];

	fputs("<div class=\"wide\"><table class=\"late\"><thead><tr><th scope=\"col\">When</th><th scope=\"col\" class=\"text\">Of whom</th><th scope=\"col\">How long</th><th scope=\"col\" class=\"text\">Why</th></tr></thead><tbody>\n",
	      to);
	for (; i < end; i++) {
		const struct late *l = &p->worst.all[i];

		fprintf(to, "<tr id=\"late-%zu\" tabindex=\"-1\"><td>%s</td><td>", i,
			clock_text(&p->moments, l->at, 1, clock));
		put_guest(to, l->guest, l->vm_id);
		fprintf(to, " vCPU %u</td><td>", l->vcpu_id);
		put_time(to, l->total);
		fputs("</td><td class=\"text\">", to);
		put_escaped(to, l->text);
		fputs("</td></tr>\n", to);
	}
	fputs("</tbody></table></div>\n", to);
}

void draw_worst(FILE *to, const struct page *p)
{
	const struct report *r = p->report;
	struct chart c = { .to = to, .moments = &p->moments, .top = TOP, .bottom = BOTTOM };
	size_t i, nr = p->worst.nr;

	fputs("<section id=\"outliers\"><h2>The worst</h2>\n", to);
	if (!nr) {
		fputs("<p>Nothing took longer than the recorder's threshold.</p></section>\n", to);
		return;
	}
	fprintf(to, "<p class=\"dim\">%s%zu of %llu that took longer than the recorder&#39;s threshold, the longest first.</p>\n<figure>\n",
		nr < r->tolls.outliers ? "" : "all ", nr, (unsigned long long)r->tolls.outliers);
	chart_span(&c, p->worst.all[nr - 1].total, p->worst.all[0].total);
	chart_begin(&c, "worst", HEIGHT, "The worst outliers over time",
		    "A dot for each, higher if it took longer; the table that follows has them all.");
	chart_decades(&c);
	chart_times(&c);
	chart_marks(&c);
	/* The longest are in front. */
	for (i = nr; i-- > 0;)
		dot(&c, &p->worst.all[i], i);
	chart_end(&c);
	list(to, p, 0, nr < FIRST ? nr : FIRST);
	if (nr > FIRST) {
		fprintf(to, "<details><summary>%zu more</summary>\n", nr - FIRST);
		list(to, p, FIRST, nr);
		fputs("</details>\n", to);
	}
	fputs("</figure></section>\n", to);
}
