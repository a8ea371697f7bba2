// SPDX-License-Identifier: GPL-2.0-only
#include "base/text.h"
#include "compare.h"
#include "grid.h"
#include "json.h"

static const char * const verdicts[] = {
	[VERDICT_NONE] = "no evidence", [VERDICT_BETTER] = "better", [VERDICT_WORSE] = "worse",
	[VERDICT_OTHER] = "other",
};

size_t count_verdicts(const struct comparison *c, enum verdict verdict)
{
	size_t i, nr = 0;

	for (i = 0; i < c->nr; i++)
		nr += c->all[i].verdict == verdict;
	return nr;
}

static void cell_figure(struct grid *g, const struct compared *c, double value)
{
	char text[16];

	switch (c->in) {
	case TOLD_NS:
		text_time(text, sizeof(text), value);
		cell(g, "%s", text);
		return;
	case TOLD_SHARE:
		cell(g, "%.3f%%", 100 * value);
		return;
	default:
		text_rate(text, sizeof(text), value);
		cell(g, "%s/s", text);
	}
}

static void table(FILE *to, const struct compare_view *v)
{
	static const char * const heads[] = {
		"FIGURE", "A", "B", "CHANGE %", "FROM", "TO", "VERDICT", NULL
	};
	const struct comparison *c = v->comparison;
	const struct member *of = NULL;
	struct grid g;
	size_t i;

	fprintf(to, "A: %s, %zu intervals\nB: %s, %zu intervals\n", v->a, v->series_a->nr_units,
		v->b, v->series_b->nr_units);
	for (i = 0; i < c->nr; i++) {
		const struct compared *x = &c->all[i];
		const struct evidence *e = &x->evidence;

		if (!v->all && x->verdict == VERDICT_NONE)
			continue;
		if (x->of != of) {
			if (of)
				print_grid(to, &g);
			of = x->of;
			fprintf(to, "\nVM %u \"%s\"", of->vm_id, of->guest);
			if (of->vcpu_id != NO_VCPU)
				fprintf(to, " vcpu %u", of->vcpu_id);
			fputc('\n', to);
			g = (struct grid){ .columns = 7, .left = 1, .ragged = true };
			cells(&g, heads);
		}
		cell(&g, "%s", x->name);
		cell_figure(&g, x, e->a);
		cell_figure(&g, x, e->b);
		cell(&g, "%+.1f", 100 * e->change);
		cell(&g, "%+.1f", 100 * e->low);
		cell(&g, "%+.1f", 100 * e->high);
		cell(&g, "%s", verdicts[x->verdict]);
	}
	if (of)
		print_grid(to, &g);
	fprintf(to, "\n%zu figures compared: %zu worse, %zu better, %zu other, of %zu no evidence\n",
		c->nr, count_verdicts(c, VERDICT_WORSE), count_verdicts(c, VERDICT_BETTER),
		count_verdicts(c, VERDICT_OTHER), count_verdicts(c, VERDICT_NONE));
	if (c->nr)
		fputs("FROM and TO hold for all of them together, in 95 % of cases\n", to);
}

static struct json_object *of_one(const struct compared *x)
{
	static const char * const units[] = {
		[TOLD_NS] = "ns", [TOLD_SHARE] = "share", [TOLD_RATE] = "1/s",
	};
	const struct evidence *e = &x->evidence;
	struct json_object *o = json_object_new_object();

	add_u64(o, "vm_id", x->of->vm_id);
	add_text(o, "guest", x->of->guest);
	add_if(o, "vcpu_id", x->of->vcpu_id != NO_VCPU, x->of->vcpu_id);
	add_text(o, "figure", x->name);
	add_text(o, "unit", units[x->in]);
	add(o, "a", double_of(e->a, 6));
	add(o, "b", double_of(e->b, 6));
	add(o, "change_percent", double_of(100 * e->change, 3));
	add(o, "low_percent", double_of(100 * e->low, 3));
	add(o, "high_percent", double_of(100 * e->high, 3));
	add_text(o, "verdict", verdicts[x->verdict]);
	return o;
}

static void json(FILE *to, const struct compare_view *v)
{
	struct json_object *o = document("compare"), *list = json_object_new_array();
	const struct comparison *c = v->comparison;
	size_t i;

	add_text(o, "a", v->a);
	add_text(o, "b", v->b);
	add_u64(o, "intervals_a", v->series_a->nr_units);
	add_u64(o, "intervals_b", v->series_b->nr_units);
	add_u64(o, "compared", c->nr);
	add_u64(o, "worse", count_verdicts(c, VERDICT_WORSE));
	add_u64(o, "better", count_verdicts(c, VERDICT_BETTER));
	add_u64(o, "other", count_verdicts(c, VERDICT_OTHER));
	for (i = 0; i < c->nr; i++)
		json_object_array_add(list, of_one(&c->all[i]));
	add(o, "figures", list);
	print(to, o);
}

void show_comparison(FILE *to, enum output output, const struct compare_view *v)
{
	if (output == OUTPUT_JSON)
		json(to, v);
	else
		table(to, v);
}
