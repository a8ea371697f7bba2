// SPDX-License-Identifier: GPL-2.0-only
/*
 * Halts: how long they were, what of them was polling, and what KVM made of it.
 *
 * KVM tells of a halt when it ends. How long it polled is the difference of its own
 * counters; where that time was counted until now, it is moved from.
 */
#include "ledger.h"
#include "outlier.h"

/* Somebody may have cleared the counter (debugfs) since. */
static u64 grown(u64 now, u64 before)
{
	return now >= before ? now - before : now;
}

/**
 * kvmlat_ledger_halt() - a halt ended
 * @l: ledger, between begin and commit
 * @now: time of the event
 * @halt: what KVM tells of it
 */
void kvmlat_ledger_halt(struct kvmlat_ledger *l, u64 now, const struct kvmlat_halt *halt)
{
	u64 hit_ns = grown(halt->polls.success_ns, l->polls.success_ns);
	u64 miss_ns = grown(halt->polls.fail_ns, l->polls.fail_ns);
	u64 start = now - halt->ns;
	u64 polled = hit_ns + miss_ns;
	/* A poll can take no time, and a counter that was cleared can be what it was. */
	bool hit = hit_ns || halt->polls.successful != l->polls.successful;
	bool tried = miss_ns || halt->polls.attempted != l->polls.attempted;

	WRITE_ONCE(l->inside, true);
	/* Nobody halts in the guest: its exit was not seen, and ends with the next one or entry. */
	if (!l->open) {
		l->mark = now;
		l->open = &l->none;
	}
	kvmlat_ledger_renew(l);
	/* KVM_RUN went on with a halt that a signal had interrupted. */
	if (l->user_at) {
		kvmlat_ledger_leave_user(l, start > l->user_at ? start : l->user_at);
	} else if (l->visit_at && l->visit_end > start) {
		/* The thread lost its CPU in the halt; up to then all was counted as user. */
		u64 end = start > l->visit_ran ? start : l->visit_ran;

		kvmlat_ledger_spend(l, KVMLAT_STATE_USER, -(l->visit_end - end));
		kvmlat_outlier_visit_ended_before(l, l->visit_end - end);
		l->ran += l->visit_end - end;
		l->visit_end = end;
	}

	if (!l->slept)
		l->ran += now - (l->mark > l->ran_from ? l->mark : l->ran_from);
	/* KVM's clock is not ours: never more than the thread was on its CPU. */
	if (polled > l->ran)
		polled = l->ran;
	kvmlat_ledger_spend(l, KVMLAT_STATE_POLL, polled);
	kvmlat_outlier_polled(l, polled);

	kvmlat_ledger_add(l, KVMLAT_REASON_CLASS_HALT, 0, halt->ns, now);
	if (hit)
		kvmlat_ledger_add(l, KVMLAT_REASON_CLASS_POLL_HIT, 0, hit_ns, now);
	else if (tried)
		kvmlat_ledger_add(l, KVMLAT_REASON_CLASS_POLL_MISS, 0, miss_ns, now);
	if (!halt->valid)
		l->halt_invalid++;
	l->halt_window = halt->window;
	l->polls = halt->polls;

	if (!l->wake_at) {
		l->wake_at = now;
		kvmlat_outlier_wakes(l);
	}
	l->slept = false;
	l->ran = 0;
	l->ran_from = now;
	/* The entry has to look at wake_at, and at what was spent. */
	kvmlat_ledger_hold(l);
}

/**
 * kvmlat_ledger_poll_window() - KVM grew or shrank the poll window
 * @l: ledger, between begin and commit
 * @grow: which of them
 * @window: the new window, ns
 */
void kvmlat_ledger_poll_window(struct kvmlat_ledger *l, bool grow, u32 window)
{
	if (grow)
		l->halt_grow++;
	else
		l->halt_shrink++;
	l->halt_window = window;
}
