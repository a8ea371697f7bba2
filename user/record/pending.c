// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "events.h"
#include "format.h"
#include "lib/internal.h"
#include "pending.h"

/* What it points to does not stay: it is put down at once. */
static void put_down(struct pending_outlier *to, const struct kvmlat_outlier *o)
{
	size_t at;

	to->total = o->total;
	to->record.nr = 0;
	to->record.failed = false;
	at = record_begin(&to->record, RECORD_OUTLIER);
	put_outlier(&to->record, o);
	record_end(&to->record, at);
}

void pending_outlier(struct pending *p, const struct kvmlat_outlier *o)
{
	size_t i, least = 0;

	if (p->nr_outliers < PENDING_OUTLIERS) {
		put_down(&p->outliers[p->nr_outliers++], o);
		return;
	}
	p->dropped_outliers++;
	for (i = 1; i < PENDING_OUTLIERS; i++)
		if (p->outliers[i].total < p->outliers[least].total)
			least = i;
	if (p->outliers[least].total < o->total)
		put_down(&p->outliers[least], o);
}

void pending_change(struct pending *p, const struct kvmlat_knob_event *e)
{
	struct kvmlat_knob_event *all = NULL;

	if (p->nr_changes < PENDING_CHANGES)
		all = kvmlat_draft_array(p->changes, p->nr_changes, &p->room_changes, sizeof(*all));
	if (!all) {
		p->dropped_changes++;
		return;
	}
	p->changes = all;
	all[p->nr_changes++] = *e;
}

void put_pending(struct bytes *to, const struct pending *p)
{
	size_t i, at;

	for (i = 0; i < p->nr_outliers; i++) {
		to->failed |= p->outliers[i].record.failed;
		put_raw(to, p->outliers[i].record.data, p->outliers[i].record.nr);
	}
	for (i = 0; i < p->nr_changes; i++) {
		at = record_begin(to, RECORD_CHANGE);
		put_change_event(to, &p->changes[i]);
		record_end(to, at);
	}
	if (!p->dropped_outliers && !p->dropped_changes)
		return;
	at = record_begin(to, RECORD_DROPPED);
	put_u64(to, p->dropped_outliers);
	put_u64(to, p->dropped_changes);
	record_end(to, at);
}

void pending_clear(struct pending *p)
{
	p->nr_outliers = 0;
	p->dropped_outliers = 0;
	p->nr_changes = 0;
	p->dropped_changes = 0;
}

void pending_free(struct pending *p)
{
	size_t i;

	for (i = 0; i < PENDING_OUTLIERS; i++)
		bytes_free(&p->outliers[i].record);
	free(p->changes);
	memset(p, 0, sizeof(*p));
}
