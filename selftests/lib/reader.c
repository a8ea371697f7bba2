// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "reader.h"

/* Complete intervals: the open one was counted up to now, what ends it may be older than that */
static void complete(const struct acct *a, uint64_t times[])
{
	memcpy(times, a->times, sizeof(a->times));
	times[a->state] -= a->now - a->state_since;
}

/*
 * What a poll was is known only when the halt ends, and until then counted as exit (or, where
 * KVM_RUN went on with an interrupted halt, as user). The share of an absence that was waiting for
 * a CPU is known only when it ends.
 */
static const char *times_go_back(const struct acct *old, const struct acct *new)
{
	static _Thread_local char went[120];
	uint64_t was[KVMLAT_STATE_MAX + 1], is[KVMLAT_STATE_MAX + 1];

	complete(old, was);
	memcpy(is, new->times, sizeof(is));
	was[KVMLAT_STATE_EXIT] += was[KVMLAT_STATE_POLL] + was[KVMLAT_STATE_USER];
	is[KVMLAT_STATE_EXIT] += is[KVMLAT_STATE_POLL] + is[KVMLAT_STATE_USER];
	was[KVMLAT_STATE_USER] = 0;
	for (unsigned int i = 0; i <= KVMLAT_STATE_MAX; i++) {
		if (is[i] >= was[i])
			continue;
		snprintf(went, sizeof(went), "vCPU %u: the time in state %u went back by %llu ns",
			 new->vcpu, i, (unsigned long long)(was[i] - is[i]));
		return went;
	}
	return NULL;
}

const char *acct_goes_back(const struct acct *old, const struct acct *new)
{
	static _Thread_local char went[120];
	const char *bad;

	if (new->since < old->since || new->now < old->now)
		return "time went back";
	if (new->since != old->since)
		return NULL;
	if (new->reentries < old->reentries || new->poll_grow < old->poll_grow ||
	    new->poll_shrink < old->poll_shrink || new->invalid_wakeups < old->invalid_wakeups)
		return "a count of the account went back";
	bad = times_go_back(old, new);
	if (bad)
		return bad;
	for (unsigned int i = 0; i < old->nr_rows; i++) {
		const struct row *a = &old->rows[i], *b = acct_row(new, a->class, a->code);

		if (!b || b->count < a->count || b->total < a->total || b->longest < a->longest) {
			snprintf(went, sizeof(went), "vCPU %u: class %u code %#x went back",
				 new->vcpu, a->class, a->code);
			return went;
		}
	}
	return NULL;
}

static void read_once(struct reader *r, struct wire *w, struct snap *old)
{
	struct snap snap;
	const char *bad;
	int err = snap_dump(w, FILTER(.hist = true), &snap);

	bad = err ? "a dump was refused" : snap_breach(&snap);
	for (unsigned int i = 0; !bad && i < snap.nr; i++)
		for (unsigned int j = 0; !bad && j < old->nr; j++) {
			if (snap.accts[i].vm != old->accts[j].vm ||
			    snap.accts[i].vcpu != old->accts[j].vcpu)
				continue;
			bad = acct_goes_back(&old->accts[j], &snap.accts[i]);
			r->resets_seen += snap.accts[i].since != old->accts[j].since;
		}
	if (bad)
		snprintf(r->bad, sizeof(r->bad), "%s (errno %d)", bad, err);
	r->accts += snap.nr;
	snap_free(old);
	*old = snap;
	r->dumps++;
}

static void *reader_main(void *arg)
{
	struct reader *r = arg;
	struct snap old = { 0 };
	struct wire w;

	if (wire_open(&w)) {
		snprintf(r->bad, sizeof(r->bad), "cannot open a socket");
		return NULL;
	}
	while (!r->bad[0] && !__atomic_load_n(r->stop, __ATOMIC_RELAXED))
		read_once(r, &w, &old);
	snap_free(&old);
	wire_close(&w);
	return NULL;
}

int readers_start(struct readers *r)
{
	int err = 0;

	memset(r, 0, sizeof(*r));
	for (unsigned int i = 0; i < READERS && !err; i++) {
		r->reader[i].stop = &r->stop;
		err = pthread_create(&r->reader[i].thread, NULL, reader_main, &r->reader[i]);
	}
	return err;
}

void readers_stop(struct readers *r)
{
	__atomic_store_n(&r->stop, true, __ATOMIC_RELAXED);
	for (unsigned int i = 0; i < READERS; i++) {
		struct reader *reader = &r->reader[i];

		pthread_join(reader->thread, NULL);
		if (!r->bad[0])
			memcpy(r->bad, reader->bad, sizeof(r->bad));
		r->dumps += reader->dumps;
		r->accts += reader->accts;
		r->resets_seen += reader->resets_seen;
	}
}
