// SPDX-License-Identifier: GPL-2.0-only
/* States over time: of each VM a chart, with a lane for each vCPU. */
#include <stdlib.h>

#include "draw.h"

#define LANE_HEIGHT	26
#define LANE_STEP	32
#define LANES_TOP	14

/* So many steps of all lanes together: more would be slow to scroll, and long. */
#define MAX_STEPS	(64 * MAX_SLICES)

static const uint64_t *times_of(const struct slice *s, size_t lane)
{
	static const uint64_t none[KVMLAT_NR_STATES];

	return lane < s->nr_stays ? s->stays[lane].times : none;
}

/* Two shares of @height, from below: of all states before @state, and with it. */
static void bounds(const uint64_t *times, unsigned int state, double height, double *from,
		   double *up_to)
{
	uint64_t sum = 0, before = 0;
	unsigned int i;

	for (i = 0; i < KVMLAT_NR_STATES; i++) {
		sum += times[i];
		if (i < state)
			before += times[i];
	}
	*from = sum ? height * before / sum : 0;
	*up_to = sum ? height * (before + times[state]) / sum : 0;
}

/* There and back again, as long as slices follow each other. */
static void area(const struct chart *c, const struct timeline *t, size_t lane, unsigned int state,
		 size_t first, size_t end)
{
	double low, high, height = c->bottom - c->top;
	size_t i;

	fputc('M', c->to);
	put_number(c->to, chart_x(c, t->slices[first].begin));
	for (i = first; i < end; i++) {
		bounds(times_of(&t->slices[i], lane), state, height, &low, &high);
		fputc(i == first ? ' ' : 'V', c->to);
		put_number(c->to, c->bottom - high);
		fputc('H', c->to);
		put_number(c->to, chart_x(c, t->slices[i].end));
	}
	for (i = end; i-- > first;) {
		bounds(times_of(&t->slices[i], lane), state, height, &low, &high);
		fputc('V', c->to);
		put_number(c->to, c->bottom - low);
		fputc('H', c->to);
		put_number(c->to, chart_x(c, t->slices[i].begin));
	}
	fputc('Z', c->to);
}

static bool is_seen(const struct timeline *t, size_t lane, unsigned int state, size_t i)
{
	double low, high;

	bounds(times_of(&t->slices[i], lane), state, LANE_HEIGHT, &low, &high);
	return high - low >= 0.05;
}

static void draw_state(const struct chart *c, const struct timeline *t, size_t lane,
		       unsigned int state)
{
	size_t i, first;
	bool any = false;

	for (i = 0; i < t->nr; i++) {
		if (!is_seen(t, lane, state, i))
			continue;
		for (first = i++; i < t->nr && is_seen(t, lane, state, i) &&
		     t->slices[i].begin == t->slices[i - 1].end; i++)
			;
		if (!any)
			fprintf(c->to, "<path class=\"s%u\" d=\"", state);
		any = true;
		area(c, t, lane, state, first, i);
		i--;
	}
	if (any)
		fputs("\"/>", c->to);
}

static void shares(FILE *to, const struct lane *l)
{
	uint64_t sum = 0;
	unsigned int i, told = 0;

	for (i = 0; i < KVMLAT_NR_STATES; i++)
		sum += l->times[i];
	for (i = 0; i < KVMLAT_NR_STATES; i++)
		if (share(l->times[i], sum) >= 0.05)
			fprintf(to, "%s%s %.1f %%", told++ ? ", " : "", kvmlat_state_name(i),
				share(l->times[i], sum));
}

static void draw_lane(struct chart *c, const struct timeline *t, size_t lane)
{
	const struct lane *l = &t->lanes[lane];
	unsigned int i;

	fprintf(c->to, "<g><title>vCPU %u: ", l->vcpu_id);
	shares(c->to, l);
	fprintf(c->to, "</title><text class=\"tick end\" x=\"%d\" y=\"", CHART_LEFT - 6);
	put_number(c->to, c->bottom - LANE_HEIGHT / 2 + 4);
	fprintf(c->to, "\">vCPU %u</text><path class=\"lane\" d=\"M%d ", l->vcpu_id, CHART_LEFT);
	put_number(c->to, c->top);
	fprintf(c->to, "H%dv%dH%dz\"/>", CHART_RIGHT, LANE_HEIGHT, CHART_LEFT);
	for (i = 0; i < KVMLAT_NR_STATES; i++)
		draw_state(c, t, lane, i);
	fputs("</g>\n", c->to);
}

static void figures(FILE *to, const struct timeline *t, uint32_t vm_id)
{
	size_t i, n;

	fputs("<details><summary>Figures</summary><div class=\"wide\"><table><thead><tr>\n"
	      "<th scope=\"col\">vCPU</th>", to);
	for (i = 0; i < KVMLAT_NR_STATES; i++)
		fprintf(to, "<th scope=\"col\">%s %%</th>", kvmlat_state_name(i));
	fputs("<th scope=\"col\">preempted %</th></tr></thead><tbody>\n", to);
	for (i = 0; i < t->nr_lanes; i++) {
		const struct lane *l = &t->lanes[i];
		uint64_t sum = 0;

		if (l->vm_id != vm_id)
			continue;
		for (n = 0; n < KVMLAT_NR_STATES; n++)
			sum += l->times[n];
		fprintf(to, "<tr><th scope=\"row\">%u</th>", l->vcpu_id);
		for (n = 0; n < KVMLAT_NR_STATES; n++)
			fprintf(to, "<td>%.2f</td>", share(l->times[n], sum));
		fprintf(to, "<td>%.2f</td></tr>\n", share(l->preempted, sum));
	}
	fputs("</tbody></table></div></details>\n", to);
}

static void draw_vm(FILE *to, const struct page *p, size_t first)
{
	const struct timeline *t = &p->timeline;
	uint32_t vm_id = t->lanes[first].vm_id;
	struct chart c = { .to = to, .moments = &p->moments };
	char id[32], title[KVMLAT_NAME_SIZE + 64];
	size_t i, n = 0, nr = 0;

	for (i = first; i < t->nr_lanes; i++)
		nr += t->lanes[i].vm_id == vm_id;
	snprintf(id, sizeof(id), "states-%u", vm_id);
	snprintf(title, sizeof(title), "States over time of the vCPUs of VM %u %s", vm_id,
		 t->lanes[first].guest);
	fputs("<figure class=\"vm\"><figcaption><b>", to);
	put_guest(to, t->lanes[first].guest, vm_id);
	fprintf(to, "</b> <span class=\"dim\">VM %u, %zu vCPU%s</span></figcaption>\n", vm_id, nr,
		nr == 1 ? "" : "s");
	chart_begin(&c, id, LANES_TOP + nr * LANE_STEP + 14, title,
		    "A lane for each vCPU, filled by the share of each state; the figures follow.");
	for (i = first; i < t->nr_lanes; i++) {
		if (t->lanes[i].vm_id != vm_id)
			continue;
		c.top = LANES_TOP + n++ * LANE_STEP;
		c.bottom = c.top + LANE_HEIGHT;
		draw_lane(&c, t, i);
	}
	c.top = LANES_TOP;
	chart_times(&c);
	chart_marks(&c);
	chart_end(&c);
	figures(to, t, vm_id);
	fputs("</figure>\n", to);
}

void draw_states(FILE *to, struct page *p)
{
	struct timeline *t = &p->timeline;
	size_t i, n;

	fputs("<section id=\"states\"><h2>Where time went</h2>\n<p class=\"legend\">", to);
	for (i = 0; i < KVMLAT_NR_STATES; i++)
		fprintf(to, "<span><svg viewBox=\"0 0 12 12\" aria-hidden=\"true\"><path class=\"s%zu\" d=\"M0 0h12v12H0z\"/></svg> %s</span> ",
			i, kvmlat_state_name(i));
	fputs("</p>\n<p class=\"dim\">guest: its own code ran. exit: KVM handled an exit. user: the VMM. poll and wait: halted. runq: ready, without a CPU. off: blocked.</p>\n",
	      to);
	while (t->nr > 16 && t->nr * t->nr_lanes > MAX_STEPS)
		timeline_halve(t);
	for (i = 0; i < t->nr_lanes; i++) {
		for (n = 0; n < i && t->lanes[n].vm_id != t->lanes[i].vm_id; n++)
			;
		if (n == i)
			draw_vm(to, p, i);
	}
	if (t->hidden)
		fprintf(to, "<p>%zu more vCPUs are not drawn: choose VMs with --guest.</p>\n",
			t->hidden);
	fputs("</section>\n", to);
}
