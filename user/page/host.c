// SPDX-License-Identifier: GPL-2.0-only
/* Changes of knobs, the VMs, and what the host was like. */
#include "draw.h"
#include "show/knob.h"

static void change(FILE *to, const struct page *p, size_t i)
{
	const struct report_change *c = &p->report->changes[i];
	const struct kvmlat_knob_value *k = &c->event.knob;
	char clock[CLOCK_TEXT_SIZE], where[64], old[64], now[64];

	fprintf(to, "<tr><th scope=\"row\">%zu</th><td>%s</td><td class=\"text\">%s ", i + 1,
		clock_text(&p->moments, p->moments.marks[i], 1, clock),
		kvmlat_action_name(c->event.action));
	put_escaped(to, k->name);
	fputc(' ', to);
	put_escaped(to, knob_scope(k, where, sizeof(where)));
	fputc(' ', to);
	put_escaped(to, c->guest);
	fputs("</td><td class=\"text\">", to);
	put_escaped(to, level_text(k, &k->old, old, sizeof(old)));
	fputs(" to ", to);
	put_escaped(to, level_text(k, &k->now, now, sizeof(now)));
	fputs("</td><td class=\"text\">", to);
	put_escaped(to, kvmlat_result_name(k->result));
	fputs("</td><td class=\"text\">", to);
	put_escaped(to, c->event.comm);
	fprintf(to, ", pid %u, uid %u</td></tr>\n", c->event.pid, c->event.uid);
}

void draw_changes(FILE *to, const struct page *p)
{
	size_t i;

	if (!p->report->nr_changes)
		return;
	fputs("<section id=\"changes\"><h2>Changes of knobs</h2>\n<p class=\"dim\">Their numbers are those of the marks in the charts.</p>\n<div class=\"wide\"><table><thead><tr><th scope=\"col\">Mark</th><th scope=\"col\">When</th><th scope=\"col\" class=\"text\">What</th><th scope=\"col\" class=\"text\">From and to</th><th scope=\"col\" class=\"text\">Result</th><th scope=\"col\" class=\"text\">By</th></tr></thead><tbody>\n",
	      to);
	for (i = 0; i < p->report->nr_changes; i++)
		change(to, p, i);
	fputs("</tbody></table></div></section>\n", to);
}

void draw_host(FILE *to, const struct page *p)
{
	const struct report *r = p->report;
	char clock[CLOCK_TEXT_SIZE];
	size_t i;

	fputs("<section id=\"host\"><h2>VMs and host</h2>\n<div class=\"wide\"><table><thead><tr><th scope=\"col\">VM</th><th scope=\"col\" class=\"text\">Guest</th><th scope=\"col\">pid</th><th scope=\"col\">vCPUs</th><th scope=\"col\">Seen from</th><th scope=\"col\">to</th></tr></thead><tbody>\n",
	      to);
	for (i = 0; i < r->nr_vms; i++) {
		const struct report_vm *vm = &r->vms[i];

		fprintf(to, "<tr><th scope=\"row\">%u</th><td class=\"text\">", vm->vm_id);
		put_escaped(to, vm->guest);
		fprintf(to, "</td><td>%u</td><td>%u</td><td>%s</td>", vm->pid, vm->vcpus,
			clock_text(&p->moments, p->moments.begin + (vm->first - p->moments.real), 0,
				   clock));
		fprintf(to, "<td>%s%s</td></tr>\n",
			clock_text(&p->moments, p->moments.begin + (vm->last - p->moments.real), 0,
				   clock), vm->gone ? ", gone" : "");
	}
	fputs("</tbody></table></div>\n<details><summary>The host</summary><dl>\n", to);
	for (i = 0; i < r->notes->nr; i++) {
		fputs("<dt>", to);
		put_escaped(to, r->notes->all[i].name);
		fputs("</dt><dd>", to);
		put_escaped(to, r->notes->all[i].text);
		fputs("</dd>\n", to);
	}
	fputs("</dl></details></section>\n", to);
}
