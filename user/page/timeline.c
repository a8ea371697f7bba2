// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "timeline.h"

static void slice_merge(struct slice *to, struct slice *from)
{
	struct stay *shorter = to->nr_stays < from->nr_stays ? to->stays : from->stays;
	size_t nr = to->nr_stays < from->nr_stays ? to->nr_stays : from->nr_stays, i, n;

	to->end = from->end;
	for (i = 0; i < NR_HEATS; i++)
		for (n = 0; n < KVMLAT_HIST_BUCKETS; n++)
			to->heat[i][n] += from->heat[i][n];
	if (shorter == to->stays) {
		to->stays = from->stays;
		to->nr_stays = from->nr_stays;
	}
	for (i = 0; i < nr; i++)
		for (n = 0; n < KVMLAT_NR_STATES; n++)
			to->stays[i].times[n] += shorter[i].times[n];
	free(shorter);
	from->stays = NULL;
}

void timeline_halve(struct timeline *t)
{
	size_t i, nr = (t->nr + 1) / 2;

	for (i = 0; i < nr; i++) {
		if (2 * i + 1 < t->nr)
			slice_merge(&t->slices[2 * i], &t->slices[2 * i + 1]);
		if (i)
			t->slices[i] = t->slices[2 * i];
	}
	t->nr = nr;
}

/* Lanes are in the order in which they came: snapshots ascend, so the next is the next mostly. */
static int find_lane(struct timeline *t, const struct kvmlat_vcpu *v, const struct guests *guests,
		     size_t *at)
{
	const char *guest;
	struct lane *lanes;
	size_t i;

	for (i = 0; i < t->nr_lanes; i++, ++*at) {
		if (*at >= t->nr_lanes)
			*at = 0;
		if (t->lanes[*at].vm_id == v->vm_id && t->lanes[*at].vcpu_id == v->vcpu_id)
			return 0;
	}
	*at = t->nr_lanes;
	if (t->nr_lanes == MAX_LANES)
		return 0;
	lanes = realloc(t->lanes, (t->nr_lanes + 1) * sizeof(*lanes));
	if (!lanes)
		return -1;
	t->lanes = lanes;
	lanes += t->nr_lanes++;
	*lanes = (struct lane){ .vm_id = v->vm_id, .vcpu_id = v->vcpu_id };
	guest = guests_name(guests, v->vm_id);
	snprintf(lanes->guest, sizeof(lanes->guest), "%s", guest ? guest : "");
	return 0;
}

static void add_heat(struct slice *s, const struct kvmlat_account *a)
{
	size_t i, n;

	for (i = 0; i < a->nr_reasons; i++) {
		const struct kvmlat_reason *r = &a->reasons[i];
		uint64_t *to;

		if (kvmlat_reason_is_exit(r->cls))
			to = s->heat[HEAT_EXITS];
		else if (r->cls == KVMLAT_REASON_CLASS_WAKE)
			to = s->heat[HEAT_WAKE];
		else if (r->cls == KVMLAT_REASON_CLASS_TIMER)
			to = s->heat[HEAT_TIMER];
		else if (r->cls == KVMLAT_REASON_CLASS_RUNQ)
			to = s->heat[HEAT_RUNQ];
		else
			continue;
		for (n = 0; n < r->nr_buckets; n++)
			to[r->buckets[n].index] += r->buckets[n].count;
	}
}

static int add_stay(struct timeline *t, struct slice *s, size_t at, const struct kvmlat_account *a)
{
	struct lane *lane = &t->lanes[at];
	struct stay *stays;
	size_t i;

	if (at >= s->nr_stays) {
		stays = realloc(s->stays, t->nr_lanes * sizeof(*stays));
		if (!stays)
			return -1;
		memset(stays + s->nr_stays, 0, (t->nr_lanes - s->nr_stays) * sizeof(*stays));
		s->stays = stays;
		s->nr_stays = t->nr_lanes;
	}
	for (i = 0; i < KVMLAT_NR_STATES; i++) {
		s->stays[at].times[i] += a->times[i];
		lane->times[i] += a->times[i];
	}
	lane->preempted += a->preempted;
	return 0;
}

int timeline_add(struct timeline *t, const struct kvmlat_snapshot *delta,
		 const struct guests *guests, int64_t begin, int64_t end)
{
	size_t i, at = 0, hidden = 0;
	struct slice *s;

	if (t->nr == MAX_SLICES) {
		timeline_halve(t);
		t->width = t->width ? 2 * t->width : 2 * (uint64_t)(end - begin);
	}
	s = &t->slices[t->nr++];
	memset(s, 0, sizeof(*s));
	s->begin = begin;
	s->end = end;
	for (i = 0; i < delta->nr_vcpus; i++) {
		const struct kvmlat_vcpu *v = &delta->vcpus[i];

		add_heat(s, &v->account);
		if (find_lane(t, v, guests, &at))
			return -1;
		if (at == t->nr_lanes)
			hidden++;
		else if (add_stay(t, s, at++, &v->account))
			return -1;
	}
	if (hidden > t->hidden)
		t->hidden = hidden;
	return 0;
}

void timeline_free(struct timeline *t)
{
	size_t i;

	for (i = 0; i < t->nr; i++)
		free(t->slices[i].stays);
	free(t->lanes);
}
