// SPDX-License-Identifier: GPL-2.0-only
/* What exits do to a ledger now and then; what they do every time is in ledger.h. */
#include "detail.h"
#include "ledger.h"
#include "outlier.h"

/* The cell of an exit code with its flags, or the one for all others when there is no memory. */
static struct kvmlat_cell *exit_cell(struct kvmlat_ledger *l, u32 code)
{
	struct kvmlat_cell *cell = kvmlat_ledger_cell(l, code);

	if (cell)
		return cell;
	if (code == KVMLAT_CODE_UNKNOWN)
		return kvmlat_ledger_row(l, KVMLAT_REASON_CLASS_UNKNOWN, 0) ?: &l->other;
	code &= l->code_mask;
	cell = kvmlat_ledger_row(l, KVMLAT_REASON_CLASS_EXIT, code);
	if (!cell)
		return &l->other;
	if (code < KVMLAT_MAP_LOW)
		l->map[code] = cell;
	else if (code - KVMLAT_MAP_HIGH < KVMLAT_MAP_LEN - KVMLAT_MAP_LOW)
		l->map[code - KVMLAT_MAP_HIGH + KVMLAT_MAP_LOW] = cell;
	return cell;
}

/**
 * kvmlat_ledger_close() - the open exit is complete, whichever state it is in
 * @l: ledger with an open exit, between begin and commit
 * @now: time of the event
 */
void kvmlat_ledger_close(struct kvmlat_ledger *l, u64 now)
{
	struct kvmlat_cell *cell = l->open;
	u64 ns = now - l->mark;
	u32 bucket = ns ? kvmlat_hist_bucket(ns) : 0;
	struct kvmlat_detail *detail;
	u64 key = l->key;

	if (cell == &l->none) {
		cell = l->held;
		l->held = NULL;
	}
	kvmlat_outlier_exit_begins(l);
	if (l->user_at)
		kvmlat_ledger_leave_user(l, now);
	kvmlat_ledger_end_visit(l, now);
	if (l->wake_at)
		kvmlat_ledger_add(l, KVMLAT_REASON_CLASS_WAKE, 0, now - l->wake_at, now);
	l->wake_at = 0;
	l->early = false;
	detail = READ_ONCE(l->detail);
	if (key && detail)
		kvmlat_detail_add(detail, key, ns);
	l->key = 0;
	if (cell) {
		if (!kvmlat_ledger_has_seg(l, cell, bucket / KVMLAT_SEG_LEN))
			cell = &l->other;
		kvmlat_ledger_longest(l, cell, ns, now);
		/* Before the total, which tells a reader that the row changed. */
		cell->away += l->away;
		kvmlat_cell_add(cell, cell->seg[bucket / KVMLAT_SEG_LEN], bucket, ns);
		/* Clocks of two CPUs can disagree by all that an exit took. */
		if (!ns)
			cell->empty++;
		kvmlat_outlier_exit(l, cell, key, now);
	} else {
		l->none.total += ns;
	}
	l->away = 0;
	l->mark = now;
	l->open = NULL;
	/* What comes first after a return finds an exit that is held, and so comes here. */
	WRITE_ONCE(l->inside, true);
}

/**
 * kvmlat_ledger_exit_slow() - an exit for the first time, or while one is open
 * @l: ledger, between begin and commit
 * @now: time of the event
 * @code: exit code with its flags, or KVMLAT_CODE_UNKNOWN
 */
void kvmlat_ledger_exit_slow(struct kvmlat_ledger *l, u64 now, u32 code)
{
	/* Linux 6.1 on AMD: the exit began when the thread left its CPU, at the latest. */
	if (l->early) {
		l->early = false;
		l->held = exit_cell(l, code);
		return;
	}
	if (l->open)
		kvmlat_ledger_close(l, now);
	else
		l->mark = now;
	l->open = exit_cell(l, code);
}

/**
 * kvmlat_ledger_exit_held() - an exit whose entry has to be looked at
 * @l: ledger, between begin and commit
 * @now: time of the event
 * @code: exit code, as above
 * @key: its detail, 0 for none
 */
void kvmlat_ledger_exit_held(struct kvmlat_ledger *l, u64 now, u32 code, u64 key)
{
	kvmlat_ledger_exit_slow(l, now, code);
	kvmlat_ledger_hold(l);
	l->key = key;
}

/**
 * kvmlat_ledger_nested() - the open exit is one of an L2 guest
 * @l: ledger, between begin and commit
 * @reflected: KVM hands it to the L1 guest
 */
void kvmlat_ledger_nested(struct kvmlat_ledger *l, bool reflected)
{
	struct kvmlat_cell *cell = l->open == &l->none ? l->held : l->open;
	u32 from = reflected ? KVMLAT_REASON_CLASS_NESTED : KVMLAT_REASON_CLASS_EXIT;
	u32 to = reflected ? KVMLAT_REASON_CLASS_REFLECTED : KVMLAT_REASON_CLASS_NESTED;

	if (!cell || cell->class != from)
		return;
	l->held = kvmlat_ledger_row(l, to, cell->code) ?: &l->other;
	l->open = &l->none;
}

/**
 * kvmlat_ledger_entry_slow() - an entry after anything but an exit with all its memory
 * @l: ledger, between begin and commit
 * @now: time of the event
 */
void kvmlat_ledger_entry_slow(struct kvmlat_ledger *l, u64 now)
{
	if (l->open) {
		kvmlat_ledger_close(l, now);
		return;
	}
	l->reentries++;
	l->mark = now;
}

/**
 * kvmlat_ledger_end() - the vCPU is gone: close what is open
 * @l: ledger, between begin and commit; nobody can run the vCPU any more
 * @now: end of the account
 */
void kvmlat_ledger_end(struct kvmlat_ledger *l, u64 now)
{
	kvmlat_ledger_obey(l);
	now = kvmlat_ledger_after(l, now);
	/* No guest was late for what ends with it. */
	WRITE_ONCE(l->outliers, NULL);
	l->last_state = kvmlat_ledger_state(l);
	if (l->out_at)
		kvmlat_ledger_spend(l, l->out_state, now - l->out_at);
	if (l->out_at && l->user_at)
		l->user_at = now;
	l->out_at = 0;
	if (l->open)
		kvmlat_ledger_close(l, now);
	l->mark = now;
	l->ended = now;
}
