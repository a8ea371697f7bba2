// SPDX-License-Identifier: GPL-2.0-only
/* What must hold of every snapshot, whatever the guests did. */
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "bucket.h"
#include "snapshot.h"

static _Thread_local char text[512];

#define BREACH(a, fmt, ...) \
	(snprintf(text, sizeof(text), "VM %u vCPU %u: " fmt, (a)->vm, (a)->vcpu, ##__VA_ARGS__), \
	 text)

static const char *row_breach(const struct acct *a, const struct row *row, bool hist)
{
	if (row->class > KVMLAT_REASON_CLASS_MAX)
		return BREACH(a, "class %u does not exist", row->class);
	if (row->longest > row->total)
		return BREACH(a, "code %#x: longest %" PRIu64 " > total %" PRIu64, row->code,
			      row->longest, row->total);
	/* A poll that finds its event at the first look takes no time, and has no longest */
	if (row->longest && (row->longest_at < a->since || row->longest_at > a->now))
		return BREACH(a, "class %u code %#x: longest at %" PRIu64 ", account from %" PRIu64
			      " to %" PRIu64, row->class, row->code, row->longest_at, a->since,
			      a->now);
	if (row->longest_cpu >= sysconf(_SC_NPROCESSORS_CONF))
		return BREACH(a, "class %u code %#x: longest on CPU %u", row->class, row->code,
			      row->longest_cpu);
	if (hist != row->hist && row->count)
		return BREACH(a, "code %#x: histogram %s", row->code,
			      hist ? "is missing" : "was not asked for");
	if (!row->hist || !row->count)
		return NULL;
	if (row->hist_sum != row->count)
		return BREACH(a, "code %#x: histogram sums to %" PRIu64 ", count is %" PRIu64,
			      row->code, row->hist_sum, row->count);
	if (row->total < row->hist_low || row->total > row->hist_high)
		return BREACH(a, "code %#x: total %" PRIu64 " is not in %" PRIu64 "..%" PRIu64
			      ", what the histogram allows", row->code, row->total, row->hist_low,
			      row->hist_high);
	if (row->longest < bucket_low(row->last_bucket) ||
	    row->longest > bucket_high(row->last_bucket))
		return BREACH(a, "code %#x: longest %" PRIu64 " is not in the last bucket %u",
			      row->code, row->longest, row->last_bucket);
	return NULL;
}

static const char *preemptor_breach(const struct acct *a)
{
	uint64_t before = a->since;

	for (unsigned int i = 0; i < a->nr_preemptors; i++) {
		const struct preemptor *p = &a->preemptors[i];

		if (!p->comm[0] || p->cpu >= sysconf(_SC_NPROCESSORS_CONF))
			return BREACH(a, "preemptor \"%s\" on CPU %u", p->comm, p->cpu);
		if (p->at < before || p->at + p->time > a->now)
			return BREACH(a, "preemptor from %" PRIu64 " for %" PRIu64
				      ", one before it %" PRIu64 ", now %" PRIu64, p->at, p->time,
				      before, a->now);
		before = p->at + p->time;
	}
	if (a->preempted > a->times[KVMLAT_STATE_RUNQ])
		return BREACH(a, "%" PRIu64 " ns preempted of %" PRIu64 " in runq", a->preempted,
			      a->times[KVMLAT_STATE_RUNQ]);
	return NULL;
}

static const char *detail_breach(const struct acct *a)
{
	if (a->nr_details && !a->has_details)
		return BREACH(a, "%u details without DETAILS_EVICTED", a->nr_details);
	for (unsigned int i = 0; i < a->nr_details; i++) {
		const struct detail *d = &a->details[i];

		if (d->kind > KVMLAT_DETAIL_KIND_MAX || !d->count || d->error >= d->count ||
		    d->longest > d->total)
			return BREACH(a, "detail kind %u key %#" PRIx64 ": count %" PRIu64
				      ", error %" PRIu64 ", total %" PRIu64 ", longest %" PRIu64,
				      d->kind, d->key, d->count, d->error, d->total, d->longest);
		if (acct_detail(a, d->kind, d->key) != d)
			return BREACH(a, "detail kind %u key %#" PRIx64 " stands there twice",
				      d->kind, d->key);
		if (d->error && !a->evicted)
			return BREACH(a, "detail kind %u key %#" PRIx64 " has an error, nothing "
				      "was evicted", d->kind, d->key);
	}
	return NULL;
}

static const char *acct_breach(const struct acct *a, bool hist)
{
	uint64_t sum = 0;
	const char *bad;

	if (a->unreadable)
		return BREACH(a, "the account cannot be read");
	for (unsigned int i = 0; i <= KVMLAT_STATE_MAX; i++) {
		sum += a->times[i];
		/* A sum can be right by wrapping around */
		if (a->times[i] > a->now - a->since)
			return BREACH(a, "%" PRIu64 " ns in state %u of %" PRIu64, a->times[i], i,
				      a->now - a->since);
	}
	if (a->now < a->since || sum != a->now - a->since)
		return BREACH(a, "times sum to %" PRIu64 ", now - since is %" PRId64, sum,
			      (int64_t)(a->now - a->since));
	if (a->state > KVMLAT_STATE_MAX)
		return BREACH(a, "state %u does not exist", a->state);
	if (a->state_since > a->now)
		return BREACH(a, "state since %" PRIu64 ", now %" PRIu64, a->state_since, a->now);
	if (a->open && (a->gone || a->state == KVMLAT_STATE_GUEST))
		return BREACH(a, "an exit is open, but the vCPU is %s",
			      a->gone ? "gone" : "in the guest");
	if (a->open && (a->open_since < a->since || a->open_since > a->now))
		return BREACH(a, "open since %" PRIu64 ", account since %" PRIu64 ", now %" PRIu64,
			      a->open_since, a->since, a->now);
	for (unsigned int i = 0; i < a->nr_rows; i++) {
		const struct row *row = &a->rows[i];

		bad = row_breach(a, row, hist);
		if (bad)
			return bad;
		if (acct_row(a, row->class, row->code) != row)
			return BREACH(a, "class %u code %#x stands there twice", row->class,
				      row->code);
	}
	bad = preemptor_breach(a);
	return bad ? bad : detail_breach(a);
}

const char *snap_breach(const struct snap *snap)
{
	const char *bad;

	if (snap->bad[0])
		return snap->bad;
	for (unsigned int i = 0; i < snap->nr; i++) {
		bad = acct_breach(&snap->accts[i], snap->hist);
		if (bad)
			return bad;
		for (unsigned int j = 0; j < i && !snap->intr; j++)
			if (snap->accts[i].vm == snap->accts[j].vm &&
			    snap->accts[i].vcpu == snap->accts[j].vcpu)
				return BREACH(&snap->accts[i], "was sent twice");
	}
	return NULL;
}
