// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <string.h>

#include "csv.h"
#include "tune.h"

/* The columns are fixed in kvmlat-profile(1): add at the end. */

void csv_profiles(FILE *to, const struct profiles_view *v)
{
	size_t i;

	fputs("name,active,pid,summary,file\n", to);
	for (i = 0; i < v->nr; i++) {
		const struct profile *p = &v->profiles[i];
		bool active = v->active && !strcmp(v->active, p->name);

		fprintf(to, "%s,%d,", p->name, active);
		if (active)
			fprintf(to, "%d", v->pid);
		fputc(',', to);
		text(to, p->summary);
		fputc(',', to);
		text(to, p->path);
		fputc('\n', to);
	}
}

void csv_profile(FILE *to, const struct profile *p)
{
	size_t i;

	fputs("guest,knob,value\n", to);
	if (p->dma_latency >= 0)
		fprintf(to, ",dma_latency,%" PRId32 "us\n", p->dma_latency);
	for (i = 0; i < p->nr; i++) {
		text(to, p->settings[i].guest);
		fputc(',', to);
		text(to, p->settings[i].knob);
		fputc(',', to);
		text(to, p->settings[i].value);
		fputc('\n', to);
	}
}

void csv_diff(FILE *to, const struct diff_view *v)
{
	size_t i;

	fputs("knob,scope,vm_id,guest,unit,value,profile_value,why\n", to);
	if (v->profile->dma_latency >= 0 && v->profile->dma_latency != v->dma_latency) {
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
