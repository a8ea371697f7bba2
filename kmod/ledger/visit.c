// SPDX-License-Identifier: GPL-2.0-only
/* Visits to the VMM: what is rare; a visit without a break is in visit.h. */
#include "outlier.h"
#include "visit.h"

/**
 * kvmlat_ledger_leave_user() - KVM has the vCPU again, or is known to have had it since
 * @l: ledger in the state user, between begin and commit
 * @now: since when
 *
 * The visit stays open: a halt may tell later that it ended even before.
 */
void kvmlat_ledger_leave_user(struct kvmlat_ledger *l, u64 now)
{
	kvmlat_outlier_visit_ends(l, now);
	kvmlat_ledger_spend(l, KVMLAT_STATE_USER, now - l->user_at);
	l->visit_ran = l->user_at;
	l->user_at = 0;
	l->visit_end = now;
	l->ran_from = now;
}

/* Its row, once it is known where it ended. */
void kvmlat_ledger_end_visit(struct kvmlat_ledger *l, u64 now)
{
	if (l->visit_at)
		kvmlat_ledger_add(l, KVMLAT_REASON_CLASS_USER, l->visit_code,
				  l->visit_end - l->visit_at, now);
	l->visit_at = 0;
}

/**
 * kvmlat_ledger_user() - KVM hands the exit to the VMM
 * @l: ledger, between begin and commit
 * @now: time of the event
 * @code: KVM_EXIT_*, or one of KVMLAT_USER_*
 *
 * Without an open exit the processor refused the entry, and there was no guest since. With the
 * VMM still in charge KVM_RUN returned before anything was seen of KVM; the visit goes on.
 */
void kvmlat_ledger_user(struct kvmlat_ledger *l, u64 now, u32 code)
{
	WRITE_ONCE(l->inside, false);
	if (l->user_at)
		return;
	if (!l->open)
		l->open = &l->none;
	kvmlat_ledger_end_visit(l, now);
	kvmlat_ledger_hold(l);
	l->wake_at = 0;
	l->slept = false;
	l->ran = 0;
	l->user_at = now;
	l->visit_at = now;
	l->visit_code = code;
	kvmlat_outlier_visit_begins(l);
}
