// SPDX-License-Identifier: GPL-2.0-only
#include <linux/string.h>

#include "outlier.h"

/* So often does a reader start again before its caller had better wait. */
#define READ_TRIES	1000

void kvmlat_outliers_init(struct kvmlat_outliers *o)
{
	/* KVMLAT_UNWATCHED, all of them. */
	memset(o->watcher, 0xff, sizeof(o->watcher));
	memset(o->threshold, 0xff, sizeof(o->threshold));
}

void kvmlat_outliers_watch(struct kvmlat_outliers *o, u32 watcher, const u64 *thresholds)
{
	u32 kind, w;

	for (kind = 0; kind < KVMLAT_OUTLIER_KINDS; kind++) {
		u64 least = KVMLAT_UNWATCHED;

		WRITE_ONCE(o->watcher[watcher][kind],
			   thresholds ? thresholds[kind] : KVMLAT_UNWATCHED);
		for (w = 0; w < KVMLAT_WATCHERS_MAX; w++)
			least = o->watcher[w][kind] < least ? o->watcher[w][kind] : least;
		WRITE_ONCE(o->threshold[kind], least);
	}
}

static u64 lower(u64 a, const u64 *threshold)
{
	u64 b = READ_ONCE(*threshold);

	return a < b ? a : b;
}

u64 kvmlat_outliers_unseen(const struct kvmlat_outliers *o, u32 class, u64 longest)
{
	if (!o)
		return longest;
	if (class == KVMLAT_REASON_CLASS_USER)
		return lower(longest, &o->threshold[KVMLAT_OUTLIER_KIND_USER]);
	if (class == KVMLAT_REASON_CLASS_RUNQ)
		return lower(longest, &o->threshold[KVMLAT_OUTLIER_KIND_RUNQ]);
	if (class == KVMLAT_REASON_CLASS_WAKE)
		return lower(longest, &o->threshold[KVMLAT_OUTLIER_KIND_WAKE]);
	/* Of the classes of exits, which come first. */
	if (class > KVMLAT_REASON_CLASS_REFLECTED)
		return longest;
	longest = lower(longest, &o->threshold[KVMLAT_OUTLIER_KIND_EXIT]);
	return lower(longest, &o->threshold[KVMLAT_OUTLIER_KIND_GAP]);
}

void kvmlat_outliers_culprit(struct kvmlat_culprit *to, const char *comm, u32 tid, u32 prio)
{
	memcpy(to->comm, comm, sizeof(to->comm));
	to->tid = tid;
	to->prio = prio;
}

/* Of the exit that is open. What came before it, or while the thread was away, is not in it. */
static void interrupts(struct kvmlat_outliers *o, const struct kvmlat_ledger *l, u64 now, u32 state)
{
	kvmlat_parts_interrupts(&o->parts, l->mark, now, state);
}

/* One that began in the fast way. Nothing had been spent in its exit by then. */
static void visit_begun(struct kvmlat_outliers *o, const struct kvmlat_ledger *l)
{
	if (o->visit.mark == l->visit_at || o->exit.mark != l->mark)
		return;
	interrupts(o, l, l->visit_at, KVMLAT_STATE_EXIT);
	o->visit = o->exit;
	o->visit.mark = l->visit_at;
	o->visit.parts = kvmlat_parts_begin(&o->parts);
}

/* The vCPU's thread leaves this CPU, to whom. */
void kvmlat_outliers_left(struct kvmlat_outliers *o, const struct kvmlat_ledger *l,
			  const char *comm, u32 tid, u32 prio)
{
	if (l->user_at)
		visit_begun(o, l);
	interrupts(o, l, l->out_at, l->user_at ? KVMLAT_STATE_USER : KVMLAT_STATE_EXIT);
	kvmlat_outliers_culprit(&o->taker, comm, tid, prio);
	o->wait_moves = READ_ONCE(o->parts.moves);
	o->left = raw_smp_processor_id();
}

static void begin(struct kvmlat_outliers *o, struct kvmlat_outlier_span *span,
		  const struct kvmlat_ledger *l, u64 mark)
{
	span->mark = mark;
	memcpy(span->spent, l->spent, sizeof(span->spent));
	span->culprit.time = 0;
	span->cpu = raw_smp_processor_id();
	span->parts = kvmlat_parts_begin(&o->parts);
	span->moves = READ_ONCE(o->parts.moves);
}

/* Something happens to the exit that is open. What was spent until now is of those before it. */
void kvmlat_outliers_exit_begins(struct kvmlat_outliers *o, const struct kvmlat_ledger *l)
{
	if (o->exit.mark != l->mark && !l->away)
		begin(o, &o->exit, l, l->mark);
}

/* Nothing may have been spent in this exit yet: then it began in the fast way. */
void kvmlat_outliers_visit_begins(struct kvmlat_outliers *o, const struct kvmlat_ledger *l)
{
	kvmlat_outliers_exit_begins(o, l);
	interrupts(o, l, l->visit_at, KVMLAT_STATE_EXIT);
	begin(o, &o->visit, l, l->visit_at);
}

/* Before the rest of it is spent. */
void kvmlat_outliers_visited(struct kvmlat_outliers *o, const struct kvmlat_ledger *l, u64 now)
{
	u32 i;

	kvmlat_outliers_exit_begins(o, l);
	visit_begun(o, l);
	interrupts(o, l, now, KVMLAT_STATE_USER);
	o->visited_parts = kvmlat_parts_begin(&o->parts);
	for (i = 0; i < KVMLAT_STATES; i++)
		o->visited[i] = l->spent[i] - o->visit.spent[i];
	o->visited[KVMLAT_STATE_USER] += now - l->user_at;
}

void kvmlat_outliers_wakes(struct kvmlat_outliers *o, const struct kvmlat_ledger *l)
{
	/* On its CPU, or since it has been away, in which case it has had none. */
	if (!l->out_at)
		interrupts(o, l, l->wake_at, KVMLAT_STATE_EXIT);
	begin(o, &o->wake, l, l->wake_at);
	if (l->out_at)
		o->wake.moves = o->wait_moves;
}

static void blame(struct kvmlat_outlier_span *span, const struct kvmlat_culprit *culprit)
{
	if (culprit->time > span->culprit.time)
		span->culprit = *culprit;
}

/* The vCPU's thread has a CPU again, for which it waited so long. Not spent yet. */
void kvmlat_outliers_waited(struct kvmlat_outliers *o, const struct kvmlat_ledger *l, u64 runq,
			    u64 now)
{
	bool took = l->out_state == KVMLAT_STATE_RUNQ;

	/* One that somebody is told of by itself has its own. */
	o->wait_parts = runq > READ_ONCE(o->threshold[KVMLAT_OUTLIER_KIND_RUNQ]) ?
			kvmlat_parts_begin(&o->parts) : 0;
	kvmlat_parts_waited(&o->parts, now - runq, now, took);

	o->wait = took ? o->taker : o->before;
	o->wait.took = took;
	o->wait.time = runq;
	blame(&o->exit, &o->wait);
	if (l->user_at)
		blame(&o->visit, &o->wait);
	blame(&o->wake, &o->wait);
}

/* NULL: nobody watches for one that is so short. */
static struct kvmlat_outlier *add(struct kvmlat_outliers *o, u32 kind, u64 total)
{
	struct kvmlat_outlier *r;
	u32 w, watchers = 0;

	if (total <= READ_ONCE(o->threshold[kind]))
		return NULL;
	for (w = 0; w < KVMLAT_WATCHERS_MAX; w++) {
		if (total <= READ_ONCE(o->watcher[w][kind]))
			continue;
		watchers |= 1U << w;
		o->made[w]++;
	}
	if (!watchers)
		return NULL;
	r = &o->record[o->head++ % KVMLAT_OUTLIERS];
	memset(r, 0, sizeof(*r));
	r->kind = kind;
	r->watchers = watchers;
	r->total = total;
	r->cpu = raw_smp_processor_id();
	r->cpu_before = r->cpu;
	return r;
}

/* What lies between an exit and its entry and is in no other state is exit. */
static void split(struct kvmlat_outlier *r, const struct kvmlat_ledger *l,
		  const struct kvmlat_outlier_span *span)
{
	u64 others = 0;
	u32 i;

	for (i = KVMLAT_STATE_USER; i < KVMLAT_STATES; i++) {
		r->time[i] = l->spent[i] - span->spent[i];
		others += r->time[i];
	}
	r->time[KVMLAT_STATE_EXIT] = r->end - r->begin - others;
	r->culprit = span->culprit;
	r->cpu_before = span->cpu;
}

/* Once its times are known. */
static void parts(struct kvmlat_outlier *r, const struct kvmlat_outliers *o, u64 from, u64 until,
		  u64 moves)
{
	const struct kvmlat_waker *waker = &o->parts.waker;

	r->nr_parts = kvmlat_parts_take(&o->parts, from, until, r->part);
	r->nr_parts = kvmlat_parts_trim(r->part, r->nr_parts, r->time);
	r->moves = READ_ONCE(o->parts.moves) - moves;
	/* Of a late wakeup it came before that, in the same exit. */
	if (READ_ONCE(waker->at) >
	    (r->kind == KVMLAT_OUTLIER_KIND_WAKE ? o->exit.mark : r->begin))
		r->waker = *waker;
}

static void of_exit(struct kvmlat_outlier *r, const struct kvmlat_ledger *l,
		    const struct kvmlat_cell *cell, u64 key)
{
	r->class = cell->class;
	r->code = cell->code;
	r->key = key;
	r->visited = r->time[KVMLAT_STATE_USER];
	r->visit = l->visit_code;
}

/**
 * kvmlat_outliers_exit() - an exit of a row is complete
 * @o: outliers
 * @l: its ledger; mark is the exit's still
 * @cell: its row
 * @key: its detail, 0 if it is not known
 * @now: when the guest was entered
 */
void kvmlat_outliers_exit(struct kvmlat_outliers *o, const struct kvmlat_ledger *l,
			  const struct kvmlat_cell *cell, u64 key, u64 now)
{
	u64 ns = now - l->mark, asleep;
	struct kvmlat_outlier *r;

	/* Who came while it was open does not know all of it. */
	if (o->exit.mark != l->mark)
		return;
	interrupts(o, l, now, KVMLAT_STATE_EXIT);
	asleep = l->spent[KVMLAT_STATE_WAIT] - o->exit.spent[KVMLAT_STATE_WAIT] +
		 l->spent[KVMLAT_STATE_POLL] - o->exit.spent[KVMLAT_STATE_POLL];
	r = add(o, KVMLAT_OUTLIER_KIND_EXIT, ns - l->away);
	if (r) {
		r->begin = l->mark;
		r->end = now;
		split(r, l, &o->exit);
		of_exit(r, l, cell, key ?: o->key);
		memset(&r->culprit, 0, sizeof(r->culprit));
		memset(r->time, 0, sizeof(r->time));
		r->time[KVMLAT_STATE_EXIT] = r->total;
		parts(r, o, o->exit.parts, o->parts.head, o->exit.moves);
	}
	r = add(o, KVMLAT_OUTLIER_KIND_GAP, ns - asleep);
	if (r) {
		r->begin = l->mark;
		r->end = now;
		split(r, l, &o->exit);
		of_exit(r, l, cell, key ?: o->key);
		r->time[KVMLAT_STATE_WAIT] = 0;
		r->time[KVMLAT_STATE_POLL] = 0;
		parts(r, o, o->exit.parts, o->parts.head, o->exit.moves);
	}
}

static void add_visit(struct kvmlat_outliers *o, const struct kvmlat_ledger *l, u32 code, u64 ns)
{
	struct kvmlat_outlier *r;

	if (o->visit.mark != l->visit_at)
		return;
	r = add(o, KVMLAT_OUTLIER_KIND_USER, ns);
	if (!r)
		return;
	r->begin = l->visit_at;
	r->end = l->visit_at + ns;
	memcpy(r->time, o->visited, sizeof(r->time));
	r->class = KVMLAT_REASON_CLASS_USER;
	r->code = code;
	r->visited = true;
	r->visit = code;
	r->key = o->key;
	r->culprit = o->visit.culprit;
	r->cpu_before = o->visit.cpu;
	parts(r, o, o->visit.parts, o->visited_parts, o->visit.moves);
}

static void add_wake(struct kvmlat_outliers *o, const struct kvmlat_ledger *l, u64 ns, u64 now)
{
	struct kvmlat_outlier *r;

	if (o->wake.mark != l->wake_at)
		return;
	interrupts(o, l, now, KVMLAT_STATE_EXIT);
	r = add(o, KVMLAT_OUTLIER_KIND_WAKE, ns);
	if (!r)
		return;
	r->begin = l->wake_at;
	r->end = now;
	split(r, l, &o->wake);
	r->class = KVMLAT_REASON_CLASS_WAKE;
	parts(r, o, o->wake.parts, o->parts.head, o->wake.moves);
}

static void add_runq(struct kvmlat_outliers *o, u64 ns, u64 now)
{
	struct kvmlat_outlier *r = add(o, KVMLAT_OUTLIER_KIND_RUNQ, ns);

	if (!r)
		return;
	r->begin = now - ns;
	r->end = now;
	r->time[KVMLAT_STATE_RUNQ] = ns;
	r->class = KVMLAT_REASON_CLASS_RUNQ;
	r->culprit = o->wait;
	r->cpu_before = o->left;
	parts(r, o, o->wait_parts, o->parts.head, o->wait_moves);
}

/**
 * kvmlat_outliers_span() - a span that is no exit is complete, and longer than its row's unseen
 * @o: outliers
 * @l: its ledger
 * @class: its class
 * @code: its code
 * @ns: how long it was
 * @now: as of its row
 */
void kvmlat_outliers_span(struct kvmlat_outliers *o, const struct kvmlat_ledger *l, u32 class,
			  u32 code, u64 ns, u64 now)
{
	if (class == KVMLAT_REASON_CLASS_USER)
		add_visit(o, l, code, ns);
	else if (class == KVMLAT_REASON_CLASS_WAKE)
		add_wake(o, l, ns, now);
	else if (class == KVMLAT_REASON_CLASS_RUNQ)
		add_runq(o, ns, now);
}

static u64 copy(const struct kvmlat_outliers *o, u32 watcher, struct kvmlat_outliers_news *news,
		u64 *head)
{
	u64 seq = o->read[watcher];

	*head = READ_ONCE(o->head);
	if (*head - seq > KVMLAT_OUTLIERS)
		seq = *head - KVMLAT_OUTLIERS;
	for (news->nr = 0; seq != *head; seq++) {
		const struct kvmlat_outlier *r = &o->record[seq % KVMLAT_OUTLIERS];

		if (READ_ONCE(r->watchers) & 1U << watcher)
			memcpy(&news->record[news->nr++], r, sizeof(*r));
	}
	return READ_ONCE(o->made[watcher]);
}

bool kvmlat_outliers_take(const struct kvmlat_ledger *l, struct kvmlat_outliers *o, u32 watcher,
			  struct kvmlat_outliers_news *news)
{
	u32 tries, seq;
	u64 made, head;

	for (tries = 0; tries < READ_TRIES; tries++) {
		seq = READ_ONCE(l->seq);
		/* Pairs with kvmlat_ledger_commit(). */
		smp_rmb();
		if (seq & 1)
			continue;
		made = copy(o, watcher, news, &head);
		/* Pairs with kvmlat_ledger_begin(). */
		smp_rmb();
		if (READ_ONCE(l->seq) != seq)
			continue;
		news->dropped = made - o->told[watcher] - news->nr;
		o->told[watcher] = made;
		o->read[watcher] = head;
		return true;
	}
	return false;
}

void kvmlat_outliers_skip(struct kvmlat_outliers *o, u32 watcher)
{
	o->told[watcher] = READ_ONCE(o->made[watcher]);
	o->read[watcher] = READ_ONCE(o->head);
}

u64 kvmlat_outliers_untold(const struct kvmlat_outliers *o, u32 watcher)
{
	return READ_ONCE(o->made[watcher]) - o->told[watcher];
}
