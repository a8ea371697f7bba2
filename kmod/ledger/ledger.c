// SPDX-License-Identifier: GPL-2.0-only
/* The account itself: its states, its rows, and how it begins anew. */
#include <linux/atomic.h>
#include <linux/string.h>

#include "detail.h"
#include "ledger.h"
#include "outlier.h"

u32 kvmlat_ledger_state(const struct kvmlat_ledger *l)
{
	if (READ_ONCE(l->out_at))
		return READ_ONCE(l->out_state);
	if (!READ_ONCE(l->open))
		return KVMLAT_STATE_GUEST;
	return READ_ONCE(l->user_at) ? KVMLAT_STATE_USER : KVMLAT_STATE_EXIT;
}

u64 kvmlat_ledger_state_since(const struct kvmlat_ledger *l)
{
	u64 mark = READ_ONCE(l->mark), ran_from = READ_ONCE(l->ran_from);

	switch (kvmlat_ledger_state(l)) {
	case KVMLAT_STATE_GUEST:
		return mark;
	case KVMLAT_STATE_USER:
		return READ_ONCE(l->user_at);
	case KVMLAT_STATE_EXIT:
		return mark > ran_from ? mark : ran_from;
	default:
		return READ_ONCE(l->out_at);
	}
}

static void clear(struct kvmlat_ledger *l, u64 now)
{
	u32 i;

	memset(&l->none, 0, sizeof(l->none));
	memset(l->span, 0, sizeof(l->span));
	memset(l->visit, 0, sizeof(l->visit));
	memset(l->cell, 0, sizeof(l->cell));
	memset(l->map, 0, sizeof(l->map));
	memset(&l->other, 0, sizeof(l->other));
	memset(l->other_seg, 0, sizeof(l->other_seg));
	memset(l->spent, 0, sizeof(l->spent));
	memset(l->preemptor, 0, sizeof(l->preemptor));
	for (i = 0; i < KVMLAT_SEGS; i++)
		l->other.seg[i] = &l->other_seg[i];
	l->other.class = KVMLAT_REASON_CLASS_OTHER;
	l->cells = 0;
	l->segs = 0;
	l->held = NULL;
	l->away = 0;
	l->key = 0;
	l->visit_at = 0;
	l->wake_at = 0;
	l->ran_mark = 0;
	l->preempted = 0;
	l->preemptions = 0;
	l->halt_grow = 0;
	l->halt_shrink = 0;
	l->halt_invalid = 0;
	l->reentries = 0;
	l->spilled = 0;
	l->since = now;
	l->mark = now;
	l->ran_from = now;
}

/**
 * kvmlat_ledger_init() - start an account
 * @l: zeroed memory that nobody else sees yet
 * @now: start of the account
 * @first: what the vCPU has been doing up to its first event, guest or exit
 * @code_mask: what of an exit code is no flag
 * @polls: KVM's counters at this time
 */
void kvmlat_ledger_init(struct kvmlat_ledger *l, u64 now, u32 first, u32 code_mask,
			const struct kvmlat_polls *polls)
{
	clear(l, now);
	l->code_mask = code_mask;
	l->polls = *polls;
	l->open = first == KVMLAT_STATE_GUEST ? NULL : &l->none;
	l->inside = true;
}

/* NULL, and counted, when there is no memory. */
struct kvmlat_cell *kvmlat_ledger_row(struct kvmlat_ledger *l, u32 class, u32 code)
{
	struct kvmlat_cell *cell;
	u32 i;

	for (i = 0; i < l->cells; i++) {
		if (l->cell[i]->code == code && l->cell[i]->class == class)
			return l->cell[i];
	}
	cell = l->cells < KVMLAT_CELLS_MAX ? kvmlat_reserve_cell() : NULL;
	if (!cell) {
		l->spilled++;
		return NULL;
	}
	cell->code = code;
	cell->class = class;
	l->cell[l->cells++] = cell;
	return cell;
}

bool kvmlat_ledger_has_seg(struct kvmlat_ledger *l, struct kvmlat_cell *cell, u32 seg)
{
	if (cell->seg[seg])
		return true;
	if (l->segs < KVMLAT_SEGS_MAX)
		cell->seg[seg] = kvmlat_reserve_seg();
	if (!cell->seg[seg]) {
		l->spilled++;
		return false;
	}
	l->segs++;
	return true;
}

static struct kvmlat_cell **latest(struct kvmlat_ledger *l, u32 class, u32 code)
{
	if (class == KVMLAT_REASON_CLASS_USER)
		return &l->visit[code % KVMLAT_VISITS];
	return &l->span[class];
}

/**
 * kvmlat_ledger_longest() - an event that may be the longest of its row, before it is added
 * @l: ledger, between begin and commit
 * @cell: its row
 * @ns: how long it was
 * @now: when it ended
 */
void kvmlat_ledger_longest(struct kvmlat_ledger *l, struct kvmlat_cell *cell, u64 ns, u64 now)
{
	/* None need take any time. */
	if (ns > cell->longest || !cell->longest_at) {
		cell->longest = ns;
		cell->longest_at = now;
		cell->longest_cpu = raw_smp_processor_id();
	}
	cell->unseen = kvmlat_outliers_unseen(READ_ONCE(l->outliers), cell->class, cell->longest);
}

/**
 * kvmlat_ledger_look_anew() - a threshold is lower than before
 * @l: ledger, between begin and commit
 */
void kvmlat_ledger_look_anew(struct kvmlat_ledger *l)
{
	const struct kvmlat_outliers *o = READ_ONCE(l->outliers);
	u32 i;

	for (i = 0; i < l->cells; i++)
		l->cell[i]->unseen = kvmlat_outliers_unseen(o, l->cell[i]->class,
							    l->cell[i]->longest);
	l->other.unseen = kvmlat_outliers_unseen(o, l->other.class, l->other.longest);
}

static noinline void add_slow(struct kvmlat_ledger *l, u32 class, u32 code, u64 ns, u64 now)
{
	struct kvmlat_cell **row = latest(l, class, code), *cell = *row;
	u32 bucket = ns ? kvmlat_hist_bucket(ns) : 0;

	if (!cell || cell->code != code) {
		cell = kvmlat_ledger_row(l, class, code);
		if (!cell)
			return;
		*row = cell;
	}
	if (!kvmlat_ledger_has_seg(l, cell, bucket / KVMLAT_SEG_LEN))
		return;
	kvmlat_ledger_longest(l, cell, ns, now);
	kvmlat_cell_add(cell, cell->seg[bucket / KVMLAT_SEG_LEN], bucket, ns);
	if (!ns)
		cell->empty++;
	kvmlat_outlier_span(l, class, code, ns, now);
}

/**
 * kvmlat_ledger_add() - a span that is no exit is complete
 * @l: ledger, between begin and commit
 * @class: its class
 * @code: its code, 0 for classes without codes
 * @ns: how long it was
 * @now: when it ended
 *
 * Without memory it is counted as spilled and in no row: the row of all others is for exits,
 * from whose sum the time in KVM follows.
 */
void kvmlat_ledger_add(struct kvmlat_ledger *l, u32 class, u32 code, u64 ns, u64 now)
{
	struct kvmlat_cell *cell = *latest(l, class, code);

	if (likely(ns && cell) && likely(cell->code == code)) {
		u32 bucket = kvmlat_hist_bucket(ns);
		struct kvmlat_seg *seg = cell->seg[bucket / KVMLAT_SEG_LEN];

		if (likely(seg) && likely(ns <= cell->unseen)) {
			kvmlat_cell_add(cell, seg, bucket, ns);
			return;
		}
	}
	add_slow(l, class, code, ns, now);
}

/**
 * kvmlat_ledger_reset() - start the account anew at @now
 * @l: ledger of a vCPU that exists; called under kvmlat_mutex, not by the writer
 * @now: start of the new account
 *
 * Only the writer may write the account, so this leaves a note, which the caller sees to
 * that the writer finds before its next event, see thread.h. Until then readers see the
 * note and show an empty account.
 */
void kvmlat_ledger_reset(struct kvmlat_ledger *l, u64 now)
{
	WRITE_ONCE(l->reset_at, now);
}

/* The slow half of kvmlat_ledger_obey(). */
void kvmlat_ledger_reset_slow(struct kvmlat_ledger *l)
{
	struct kvmlat_cell *dead = NULL;
	/* In one step: who leaves a note may not be locked out. */
	u64 since = kvmlat_ledger_state_since(l), at = xchg(&l->reset_at, 0);
	struct kvmlat_detail *detail;
	u32 i;

	if (at == KVMLAT_RESET_NONE) {
		kvmlat_ledger_look_anew(l);
		return;
	}
	for (i = 0; i < l->cells; i++) {
		l->cell[i]->next_dead = dead;
		dead = l->cell[i];
	}
	clear(l, at > since ? at : since);
	if (l->open)
		l->open = &l->none;
	if (l->user_at)
		l->user_at = l->mark;
	if (l->out_at)
		l->out_at = l->mark;
	detail = READ_ONCE(l->detail);
	if (detail)
		kvmlat_detail_clear(detail);
	if (dead)
		kvmlat_reserve_bury(dead);
}

/**
 * kvmlat_ledger_memory() - bytes that the ledger takes
 * @l: ledger
 */
u32 kvmlat_ledger_memory(const struct kvmlat_ledger *l)
{
	return sizeof(*l) + READ_ONCE(l->cells) * sizeof(struct kvmlat_cell) +
	       READ_ONCE(l->segs) * sizeof(struct kvmlat_seg) +
	       (READ_ONCE(l->detail) ? KVMLAT_DETAIL_SIZE : 0);
}
