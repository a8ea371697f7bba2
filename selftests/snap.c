// SPDX-License-Identifier: GPL-2.0-only
/* From the wire's nests to structs. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bucket.h"
#include "snap.h"

#define MAX_TRIES 200

static int breach(struct snap *snap, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	if (!snap->bad[0])
		vsnprintf(snap->bad, sizeof(snap->bad), fmt, args);
	va_end(args);
	return 0;
}

static uint32_t u32_of(struct nlattr *a)
{
	return a && nla_len(a) == sizeof(uint32_t) ? nla_get_u32(a) : 0;
}

static uint64_t u64_of(struct nlattr *a)
{
	return a && nla_len(a) == sizeof(uint64_t) ? nla_get_u64(a) : 0;
}

static void parse_histogram(struct snap *snap, struct row *row, struct nlattr *index,
			    struct nlattr *count)
{
	unsigned int nr = nla_len(index) / sizeof(uint16_t);
	int last = -1;

	row->hist = true;
	if (nla_len(index) % sizeof(uint16_t) || nla_len(count) != (int)(nr * sizeof(uint64_t))) {
		breach(snap, "code %#x: %d bytes of indices, %d bytes of counts", row->code,
		       nla_len(index), nla_len(count));
		return;
	}
	for (unsigned int i = 0; i < nr; i++) {
		uint16_t bucket;
		uint64_t n;

		memcpy(&bucket, (char *)nla_data(index) + i * sizeof(bucket), sizeof(bucket));
		memcpy(&n, (char *)nla_data(count) + i * sizeof(n), sizeof(n));
		if (bucket <= last || bucket >= KVMLAT_HIST_BUCKETS || !n)
			breach(snap, "code %#x: bucket %u after %d, count %llu", row->code, bucket,
			       last, (unsigned long long)n);
		last = bucket;
		row->hist_sum += n;
		row->hist_low += n * bucket_low(bucket);
		if (bucket_high(bucket) == UINT64_MAX || row->hist_high == UINT64_MAX)
			row->hist_high = UINT64_MAX;
		else
			row->hist_high += n * bucket_high(bucket);
		row->last_bucket = bucket;
	}
}

static void parse_row(struct snap *snap, struct acct *acct, struct nlattr *nest)
{
	struct nlattr *a[KVMLAT_A_REASON_MAX + 1];
	struct row *row;

	if (nla_parse_nested(a, KVMLAT_A_REASON_MAX, nest, NULL) || !a[KVMLAT_A_REASON_CLASS] ||
	    !a[KVMLAT_A_REASON_COUNT] || !a[KVMLAT_A_REASON_TOTAL] || !a[KVMLAT_A_REASON_LONGEST]) {
		breach(snap, "vCPU %u: a REASON lacks an attribute", acct->vcpu);
		return;
	}
	acct->rows = realloc(acct->rows, (acct->nr_rows + 1) * sizeof(*acct->rows));
	row = &acct->rows[acct->nr_rows++];
	*row = (struct row){
		.class = u32_of(a[KVMLAT_A_REASON_CLASS]),
		.code = u32_of(a[KVMLAT_A_REASON_CODE]),
		.count = u64_of(a[KVMLAT_A_REASON_COUNT]),
		.total = u64_of(a[KVMLAT_A_REASON_TOTAL]),
		.longest = u64_of(a[KVMLAT_A_REASON_LONGEST]),
	};
	if (!a[KVMLAT_A_REASON_CODE] != (row->class != KVMLAT_REASON_CLASS_EXIT))
		breach(snap, "vCPU %u: a row of class %u %s CODE", acct->vcpu, row->class,
		       a[KVMLAT_A_REASON_CODE] ? "with" : "without");
	if (!a[KVMLAT_A_REASON_BUCKET_INDEX] != !a[KVMLAT_A_REASON_BUCKET_COUNT])
		breach(snap, "code %#x: half a histogram", row->code);
	else if (a[KVMLAT_A_REASON_BUCKET_INDEX])
		parse_histogram(snap, row, a[KVMLAT_A_REASON_BUCKET_INDEX],
				a[KVMLAT_A_REASON_BUCKET_COUNT]);
}

static int parse_head(struct snap *snap, struct acct *acct, struct nlattr *nest)
{
	struct nlattr *a[KVMLAT_A_VCPU_MAX + 1], *in[KVMLAT_A_OPEN_MAX + 1];
	struct nlattr *times[KVMLAT_A_TIMES_MAX + 1];

	if (nla_parse_nested(a, KVMLAT_A_VCPU_MAX, nest, NULL) || !a[KVMLAT_A_VCPU_VM_ID] ||
	    !a[KVMLAT_A_VCPU_PID] || !a[KVMLAT_A_VCPU_VCPU_ID] || !a[KVMLAT_A_VCPU_TID] ||
	    !a[KVMLAT_A_VCPU_SINCE] || !a[KVMLAT_A_VCPU_NOW] || !a[KVMLAT_A_VCPU_STATE] ||
	    !a[KVMLAT_A_VCPU_STATE_SINCE] || !a[KVMLAT_A_VCPU_TIMES] ||
	    !a[KVMLAT_A_VCPU_REENTRIES] || !a[KVMLAT_A_VCPU_MEMORY] ||
	    nla_parse_nested(times, KVMLAT_A_TIMES_MAX, a[KVMLAT_A_VCPU_TIMES], NULL))
		return breach(snap, "a VCPU lacks an attribute"), EBADMSG;
	*acct = (struct acct){
		.vm = u32_of(a[KVMLAT_A_VCPU_VM_ID]),
		.pid = u32_of(a[KVMLAT_A_VCPU_PID]),
		.vcpu = u32_of(a[KVMLAT_A_VCPU_VCPU_ID]),
		.tid = u32_of(a[KVMLAT_A_VCPU_TID]),
		.since = u64_of(a[KVMLAT_A_VCPU_SINCE]),
		.now = u64_of(a[KVMLAT_A_VCPU_NOW]),
		.gone = a[KVMLAT_A_VCPU_GONE],
		.state = u32_of(a[KVMLAT_A_VCPU_STATE]),
		.state_since = u64_of(a[KVMLAT_A_VCPU_STATE_SINCE]),
		.reentries = u64_of(a[KVMLAT_A_VCPU_REENTRIES]),
		.memory = u32_of(a[KVMLAT_A_VCPU_MEMORY]),
		.times = {
			[KVMLAT_STATE_GUEST] = u64_of(times[KVMLAT_A_TIMES_GUEST]),
			[KVMLAT_STATE_EXIT] = u64_of(times[KVMLAT_A_TIMES_EXIT]),
			[KVMLAT_STATE_USER] = u64_of(times[KVMLAT_A_TIMES_USER]),
		},
	};
	if (a[KVMLAT_A_VCPU_OPEN]) {
		if (nla_parse_nested(in, KVMLAT_A_OPEN_MAX, a[KVMLAT_A_VCPU_OPEN], NULL) ||
		    !in[KVMLAT_A_OPEN_CLASS] || !in[KVMLAT_A_OPEN_SINCE])
			return breach(snap, "an OPEN lacks an attribute"), EBADMSG;
		acct->open = true;
		acct->open_class = u32_of(in[KVMLAT_A_OPEN_CLASS]);
		acct->open_code = u32_of(in[KVMLAT_A_OPEN_CODE]);
		acct->open_since = u64_of(in[KVMLAT_A_OPEN_SINCE]);
	}
	return 0;
}

/* All of a head but what belongs to this struct's book-keeping */
static bool same_head(const struct acct *a, const struct acct *b)
{
	return a->vm == b->vm && a->pid == b->pid && a->vcpu == b->vcpu && a->tid == b->tid &&
	       a->since == b->since && a->now == b->now && a->gone == b->gone &&
	       a->state == b->state && a->state_since == b->state_since && a->open == b->open &&
	       a->open_code == b->open_code && a->open_since == b->open_since &&
	       a->reentries == b->reentries && a->memory == b->memory &&
	       !memcmp(a->times, b->times, sizeof(a->times));
}

static int take_vcpu(struct nlattr **attrs, void *arg)
{
	struct snap *snap = arg;
	struct acct *last, head;
	struct nlattr *a;
	int left;

	if (!attrs[KVMLAT_A_VCPU])
		return breach(snap, "a reply without VCPU"), EBADMSG;
	if (parse_head(snap, &head, attrs[KVMLAT_A_VCPU]))
		return EBADMSG;

	if (snap->more) {
		last = &snap->accts[snap->nr - 1];
		if (!same_head(last, &head))
			breach(snap, "vCPU %u: what follows MORE is of another snapshot",
			       last->vcpu);
	} else {
		snap->accts = realloc(snap->accts, (snap->nr + 1) * sizeof(*snap->accts));
		last = &snap->accts[snap->nr++];
		*last = head;
	}
	last->messages++;
	nla_for_each_nested(a, attrs[KVMLAT_A_VCPU], left)
		if (nla_type(a) == KVMLAT_A_VCPU_REASON)
			parse_row(snap, last, a);
	snap->more = attrs[KVMLAT_A_MORE];
	return 0;
}

static int snap_ask(struct wire *w, const struct filter *f, struct snap *snap, int flags)
{
	struct nl_msg *msg = wire_request(w, KVMLAT_CMD_VCPU_GET, flags);
	int err;

	memset(snap, 0, sizeof(*snap));
	snap->hist = f->hist;
	if (msg)
		wire_put_filter(msg, f);
	w->reply = take_vcpu;
	w->arg = snap;
	err = wire_talk(w, msg);
	w->reply = NULL;
	snap->intr = w->intr;
	snap->messages = w->messages;
	if (!err && snap->more)
		breach(snap, "the last message has MORE");
	return err;
}

int snap_dump(struct wire *w, const struct filter *f, struct snap *snap)
{
	return snap_ask(w, f, snap, NLM_F_DUMP);
}

int snap_do(struct wire *w, const struct filter *f, struct snap *snap)
{
	return snap_ask(w, f, snap, 0);
}

int snap_steady(struct wire *w, const struct filter *f, struct snap *snap)
{
	int err;

	for (int i = 0; i < MAX_TRIES; i++) {
		err = snap_dump(w, f, snap);
		if (err || !snap->intr)
			return err;
		snap_free(snap);
	}
	return EINTR;
}

void snap_free(struct snap *snap)
{
	for (unsigned int i = 0; i < snap->nr; i++)
		free(snap->accts[i].rows);
	free(snap->accts);
	memset(snap, 0, sizeof(*snap));
}

const struct acct *snap_find(const struct snap *snap, uint32_t pid, uint32_t tid, uint32_t vcpu)
{
	for (unsigned int i = 0; i < snap->nr; i++) {
		const struct acct *a = &snap->accts[i];

		if (a->pid == pid && a->vcpu == vcpu && (!tid || a->tid == tid))
			return a;
	}
	return NULL;
}

const struct row *acct_row(const struct acct *acct, uint32_t class, uint32_t code)
{
	for (unsigned int i = 0; i < acct->nr_rows; i++)
		if (acct->rows[i].class == class && acct->rows[i].code == code)
			return &acct->rows[i];
	return NULL;
}

uint64_t acct_count(const struct acct *acct, uint32_t code)
{
	const struct row *row = acct_row(acct, KVMLAT_REASON_CLASS_EXIT, code);

	return (row ? row->count : 0) +
	       (acct->open && acct->open_class == KVMLAT_REASON_CLASS_EXIT &&
		acct->open_code == code);
}

uint64_t acct_total(const struct acct *acct)
{
	uint64_t sum = acct->open;

	for (unsigned int i = 0; i < acct->nr_rows; i++)
		sum += acct->rows[i].count;
	return sum;
}
