// SPDX-License-Identifier: GPL-2.0-only
/*
 * Halts that polled or were interrupted: what of them was polling, and what KVM made of it.
 *
 * KVM tells of a halt when it ends. How long it polled is the difference of its own
 * counters; where that time was counted until now, it is moved from.
 */
#include "halt.h"

/* Somebody may have cleared the counter (debugfs) since. */
static u64 grown(u64 now, u64 before)
{
	return now >= before ? now - before : now;
}

/* The halt began at @start, and the VMM had the vCPU since the exit. */
void kvmlat_halt_visited(struct kvmlat_ledger *l, u64 start)
{
	u64 end;

	/* KVM_RUN went on with a halt that a signal had interrupted. */
	if (l->user_at) {
		kvmlat_ledger_leave_user(l, start > l->user_at ? start : l->user_at);
		return;
	}
	if (l->visit_end <= start)
		return;
	/* The thread lost its CPU in the halt; up to then all was counted as user. */
	end = start > l->visit_ran ? start : l->visit_ran;
	kvmlat_ledger_spend(l, KVMLAT_STATE_USER, -(l->visit_end - end));
	kvmlat_outlier_visit_ended_before(l, l->visit_end - end);
	l->ran += l->visit_end - end;
	l->visit_end = end;
}

/* What of the halt that ends @now was polling, by KVM's counters. */
void kvmlat_halt_polled(struct kvmlat_ledger *l, u64 now, struct kvmlat_polls polls)
{
	u64 hit_ns = grown(polls.success_ns, l->polls.success_ns);
	u64 miss_ns = grown(polls.fail_ns, l->polls.fail_ns);
	u64 polled = hit_ns + miss_ns;

	if (!l->slept)
		l->ran += now - (l->mark > l->ran_from ? l->mark : l->ran_from);
	/* KVM's clock is not ours: never more than the thread was on its CPU. */
	if (polled > l->ran)
		polled = l->ran;
	kvmlat_ledger_spend(l, KVMLAT_STATE_POLL, polled);
	kvmlat_outlier_polled(l, polled);
	/* A poll can take no time, and a counter that was cleared can be what it was. */
	if (hit_ns || polls.successful != l->polls.successful)
		kvmlat_ledger_span(l, KVMLAT_REASON_CLASS_POLL_HIT, hit_ns, now);
	else if (miss_ns || polls.attempted != l->polls.attempted)
		kvmlat_ledger_span(l, KVMLAT_REASON_CLASS_POLL_MISS, miss_ns, now);
	l->polls = polls;
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
