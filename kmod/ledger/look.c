// SPDX-License-Identifier: GPL-2.0-only
#include <linux/string.h>

#include "look.h"

/* The count comes round after 2^31 events; the times do not. */
static bool same(const struct kvmlat_seen *a, const struct kvmlat_seen *b)
{
	return a->seq == b->seq && a->mark == b->mark && a->out_at == b->out_at &&
	       a->reset_at == b->reset_at && a->detail == b->detail &&
	       a->detail_since == b->detail_since;
}

/**
 * kvmlat_look_same() - nothing happened since the last look
 * @look: what was seen then
 * @l: the ledger
 * @tid: thread that ran the vCPU last
 *
 * A handful of comparisons, no row is touched. False too if something is just happening.
 */
bool kvmlat_look_same(const struct kvmlat_look *look, const struct kvmlat_ledger *l, u32 tid)
{
	struct kvmlat_seen now;

	kvmlat_snapshot_seen(l, &now);
	return same(&now, &look->seen) && tid == look->tid;
}

/** kvmlat_look_last() - the highest place of a row that a snapshot has */
u32 kvmlat_look_last(const struct kvmlat_snap *snap)
{
	u32 i, last = 0;

	for (i = 0; i < snap->rows; i++) {
		if (snap->row[i].place > last)
			last = snap->row[i].place;
	}
	return last;
}

/**
 * kvmlat_look_keep() - remember what a snapshot saw
 * @look: of the same ledger; has room for all its rows
 * @snap: snapshot that was taken with @look
 * @stamp: of this time
 */
void kvmlat_look_keep(struct kvmlat_look *look, const struct kvmlat_snap *snap, u64 stamp)
{
	u32 i;

	/* One that has a cursor of before this was found, or none. */
	if (look->stamp && same(&look->seen, &snap->seen) && look->tid == snap->tid)
		return;
	/* A reset: all rows are other ones. */
	if (look->since != snap->since)
		memset(look->row, 0, look->room * sizeof(*look->row));
	for (i = 0; i < snap->rows; i++) {
		const struct kvmlat_row *row = &snap->row[i];
		struct kvmlat_look_row *was = &look->row[row->place];

		/* Some are only sent again, for this reader's cursor. */
		if (was->stamp && was->grown == row->total + row->empty)
			continue;
		*was = (struct kvmlat_look_row){ row->total + row->empty, stamp };
	}
	look->seen = snap->seen;
	look->since = snap->since;
	look->tid = snap->tid;
	look->stamp = stamp;
}

/**
 * kvmlat_looks_init() - begin the clock
 * @looks: the clock
 * @base: where; no cursor of another load of the module may be near it
 */
void kvmlat_looks_init(struct kvmlat_looks *looks, u64 base)
{
	*looks = (struct kvmlat_looks){ .base = base, .stamp = base };
}

/**
 * kvmlat_looks_begin() - a dump begins
 * @looks: the clock
 * @looking: the dump
 * @cursor: what an earlier dump ended with, or 0
 *
 * A cursor that is not of this clock is as none: @looking->since is 0, all has to be sent.
 */
void kvmlat_looks_begin(struct kvmlat_looks *looks, struct kvmlat_looking *looking, u64 cursor)
{
	bool known = cursor > looks->base && cursor <= looks->stamp;

	*looking = (struct kvmlat_looking){ .since = known ? cursor : 0 };
	/* Memory of a dump before. */
	if (looks->last == looking)
		looks->last = NULL;
}

void kvmlat_looks_turn(struct kvmlat_looks *looks, struct kvmlat_looking *looking)
{
	if (looks->last == looking)
		return;
	looks->last = looking;
	looks->stamp++;
	if (!looking->first)
		looking->first = looks->stamp;
}

/** kvmlat_looks_end() - a dump has looked at everything. Returns its cursor. */
u64 kvmlat_looks_end(struct kvmlat_looks *looks, struct kvmlat_looking *looking)
{
	kvmlat_looks_turn(looks, looking);
	return looking->first;
}
