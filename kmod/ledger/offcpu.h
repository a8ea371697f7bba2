/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The vCPU's thread leaves its CPU and comes back: wait, off, runq. Pure. It has one caller for
 * each, in whom it is, as every halt has both.
 */
#ifndef KVMLAT_OFFCPU_H
#define KVMLAT_OFFCPU_H

#include "ledger.h"
#include "outlier.h"

void kvmlat_ledger_preempted(struct kvmlat_ledger *l, u64 now, const char *comm, u32 tid);

/**
 * kvmlat_ledger_renew() - forget what is known of an earlier exit's halt
 * @l: ledger with an open exit, between begin and commit
 *
 * Exits and entries do not, as few of them have a halt.
 */
static inline void kvmlat_ledger_renew(struct kvmlat_ledger *l)
{
	if (l->ran_mark == l->mark)
		return;
	l->ran_mark = l->mark;
	l->ran = 0;
	l->slept = false;
	kvmlat_outlier_exit_begins(l);
}

/**
 * kvmlat_ledger_out() - the thread leaves its CPU
 * @l: ledger, between begin and commit
 * @now: time of the event
 * @state: wait, off or runq
 * @in_kvm: the thread is in KVM_RUN; if it was thought to be in the VMM, it came back since
 * @delay: the scheduler's count of this thread's waits for a CPU, ns
 */
static __always_inline void kvmlat_ledger_out(struct kvmlat_ledger *l, u64 now, u32 state,
					      bool in_kvm, u64 delay)
{
	/*
	 * Linux 6.1 on AMD lets the host's interrupts in before it tells of the exit, so
	 * this can come between the two. That exit is open from now on, its row is not known.
	 */
	if (unlikely(!l->open)) {
		l->mark = now;
		l->open = &l->none;
		l->early = true;
	}
	kvmlat_ledger_renew(l);
	/* The exit takes more time from now on than KVM needs for it. */
	kvmlat_ledger_hold(l);
	/* A poll can lose its CPU more than once, and real-time kernels take it often. */
	if (!l->slept && !l->user_at)
		l->ran += now - (l->mark > l->ran_from ? l->mark : l->ran_from);
	if (state == KVMLAT_STATE_WAIT)
		l->slept = true;
	if (l->user_at && in_kvm)
		kvmlat_ledger_leave_user(l, now);
	else if (l->user_at)
		kvmlat_ledger_spend(l, KVMLAT_STATE_USER, now - l->user_at);
	/* What keeps it from entering after a wakeup is part of how late it is; a new sleep not. */
	if (state == KVMLAT_STATE_WAIT)
		l->wake_at = 0;
	l->delay = delay;
	l->out_state = state;
	l->out_at = now;
}

/**
 * kvmlat_ledger_in() - the thread has a CPU again
 * @l: ledger, between begin and commit, after out
 * @now: time of the event
 * @delay: the scheduler's count as in out
 *
 * After a sleep the last part of the absence was the wait for the CPU; how much the
 * scheduler knows. Its clock is not ours, hence the limit.
 */
static __always_inline void kvmlat_ledger_in(struct kvmlat_ledger *l, u64 now, u64 delay)
{
	u64 away = now - l->out_at;
	u64 runq = delay - l->delay;

	if (l->out_state == KVMLAT_STATE_RUNQ) {
		u32 last = (l->preemptions - 1) % KVMLAT_PREEMPTORS;

		runq = away;
		l->preempted += away;
		/* After a reset the one who took the CPU is not known any more. */
		if (l->preemptions)
			l->preemptor[last].time = away;
		kvmlat_ledger_span(l, KVMLAT_REASON_CLASS_PREEMPT, away, now);
	} else {
		if (runq > away)
			runq = away;
		kvmlat_ledger_spend(l, l->out_state, away - runq);
	}
	if (l->out_state == KVMLAT_STATE_WAIT) {
		kvmlat_ledger_span(l, KVMLAT_REASON_CLASS_SLEEP, away - runq, now);
		l->wake_at = now - runq;
		kvmlat_outlier_wakes(l);
	}
	kvmlat_outlier_waited(l, runq, now);
	kvmlat_ledger_spend(l, KVMLAT_STATE_RUNQ, runq);
	kvmlat_ledger_span(l, KVMLAT_REASON_CLASS_RUNQ, runq, now);
	l->out_at = 0;
	l->ran_from = now;
	if (l->user_at)
		l->user_at = now;
}

#endif
