// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>

#include "csv.h"
#include "diff.h"
#include "grid.h"
#include "json.h"
#include "tune/value.h"

/* What the kernel has while nobody asks for less: PM_QOS_CPU_LATENCY_DEFAULT_VALUE. */
#define ANY_DMA_LATENCY	2000000000

static const char * const header[] = { "KNOB", "SCOPE", "NOW", "PROFILE", "NOTE", NULL };

static void dma(struct grid *g, int32_t us)
{
	if (us < 0)
		cell(g, "-");
	else if (us == ANY_DMA_LATENCY)
		cell(g, "any");
	else
		cell(g, "%" PRId32 "us", us);
}

static bool dma_differs(const struct diff_view *v)
{
	return v->profile->dma_latency >= 0 && v->profile->dma_latency != v->dma_latency;
}

bool diff_differs(const struct diff_view *v)
{
	const struct kvmlat_knob_value *k;
	size_t i;

	for (i = 0; i < v->nr; i++) {
		k = v->rows[i].intent.knob;
		if (k->now.known || !k->why[0])
			return true;
	}
	return dma_differs(v);
}

static void table(FILE *to, const struct diff_view *v)
{
	struct grid g = { .columns = 5, .left = 2, .ragged = true };
	char text[64];
	size_t i;

	cells(&g, header);
	if (dma_differs(v)) {
		cell(&g, "dma_latency");
		cell(&g, "host");
		dma(&g, v->dma_latency);
		dma(&g, v->profile->dma_latency);
		cell(&g, "-");
	}
	for (i = 0; i < v->nr; i++) {
		const struct intent *w = &v->rows[i].intent;
		const struct kvmlat_knob_value *k = w->knob;

		cell(&g, "%s", k->name);
		if (k->scope == KVMLAT_SCOPE_HOST)
			cell(&g, "host");
		else
			cell(&g, "vm %u", k->vm_id);
		value_format(k->unit, k->now.value, text, sizeof(text));
		cell(&g, "%s", k->now.known ? text : "-");
		value_format(k->unit, w->value, text, sizeof(text));
		cell(&g, "%s", w->inherit ? "inherit" : text);
		if (k->why[0])
			cell(&g, "%s", k->why);
		else
			cell(&g, "%s", v->rows[i].guest[0] ? v->rows[i].guest : "-");
	}
	print_grid(to, &g);
}

static void json(FILE *to, const struct diff_view *v)
{
	struct json_object *o = document("profile-diff"), *array = json_object_new_array(), *one;
	size_t i;

	add_text(o, "name", v->profile->name);
	add_if(o, "dma_latency_us", v->dma_latency >= 0, v->dma_latency);
	add_if(o, "profile_dma_latency_us", v->profile->dma_latency >= 0,
	       v->profile->dma_latency);
	for (i = 0; i < v->nr; i++) {
		const struct intent *w = &v->rows[i].intent;
		const struct kvmlat_knob_value *k = w->knob;
		bool vm = k->scope != KVMLAT_SCOPE_HOST;

		one = json_object_new_object();
		add_text(one, "knob", k->name);
		add_text(one, "scope", kvmlat_scope_name(k->scope));
		add_if(one, "vm_id", vm, k->vm_id);
		add(one, "guest", vm ? json_object_new_string(v->rows[i].guest) : NULL);
		add_text(one, "unit", kvmlat_unit_name(k->unit));
		add_if(one, "value", k->now.known, k->now.value);
		add_if(one, "profile_value", !w->inherit, w->value);
		add(one, "why", k->why[0] ? json_object_new_string(k->why) : NULL);
		json_object_array_add(array, one);
	}
	add(o, "knobs", array);
	print(to, o);
}

/* The columns are fixed in kvmlat-profile(1): add at the end. */
static void csv(FILE *to, const struct diff_view *v)
{
	size_t i;

	fputs("knob,scope,vm_id,guest,unit,value,profile_value,why\n", to);
	if (dma_differs(v)) {
		fputs("dma_latency,host,,,us,", to);
		if (v->dma_latency >= 0)
			fprintf(to, "%" PRId32, v->dma_latency);
		fprintf(to, ",%" PRId32 ",\n", v->profile->dma_latency);
	}
	for (i = 0; i < v->nr; i++) {
		const struct intent *w = &v->rows[i].intent;
		const struct kvmlat_knob_value *k = w->knob;

		fprintf(to, "%s,%s,", k->name, kvmlat_scope_name(k->scope));
		if (k->scope != KVMLAT_SCOPE_HOST)
			fprintf(to, "%u", k->vm_id);
		fputc(',', to);
		text(to, v->rows[i].guest);
		fprintf(to, ",%s,", kvmlat_unit_name(k->unit));
		if (k->now.known)
			fprintf(to, "%" PRIu64, k->now.value);
		fputc(',', to);
		if (!w->inherit)
			fprintf(to, "%" PRIu64, w->value);
		fputc(',', to);
		text(to, k->why);
		fputc('\n', to);
	}
}

void show_diff(FILE *to, enum output output, const struct diff_view *v)
{
	static void (* const formats[NR_OUTPUTS])(FILE *to, const struct diff_view *v) = {
		[OUTPUT_TABLE]	= table,
		[OUTPUT_JSON]	= json,
		[OUTPUT_CSV]	= csv,
	};

	formats[output](to, v);
}
