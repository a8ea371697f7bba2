/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Outliers: what took longer than somebody watches for, with what it was made of. Pure.
 *
 * A vCPU that is watched has a ring of records. Who writes the vCPU's account writes the ring, in
 * the same updates; readers hold kvmlat_mutex and compare the sequence count of the account. The
 * newest records stay; how many were made for each watcher is counted, so each learns exactly how
 * many it did not get. Nothing of this is on the way of an event that is no outlier: ledger.h
 * compares with kvmlat_outliers_unseen().
 */
#ifndef KVMLAT_OUTLIER_H
#define KVMLAT_OUTLIER_H

#include <linux/compiler.h>
#include <linux/kvmlat.h>
#include <linux/types.h>

#include "ledger.h"
#include "part.h"

#define KVMLAT_OUTLIER_KINDS	(KVMLAT_OUTLIER_KIND_MAX + 1)
#define KVMLAT_OUTLIERS		64	/* records of a vCPU */
#define KVMLAT_UNWATCHED	(~0ULL)	/* a threshold that nothing is longer than */

/* Who had the CPU while the vCPU waited for it. */
struct kvmlat_culprit {
	char comm[KVMLAT_COMM_LEN];
	u32 tid;
	u32 prio;
	bool took;			/* the CPU from the vCPU, which had not slept */
	u64 time;			/* so long did the vCPU wait; 0: it did not */
};

struct kvmlat_outlier {
	u64 begin;
	u64 end;
	u64 total;
	u64 time[KVMLAT_STATES];	/* their sum is total */
	u64 key;			/* as of a detail; 0 if it is not known */
	u32 kind;
	u32 watchers;			/* a bit for each whose threshold it passed */
	u32 class;			/* of its row */
	u32 code;
	u32 visit;			/* KVM_EXIT_* of the latest visit to the VMM, if visited */
	bool visited;
	u32 cpu_before;
	u32 cpu;
	struct kvmlat_culprit culprit;
	struct kvmlat_waker waker;
	u32 moves;
	u32 nr_parts;
	struct kvmlat_part part[KVMLAT_PARTS];
};

struct kvmlat_outliers {
	/* Of each watcher, and the lowest of them; written under the vCPU's lock. */
	u64 watcher[KVMLAT_WATCHERS_MAX][KVMLAT_OUTLIER_KINDS];
	u64 threshold[KVMLAT_OUTLIER_KINDS];
	/* What had been spent in other states than exit, when what began at mark did. */
	struct kvmlat_outlier_span {
		u64 mark;
		u64 spent[KVMLAT_STATES];
		struct kvmlat_culprit culprit;	/* of the longest wait since */
		u32 cpu;
		u64 parts;			/* that were known before */
		u64 moves;			/* before */
	} exit, visit, wake;
	u64 visited[KVMLAT_STATES];	/* what the visit was made of, when it ended */
	u64 visited_parts;		/* those that were known by then */
	struct kvmlat_culprit taker;	/* took the CPU from the vCPU */
	u32 left;			/* which CPU that was */
	struct kvmlat_culprit before;	/* had the CPU that the vCPU has now */
	struct kvmlat_culprit wait;	/* whom the latest wait was for */
	u64 wait_parts;			/* as of a span, of that wait */
	u64 wait_moves;
	struct kvmlat_parts parts;
	u64 key;			/* what the VMM was told to do, of the entry that comes */
	u64 head;			/* records made */
	u64 made[KVMLAT_WATCHERS_MAX];
	struct kvmlat_outlier record[KVMLAT_OUTLIERS];
	/* Under kvmlat_mutex: what each watcher was told of. */
	u64 read[KVMLAT_WATCHERS_MAX];	/* of head */
	u64 told[KVMLAT_WATCHERS_MAX];	/* of made */
};

/* What a watcher is told of a vCPU, the oldest first. */
struct kvmlat_outliers_news {
	u64 dropped;			/* before the first */
	u32 nr;
	struct kvmlat_outlier record[KVMLAT_OUTLIERS];
};

/* Nobody watches yet. */
void kvmlat_outliers_init(struct kvmlat_outliers *o);
/* A watcher's thresholds, for each kind; NULL: it is gone. Records from now on are for it. */
void kvmlat_outliers_watch(struct kvmlat_outliers *o, u32 watcher, const u64 *thresholds);
/* Up to where an event of a row needs no look. @o may be NULL. */
u64 kvmlat_outliers_unseen(const struct kvmlat_outliers *o, u32 class, u64 longest);
/* What the watcher was not told yet. False: the writer did not pause; nothing is told. */
bool kvmlat_outliers_take(const struct kvmlat_ledger *l, struct kvmlat_outliers *o, u32 watcher,
			  struct kvmlat_outliers_news *news);
/* All that was made until now is not for the watcher. */
void kvmlat_outliers_skip(struct kvmlat_outliers *o, u32 watcher);
/* How many records the watcher was not told of. */
u64 kvmlat_outliers_untold(const struct kvmlat_outliers *o, u32 watcher);

/* For the parts of the ledger, within updates. */
void kvmlat_outliers_exit_begins(struct kvmlat_outliers *o, const struct kvmlat_ledger *l);
void kvmlat_outliers_exit(struct kvmlat_outliers *o, const struct kvmlat_ledger *l,
			  const struct kvmlat_cell *cell, u64 key, u64 now);
void kvmlat_outliers_visit_begins(struct kvmlat_outliers *o, const struct kvmlat_ledger *l);
void kvmlat_outliers_visited(struct kvmlat_outliers *o, const struct kvmlat_ledger *l, u64 now);
void kvmlat_outliers_wakes(struct kvmlat_outliers *o, const struct kvmlat_ledger *l);
void kvmlat_outliers_waited(struct kvmlat_outliers *o, const struct kvmlat_ledger *l, u64 runq,
			    u64 now);
void kvmlat_outliers_span(struct kvmlat_outliers *o, const struct kvmlat_ledger *l, u32 class,
			  u32 code, u64 ns, u64 now);
void kvmlat_outliers_left(struct kvmlat_outliers *o, const struct kvmlat_ledger *l,
			  const char *comm, u32 tid, u32 prio);
void kvmlat_outliers_culprit(struct kvmlat_culprit *to, const char *comm, u32 tid, u32 prio);

static inline void kvmlat_outlier_exit_begins(struct kvmlat_ledger *l)
{
	struct kvmlat_outliers *o = READ_ONCE(l->outliers);

	if (unlikely(o))
		kvmlat_outliers_exit_begins(o, l);
}

static inline void kvmlat_outlier_exit(struct kvmlat_ledger *l, const struct kvmlat_cell *cell,
				       u64 key, u64 now)
{
	struct kvmlat_outliers *o = READ_ONCE(l->outliers);

	if (unlikely(o))
		kvmlat_outliers_exit(o, l, cell, key, now);
}

static inline void kvmlat_outlier_visit_begins(struct kvmlat_ledger *l)
{
	struct kvmlat_outliers *o = READ_ONCE(l->outliers);

	if (unlikely(o))
		kvmlat_outliers_visit_begins(o, l);
}

static inline void kvmlat_outlier_visit_ends(struct kvmlat_ledger *l, u64 now)
{
	struct kvmlat_outliers *o = READ_ONCE(l->outliers);

	if (unlikely(o))
		kvmlat_outliers_visited(o, l, now);
}

/* A halt tells that the visit was shorter, since KVM had the vCPU already, before any wakeup. */
static inline void kvmlat_outlier_visit_ended_before(struct kvmlat_ledger *l, u64 ns)
{
	struct kvmlat_outliers *o = READ_ONCE(l->outliers);

	if (unlikely(o)) {
		o->visited[KVMLAT_STATE_USER] -= ns;
		o->wake.spent[KVMLAT_STATE_USER] -= ns;
	}
}

/* KVM polled before it slept: not since the wakeup, if there was one. */
static inline void kvmlat_outlier_polled(struct kvmlat_ledger *l, u64 ns)
{
	struct kvmlat_outliers *o = READ_ONCE(l->outliers);

	if (unlikely(o))
		o->wake.spent[KVMLAT_STATE_POLL] += ns;
}

static inline void kvmlat_outlier_wakes(struct kvmlat_ledger *l)
{
	struct kvmlat_outliers *o = READ_ONCE(l->outliers);

	if (unlikely(o))
		kvmlat_outliers_wakes(o, l);
}

static inline void kvmlat_outlier_waited(struct kvmlat_ledger *l, u64 runq, u64 now)
{
	struct kvmlat_outliers *o = READ_ONCE(l->outliers);

	if (unlikely(o))
		kvmlat_outliers_waited(o, l, runq, now);
}

static inline void kvmlat_outlier_span(struct kvmlat_ledger *l, u32 class, u32 code, u64 ns,
				       u64 now)
{
	struct kvmlat_outliers *o = READ_ONCE(l->outliers);

	if (unlikely(o))
		kvmlat_outliers_span(o, l, class, code, ns, now);
}

#endif
