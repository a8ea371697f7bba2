// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>

#include "read.h"

void facts_read(struct facts *f, const struct kvmlat_snapshot *snap, const struct guests *guests,
		uint32_t running, const char *why)
{
	*f = (struct facts){ .running = running };
	read_files(f);
	read_cpus(f);
	read_irqs(f);
	read_options(f);
	read_watchers(f);
	read_flaws(f);
	read_smis(f);
	if (snap)
		read_vms(f, snap, guests);
	else
		snprintf(f->why_no_vms, sizeof(f->why_no_vms), "%s", why);
}

void facts_free(struct facts *f)
{
	size_t i;

	for (i = 0; i < NR_FACT_FILES; i++)
		free(f->file[i].text);
	for (i = 0; i < f->nr_options; i++)
		free(f->options[i].now.text);
	for (i = 0; i < f->nr_vms; i++) {
		free(f->vms[i].threads);
		kvmlat_account_free(&f->vms[i].account);
	}
	free(f->cpus);
	free(f->irqs);
	free(f->options);
	free(f->watchers);
	free(f->flaws);
	free(f->vms);
	quotas_free(&f->quotas);
	*f = (struct facts){ 0 };
}
