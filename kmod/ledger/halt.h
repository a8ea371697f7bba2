/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The end of a halt, and the entry after it. Pure. A halt that did not poll, after an exit that the
 * VMM knows nothing of, is all here; what is rarer is in halt.c.
 */
#ifndef KVMLAT_HALT_H
#define KVMLAT_HALT_H

#include "offcpu.h"
#include "outlier.h"

/* A halt as kvm_vcpu_wakeup tells it. */
struct kvmlat_halt {
	u64 ns;				/* from its begin to its end, which is now */
	bool valid;
	u32 window;			/* for the next halt */
};

void kvmlat_ledger_poll_window(struct kvmlat_ledger *l, bool grow, u32 window);

/* For kvmlat_ledger_halt() only. */
void kvmlat_halt_visited(struct kvmlat_ledger *l, u64 start);
void kvmlat_halt_polled(struct kvmlat_ledger *l, u64 now, struct kvmlat_polls polls);

/* A poll that took no time counts as one, and somebody may have cleared the counters (debugfs). */
static __always_inline bool kvmlat_halt_has_polled(const struct kvmlat_ledger *l,
						   struct kvmlat_polls polls)
{
	return polls.fail_ns != l->polls.fail_ns || polls.success_ns != l->polls.success_ns ||
	       polls.attempted != l->polls.attempted || polls.successful != l->polls.successful;
}

/**
 * kvmlat_ledger_halt() - a halt ended
 * @l: ledger, between begin and commit
 * @now: time of the event
 * @halt: what KVM tells of it
 * @polls: KVM's counters of polls by now
 */
static __always_inline void kvmlat_ledger_halt(struct kvmlat_ledger *l, u64 now,
					       struct kvmlat_halt halt, struct kvmlat_polls polls)
{
	WRITE_ONCE(l->inside, true);
	/* Nobody halts in the guest: its exit was not seen, and ends with the next one or entry. */
	if (unlikely(!l->open)) {
		l->mark = now;
		l->open = &l->none;
	}
	kvmlat_ledger_renew(l);
	if (unlikely(l->user_at | l->visit_at))
		kvmlat_halt_visited(l, now - halt.ns);
	if (kvmlat_halt_has_polled(l, polls))
		kvmlat_halt_polled(l, now, polls);
	kvmlat_ledger_span(l, KVMLAT_REASON_CLASS_HALT, halt.ns, now);
	if (unlikely(!halt.valid))
		l->halt_invalid++;
	l->halt_window = halt.window;
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

/*
 * The entry after a halt. False if nothing was done: then kvmlat_ledger_entry_slow() has to. A
 * halt is within an exit, which it holds; but a reset may have thrown that exit's row away.
 */
static __always_inline bool kvmlat_halt_entry(struct kvmlat_ledger *l, u64 now)
{
	struct kvmlat_place wake = {
		.cell = l->span[KVMLAT_REASON_CLASS_WAKE], .ns = now - l->wake_at,
	};
	struct kvmlat_place row = { .cell = l->held };

	if (unlikely(!l->wake_at) || unlikely(l->visit_at) || unlikely(l->key) ||
	    unlikely(!wake.cell) || unlikely(!row.cell) ||
	    unlikely((s64)(now - l->ran_from) <= 0))
		return false;
	row.ns = now - l->mark;
	if (unlikely(!kvmlat_place_find(&row)) || unlikely(!kvmlat_place_find(&wake)))
		return false;
	l->wake_at = 0;
	kvmlat_ledger_enter(l, now, &row, &wake, 0);
	return true;
}

#endif
