/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Visits to the VMM as nearly all of them are: an exit of a known row, KVM_RUN returns, and comes
 * back on the same CPU without a break. What else can be is in visit.c. Pure.
 */
#ifndef KVMLAT_VISIT_H
#define KVMLAT_VISIT_H

#include "ledger.h"

/*
 * The row of the open exit if nothing else is known of that exit, NULL otherwise. Between
 * kvm_exit and the return from KVM_RUN, so that who sees it in his own account is inside.
 */
static __always_inline struct kvmlat_cell *kvmlat_visit_row(const struct kvmlat_ledger *l)
{
	struct kvmlat_cell *cell = READ_ONCE(l->open);

	return cell != &l->none ? cell : NULL;
}

/* KVM hands that exit to the VMM; otherwise kvmlat_ledger_user() has to. */
static __always_inline void kvmlat_visit_begin(struct kvmlat_ledger *l, struct kvmlat_cell *row,
					       u64 now, u32 code)
{
	WRITE_ONCE(l->inside, false);
	l->held = row;
	/* There is no wake_at: whoever sets it holds the exit until that is closed. */
	l->open = &l->none;
	/* An earlier exit's halt is not this one's; clocks of two CPUs may give them one mark. */
	l->ran_mark = 0;
	l->user_at = now;
	l->visit_at = now;
	l->visit_code = code;
}

/*
 * The entry after such a visit. False if nothing was done: then kvmlat_ledger_entry_slow() has to.
 * A visit with a break, or of which a halt told more, does not begin when the VMM got the CPU.
 */
static __always_inline bool kvmlat_visit_entry(struct kvmlat_ledger *l, u64 now)
{
	struct kvmlat_place visit = {
		.cell = l->visit[l->visit_code % KVMLAT_VISITS], .ns = now - l->user_at,
	};
	struct kvmlat_place row = { .cell = l->held };

	if (unlikely(!l->user_at) || unlikely(l->user_at != l->visit_at) || unlikely(l->key) ||
	    unlikely(!visit.cell) || unlikely(visit.cell->code != l->visit_code) ||
	    unlikely(!row.cell) || unlikely((s64)visit.ns <= 0))
		return false;
	row.ns = now - l->mark;
	if (unlikely(!kvmlat_place_find(&row)) || unlikely(!kvmlat_place_find(&visit)))
		return false;
	WRITE_ONCE(l->inside, true);
	l->spent[KVMLAT_STATE_USER] += visit.ns;
	l->user_at = 0;
	l->visit_at = 0;
	kvmlat_ledger_enter(l, now, &row, &visit, visit.ns);
	return true;
}

#endif
