// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "tune/value.h"
#include "grid.h"
#include "tune.h"

/* What the kernel has while nobody asks for less: PM_QOS_CPU_LATENCY_DEFAULT_VALUE. */
#define ANY_DMA_LATENCY	2000000000

static const char * const profiles_header[] = { "PROFILE", "STATE", "SUMMARY", "FILE", NULL };
static const char * const diff_header[] = { "KNOB", "SCOPE", "NOW", "PROFILE", "NOTE", NULL };

void table_profiles(FILE *to, const struct profiles_view *v)
{
	struct grid g = { .columns = 4, .left = 4 };
	size_t i;

	cells(&g, profiles_header);
	for (i = 0; i < v->nr; i++) {
		const struct profile *p = &v->profiles[i];

		cell(&g, "%s", p->name);
		if (v->active && !strcmp(v->active, p->name))
			cell(&g, "active, pid %d", v->pid);
		else
			cell(&g, "-");
		cell(&g, "%s", p->summary);
		cell(&g, "%s", p->path);
	}
	print_grid(to, &g);
}

/* As it was written: the reasons stand in its comments. */
void table_profile(FILE *to, const struct profile *p)
{
	char *text = file_read(p->path);

	fprintf(to, "# %s\n", p->path);
	if (text)
		fputs(text, to);
	free(text);
}

static void dma(struct grid *g, int32_t us)
{
	if (us < 0)
		cell(g, "-");
	else if (us == ANY_DMA_LATENCY)
		cell(g, "any");
	else
		cell(g, "%" PRId32 "us", us);
}

void table_diff(FILE *to, const struct diff_view *v)
{
	struct grid g = { .columns = 5, .left = 2, .ragged = true };
	char text[64];
	size_t i;

	cells(&g, diff_header);
	if (v->profile->dma_latency >= 0 && v->profile->dma_latency != v->dma_latency) {
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
