// SPDX-License-Identifier: GPL-2.0-only
/* What must hold of every snapshot, whatever the guests did. */
#include <inttypes.h>
#include <stdio.h>

#include "bucket.h"
#include "snap.h"

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

static const char *acct_breach(const struct acct *a, bool hist)
{
	uint64_t sum = 0;
	const char *bad;

	for (unsigned int i = 0; i <= KVMLAT_STATE_MAX; i++)
		sum += a->times[i];
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
	return NULL;
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
