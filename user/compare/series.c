// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "series.h"

static int halve(struct series *s)
{
	size_t i, n, nr = (s->nr_units + 1) / 2;

	for (i = 0; i < s->nr; i++) {
		struct kvmlat_account *a = s->all[i]->accounts;

		for (n = 0; n < nr; n++) {
			if (2 * n + 1 < s->nr_units && kvmlat_merge(&a[2 * n], &a[2 * n + 1]))
				return -1;
			kvmlat_account_free(&a[2 * n + 1]);
			memset(&a[2 * n + 1], 0, sizeof(*a));
			if (n) {
				a[n] = a[2 * n];
				memset(&a[2 * n], 0, sizeof(*a));
			}
		}
	}
	s->nr_units = nr;
	return 0;
}

static struct member *find_or_add(struct series *s, const struct kvmlat_vcpu *v,
				  const struct guests *guests)
{
	uint32_t vcpu_id = s->by_vcpu ? v->vcpu_id : NO_VCPU;
	const char *guest;
	struct member **all, *m;
	size_t i;

	for (i = 0; i < s->nr; i++)
		if (s->all[i]->vm_id == v->vm_id && s->all[i]->vcpu_id == vcpu_id)
			return s->all[i];
	all = realloc(s->all, (s->nr + 1) * sizeof(*all));
	if (!all)
		return NULL;
	s->all = all;
	m = calloc(1, sizeof(*m));
	if (!m)
		return NULL;
	all[s->nr++] = m;
	m->vm_id = v->vm_id;
	m->vcpu_id = vcpu_id;
	guest = guests_name(guests, v->vm_id);
	snprintf(m->guest, sizeof(m->guest), "%s", guest ? guest : "");
	return m;
}

int series_add(struct series *s, const struct kvmlat_snapshot *delta, const struct guests *guests,
	       uint64_t ns)
{
	struct kvmlat_account a;
	struct member *m;
	size_t i;

	if (s->nr_units == MAX_UNITS) {
		if (halve(s))
			return -1;
		s->width = s->width ? 2 * s->width : 2 * ns;
	}
	s->vendor = delta->vendor;
	for (i = 0; i < delta->nr_vcpus; i++) {
		m = find_or_add(s, &delta->vcpus[i], guests);
		if (!m)
			return -1;
		/* Without what nobody compares. */
		a = delta->vcpus[i].account;
		a.store = NULL;
		a.nr_preemptors = 0;
		a.nr_details = 0;
		a.details_evicted = 0;
		if (kvmlat_merge(&m->accounts[s->nr_units], &a))
			return -1;
	}
	s->nr_units++;
	return 0;
}

const struct member *series_find(const struct series *s, const struct member *like)
{
	const struct member *m;
	size_t i;

	for (i = 0; i < s->nr; i++) {
		m = s->all[i];
		if (m->vcpu_id == like->vcpu_id && !strcmp(m->guest, like->guest) &&
		    (like->guest[0] || m->vm_id == like->vm_id))
			return m;
	}
	return NULL;
}

void series_free(struct series *s)
{
	size_t i, n;

	for (i = 0; i < s->nr; i++) {
		for (n = 0; n < MAX_UNITS; n++)
			kvmlat_account_free(&s->all[i]->accounts[n]);
		free(s->all[i]);
	}
	free(s->all);
}
