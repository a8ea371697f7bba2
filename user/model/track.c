// SPDX-License-Identifier: GPL-2.0-only
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "figures.h"
#include "subject.h"

static const struct reading *begin_of(const struct track *m)
{
	return m->total ? &m->base : &m->older;
}

int track_recompute(struct track *m)
{
	return m->newer.snap ? figures_compute(m, begin_of(m), NULL) : 0;
}

static void drop(struct reading *h, const struct reading *other)
{
	if (h->snap != other->snap)
		kvmlat_snapshot_free(h->snap);
	*h = (struct reading){ 0 };
}

/* Those that run: accounts of VMs that ended are kept. */
static uint32_t count_vcpus(const struct kvmlat_snapshot *snap)
{
	uint32_t nr = 0;
	size_t i;

	for (i = 0; i < snap->nr_vcpus; i++)
		nr += !snap->vcpus[i].gone;
	return nr;
}

int track_feed(struct track *m, struct kvmlat_snapshot *snap, bool histograms, uint32_t second)
{
	drop(&m->older, &m->base);
	m->older = m->newer;
	m->newer = (struct reading){ .snap = snap, .histograms = histograms };
	/* A history looks back from here: soon after boot, that must not be before zero. */
	second += HISTORY_SECONDS;
	m->second = second;
	if (subjects_sync_vms(&m->vms, snap, m->name_vm) ||
	    subjects_sync_vcpus(&m->vcpus, snap, m->name_vcpu))
		return -1;
	m->all.vcpus = count_vcpus(snap);
	/* All that was before the first snapshot is nobody's last second. */
	if (!m->base.snap) {
		m->base = m->newer;
		return figures_compute(m, m->since_start ? &m->older : &m->base, NULL);
	}
	if (figures_compute(m, &m->older, &second))
		return -1;
	return m->total ? track_recompute(m) : 0;
}

int track_reset(struct track *m)
{
	if (m->base.snap != m->newer.snap)
		drop(&m->base, &m->older);
	m->base = m->newer;
	return m->total ? track_recompute(m) : 0;
}

/* The vCPUs of an owner lie together. Shares them with @snap. */
static struct kvmlat_snapshot slice(const struct kvmlat_snapshot *snap, const struct owner *owner)
{
	struct kvmlat_snapshot part = *snap;
	size_t i;

	part.vms = NULL;
	part.nr_vms = 0;
	if (!owner->vm_id)
		return part;
	part.nr_vcpus = 0;
	for (i = 0; i < snap->nr_vcpus; i++) {
		if (snap->vcpus[i].vm_id != owner->vm_id ||
		    (owner->has_vcpu && snap->vcpus[i].vcpu_id != owner->vcpu_id))
			continue;
		if (!part.nr_vcpus++)
			part.vcpus = &snap->vcpus[i];
	}
	return part;
}

int track_account(const struct track *m, const struct owner *owner, struct kvmlat_account *to)
{
	const struct reading *older = begin_of(m);
	struct kvmlat_snapshot after, before = { 0 }, *delta;
	bool blind = !m->newer.histograms || (older->snap && !older->histograms);
	size_t i, n;
	int ret = 0;

	memset(to, 0, sizeof(*to));
	if (!m->newer.snap)
		return 0;
	after = slice(m->newer.snap, owner);
	if (older->snap)
		before = slice(older->snap, owner);
	delta = kvmlat_delta(&after, older->snap ? &before : NULL);
	if (!delta)
		return -1;
	for (i = 0; !ret && i < delta->nr_vcpus; i++) {
		struct kvmlat_account *a = &delta->vcpus[i].account;

		/* A histogram that has none to be subtracted is that of all times. */
		for (n = 0; blind && n < a->nr_reasons; n++)
			a->reasons[n].nr_buckets = 0;
		ret = kvmlat_merge(to, a);
	}
	kvmlat_snapshot_free(delta);
	if (ret)
		kvmlat_account_free(to);
	return ret;
}

void track_rates(const struct track *m, const struct owner *owner, uint32_t cls, uint32_t code,
		 float values[HISTORY_SECONDS])
{
	float one[HISTORY_SECONDS];
	unsigned int s;
	size_t i;

	for (s = 0; s < HISTORY_SECONDS; s++)
		values[s] = NAN;
	for (i = 0; i < m->vcpus.nr; i++) {
		const struct subject *e = m->vcpus.at[i];
		const struct rate *r;

		if ((owner->vm_id && e->vm_id != owner->vm_id) ||
		    (owner->has_vcpu && e->vcpu_id != owner->vcpu_id))
			continue;
		r = subject_find_rate(e, cls, code);
		if (!r)
			continue;
		history_read(&r->past, m->second, one);
		for (s = 0; s < HISTORY_SECONDS; s++) {
			if (!isnan(one[s]))
				values[s] = isnan(values[s]) ? one[s] : values[s] + one[s];
		}
	}
}

void track_free(struct track *m)
{
	if (m->older.snap != m->newer.snap)
		drop(&m->older, &m->base);
	if (m->base.snap != m->newer.snap)
		kvmlat_snapshot_free(m->base.snap);
	kvmlat_snapshot_free(m->newer.snap);
	subjects_free(&m->vms);
	subjects_free(&m->vcpus);
	free(m->before.vcpus);
	free(m->before.rows);
	free(m->after.vcpus);
	free(m->after.rows);
	memset(m, 0, sizeof(*m));
}
