/* SPDX-License-Identifier: GPL-2.0-only */
/* A vCPU whose halts are known beforehand, with KVM's own polls or a fixed window; its account. */
#ifndef _UNIT_REPLAY_H
#define _UNIT_REPLAY_H

#include <stdlib.h>
#include <string.h>

#include "lib/kvmlat.h"

#define US	((uint64_t)1000)
#define MS	((uint64_t)1000000)
#define SEC	((uint64_t)1000000000)

/* Of the same seed the same on each machine. */
static uint32_t chance_state = 1;

static inline uint32_t chance(uint32_t below)
{
	chance_state = chance_state * 1103515245 + 12345;
	return (chance_state >> 8) % below;
}

/** struct replay_policy - parameters of kvm.ko; with @fixed the window is always @max */
struct replay_policy {
	uint64_t	max;
	uint32_t	grow;
	uint64_t	grow_start;
	uint32_t	shrink;
	bool		fixed;
};

/**
 * struct replay - what came of it; @window is for the next halt
 * @late: how late the guest ran, by bucket
 * @deaf: the window does nothing, as with a guest that polls itself
 */
struct replay {
	uint64_t	window;
	uint64_t	polled;
	uint64_t	slept;
	uint64_t	burnt;
	uint64_t	elapsed;
	uint64_t	wakes;
	bool		deaf;
	uint64_t	halts[KVMLAT_HIST_BUCKETS];
	uint64_t	late[KVMLAT_HIST_BUCKETS];
};

/* grow_halt_poll_ns() of virt/kvm/kvm_main.c in Linux 6.1 to 7.3: 0 leaves the window as it is. */
static inline void replay_grow(const struct replay_policy *p, struct replay *r)
{
	if (!p->grow)
		return;
	r->window *= p->grow;
	if (r->window < p->grow_start)
		r->window = p->grow_start;
}

/* shrink_halt_poll_ns(): 0 ends polling at once. */
static inline void replay_shrink(const struct replay_policy *p, struct replay *r)
{
	r->window = p->shrink ? r->window / p->shrink : 0;
	if (r->window < p->grow_start)
		r->window = 0;
}

/*
 * kvm_vcpu_halt(): an event comes after @ns, and a vCPU that sleeps runs @late after it. The
 * maximum bounds what a halt polls, not what has grown.
 */
static inline void replay_halt(const struct replay_policy *p, struct replay *r, uint64_t ns,
			       uint64_t late)
{
	uint64_t block = ns;

	if (p->fixed || r->window > p->max)
		r->window = p->max;
	if (ns <= r->window && !r->deaf) {
		r->polled++;
		r->burnt += ns;
		late = US;
	} else {
		r->slept++;
		r->burnt += r->deaf ? 0 : r->window;
		block += late;
	}
	r->halts[kvmlat_bucket_of(block)]++;
	r->late[kvmlat_bucket_of(late)]++;
	r->wakes += late;
	r->elapsed += block;
	if (p->fixed || !p->max || ns <= r->window)
		return;
	if (r->window && block > p->max)
		replay_shrink(p, r);
	else if (r->window < p->max && block < p->max)
		replay_grow(p, r);
}

/* How late the guest ran at most, but for one time in a hundred. */
static inline uint64_t replay_p99(const struct replay *r)
{
	uint64_t rest = (r->polled + r->slept) / 100;
	size_t i;

	for (i = KVMLAT_HIST_BUCKETS; i--;) {
		if (r->late[i] > rest)
			return kvmlat_bucket_lower(i);
		rest -= r->late[i];
	}
	return 0;
}

/* The account that the module would have of it. */
struct replay_account {
	struct kvmlat_account	account;
	struct kvmlat_reason	rows[3];
	struct kvmlat_bucket	halts[KVMLAT_HIST_BUCKETS];
	struct kvmlat_bucket	late[KVMLAT_HIST_BUCKETS];
};

static inline void replay_row(struct kvmlat_reason *row, uint32_t cls, const uint64_t *counts,
			      struct kvmlat_bucket *buckets)
{
	unsigned int i;

	*row = (struct kvmlat_reason){ .cls = cls, .buckets = buckets };
	for (i = 0; i < KVMLAT_HIST_BUCKETS; i++) {
		if (!counts[i])
			continue;
		buckets[row->nr_buckets++] = (struct kvmlat_bucket){ i, counts[i] };
		row->count += counts[i];
	}
}

static inline void replay_account(const struct replay *r, struct replay_account *a)
{
	memset(a, 0, sizeof(*a));
	replay_row(&a->rows[0], KVMLAT_REASON_CLASS_HALT, r->halts, a->halts);
	a->rows[1] = (struct kvmlat_reason){ .cls = KVMLAT_REASON_CLASS_POLL_HIT,
					     .count = r->polled };
	replay_row(&a->rows[2], KVMLAT_REASON_CLASS_WAKE, r->late, a->late);
	a->account.reasons = a->rows;
	a->account.nr_reasons = 3;
	a->account.nr_vcpus = 1;
	a->account.elapsed = r->elapsed;
	a->account.times[KVMLAT_STATE_POLL] = r->burnt;
}

#endif /* _UNIT_REPLAY_H */
