// SPDX-License-Identifier: GPL-2.0-only
/* A vCPU's account, from the wire's nest to a struct. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bucket.h"
#include "account.h"

void breach(char *bad, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	if (!bad[0])
		vsnprintf(bad, BAD_SIZE, fmt, args);
	va_end(args);
}

static uint32_t u32_of(struct nlattr *a)
{
	return a && nla_len(a) == sizeof(uint32_t) ? nla_get_u32(a) : 0;
}

static uint64_t u64_of(struct nlattr *a)
{
	return a && nla_len(a) == sizeof(uint64_t) ? nla_get_u64(a) : 0;
}

static void parse_histogram(struct row *row, struct nlattr *index, struct nlattr *count, char *bad)
{
	unsigned int nr = nla_len(index) / sizeof(uint16_t);
	int last = -1;

	row->hist = true;
	if (nla_len(index) % sizeof(uint16_t) || nla_len(count) != (int)(nr * sizeof(uint64_t))) {
		breach(bad, "code %#x: %d bytes of indices, %d bytes of counts", row->code,
		       nla_len(index), nla_len(count));
		return;
	}
	for (unsigned int i = 0; i < nr; i++) {
		uint16_t bucket;
		uint64_t n;

		memcpy(&bucket, (char *)nla_data(index) + i * sizeof(bucket), sizeof(bucket));
		memcpy(&n, (char *)nla_data(count) + i * sizeof(n), sizeof(n));
		if (bucket <= last || bucket >= KVMLAT_HIST_BUCKETS || !n)
			breach(bad, "code %#x: bucket %u after %d, count %llu", row->code, bucket,
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

static bool has_code(uint32_t class)
{
	return class == KVMLAT_REASON_CLASS_EXIT || class == KVMLAT_REASON_CLASS_NESTED ||
	       class == KVMLAT_REASON_CLASS_REFLECTED || class == KVMLAT_REASON_CLASS_USER;
}

static void parse_row(struct acct *acct, struct nlattr *nest, char *bad)
{
	struct nlattr *a[KVMLAT_A_REASON_MAX + 1];
	struct row *row;

	if (nla_parse_nested(a, KVMLAT_A_REASON_MAX, nest, NULL) || !a[KVMLAT_A_REASON_CLASS] ||
	    !a[KVMLAT_A_REASON_COUNT] || !a[KVMLAT_A_REASON_TOTAL] ||
	    !a[KVMLAT_A_REASON_LONGEST] || !a[KVMLAT_A_REASON_LONGEST_AT] ||
	    !a[KVMLAT_A_REASON_LONGEST_CPU]) {
		breach(bad, "vCPU %u: a REASON lacks an attribute", acct->vcpu);
		return;
	}
	acct->rows = realloc(acct->rows, (acct->nr_rows + 1) * sizeof(*acct->rows));
	if (!acct->rows)
		abort();
	row = &acct->rows[acct->nr_rows++];
	*row = (struct row){
		.class = u32_of(a[KVMLAT_A_REASON_CLASS]),
		.code = u32_of(a[KVMLAT_A_REASON_CODE]),
		.count = u64_of(a[KVMLAT_A_REASON_COUNT]),
		.total = u64_of(a[KVMLAT_A_REASON_TOTAL]),
		.longest = u64_of(a[KVMLAT_A_REASON_LONGEST]),
		.longest_at = u64_of(a[KVMLAT_A_REASON_LONGEST_AT]),
		.longest_cpu = u32_of(a[KVMLAT_A_REASON_LONGEST_CPU]),
	};
	if (!a[KVMLAT_A_REASON_CODE] == has_code(row->class))
		breach(bad, "vCPU %u: a row of class %u %s CODE", acct->vcpu, row->class,
		       a[KVMLAT_A_REASON_CODE] ? "with" : "without");
	if (!a[KVMLAT_A_REASON_BUCKET_INDEX] != !a[KVMLAT_A_REASON_BUCKET_COUNT])
		breach(bad, "code %#x: half a histogram", row->code);
	else if (a[KVMLAT_A_REASON_BUCKET_INDEX])
		parse_histogram(row, a[KVMLAT_A_REASON_BUCKET_INDEX],
				a[KVMLAT_A_REASON_BUCKET_COUNT], bad);
}

static void parse_detail(struct acct *acct, struct nlattr *nest, char *bad)
{
	struct nlattr *a[KVMLAT_A_DETAIL_MAX + 1];

	if (nla_parse_nested(a, KVMLAT_A_DETAIL_MAX, nest, NULL) || !a[KVMLAT_A_DETAIL_KIND] ||
	    !a[KVMLAT_A_DETAIL_KEY] || !a[KVMLAT_A_DETAIL_COUNT] || !a[KVMLAT_A_DETAIL_TOTAL] ||
	    !a[KVMLAT_A_DETAIL_LONGEST] || !a[KVMLAT_A_DETAIL_ERROR]) {
		breach(bad, "vCPU %u: a DETAIL lacks an attribute", acct->vcpu);
		return;
	}
	acct->details = realloc(acct->details, (acct->nr_details + 1) * sizeof(*acct->details));
	if (!acct->details)
		abort();
	acct->details[acct->nr_details++] = (struct detail){
		.kind = u32_of(a[KVMLAT_A_DETAIL_KIND]),
		.key = u64_of(a[KVMLAT_A_DETAIL_KEY]),
		.count = u64_of(a[KVMLAT_A_DETAIL_COUNT]),
		.total = u64_of(a[KVMLAT_A_DETAIL_TOTAL]),
		.longest = u64_of(a[KVMLAT_A_DETAIL_LONGEST]),
		.error = u64_of(a[KVMLAT_A_DETAIL_ERROR]),
	};
}

void acct_parse_rows(struct acct *acct, struct nlattr *nest, char *bad)
{
	struct nlattr *a;
	int left;

	nla_for_each_nested(a, nest, left) {
		if (nla_type(a) == KVMLAT_A_VCPU_REASON)
			parse_row(acct, a, bad);
		else if (nla_type(a) == KVMLAT_A_VCPU_DETAIL)
			parse_detail(acct, a, bad);
	}
}

static void parse_preemptor(struct acct *acct, struct nlattr *nest, char *bad)
{
	struct nlattr *a[KVMLAT_A_PREEMPTOR_MAX + 1];
	struct preemptor *p = &acct->preemptors[acct->nr_preemptors];

	if (nla_parse_nested(a, KVMLAT_A_PREEMPTOR_MAX, nest, NULL) ||
	    !a[KVMLAT_A_PREEMPTOR_COMM] || !a[KVMLAT_A_PREEMPTOR_TID] ||
	    !a[KVMLAT_A_PREEMPTOR_AT] || !a[KVMLAT_A_PREEMPTOR_TIME] ||
	    !a[KVMLAT_A_PREEMPTOR_CPU]) {
		breach(bad, "vCPU %u: a PREEMPTOR lacks an attribute", acct->vcpu);
		return;
	}
	if (acct->nr_preemptors == MAX_PREEMPTORS) {
		breach(bad, "vCPU %u: more than %u preemptors", acct->vcpu, MAX_PREEMPTORS);
		return;
	}
	acct->nr_preemptors++;
	*p = (struct preemptor){
		.tid = u32_of(a[KVMLAT_A_PREEMPTOR_TID]),
		.at = u64_of(a[KVMLAT_A_PREEMPTOR_AT]),
		.time = u64_of(a[KVMLAT_A_PREEMPTOR_TIME]),
		.cpu = u32_of(a[KVMLAT_A_PREEMPTOR_CPU]),
	};
	snprintf(p->comm, sizeof(p->comm), "%.*s", nla_len(a[KVMLAT_A_PREEMPTOR_COMM]),
		 (char *)nla_data(a[KVMLAT_A_PREEMPTOR_COMM]));
}

static void parse_halt(struct acct *acct, struct nlattr *nest, char *bad)
{
	struct nlattr *a[KVMLAT_A_HALT_MAX + 1];

	if (!nest || nla_parse_nested(a, KVMLAT_A_HALT_MAX, nest, NULL) ||
	    !a[KVMLAT_A_HALT_WINDOW] || !a[KVMLAT_A_HALT_GROW] || !a[KVMLAT_A_HALT_SHRINK] ||
	    !a[KVMLAT_A_HALT_INVALID]) {
		breach(bad, "vCPU %u: HALT lacks an attribute, or is missing", acct->vcpu);
		return;
	}
	acct->poll_window = u32_of(a[KVMLAT_A_HALT_WINDOW]);
	acct->poll_grow = u64_of(a[KVMLAT_A_HALT_GROW]);
	acct->poll_shrink = u64_of(a[KVMLAT_A_HALT_SHRINK]);
	acct->invalid_wakeups = u64_of(a[KVMLAT_A_HALT_INVALID]);
}

static void parse_times(struct acct *acct, struct nlattr *nest, char *bad)
{
	struct nlattr *a[KVMLAT_A_TIMES_MAX + 1];
	static const int attrs[] = {
		[KVMLAT_STATE_GUEST] = KVMLAT_A_TIMES_GUEST,
		[KVMLAT_STATE_EXIT] = KVMLAT_A_TIMES_EXIT,
		[KVMLAT_STATE_USER] = KVMLAT_A_TIMES_USER,
		[KVMLAT_STATE_POLL] = KVMLAT_A_TIMES_POLL,
		[KVMLAT_STATE_WAIT] = KVMLAT_A_TIMES_WAIT,
		[KVMLAT_STATE_RUNQ] = KVMLAT_A_TIMES_RUNQ,
		[KVMLAT_STATE_OFF] = KVMLAT_A_TIMES_OFF,
	};

	_Static_assert(sizeof(attrs) / sizeof(*attrs) == KVMLAT_STATE_MAX + 1, "a state is new");
	if (nla_parse_nested(a, KVMLAT_A_TIMES_MAX, nest, NULL)) {
		breach(bad, "vCPU %u: TIMES is malformed", acct->vcpu);
		return;
	}
	for (unsigned int i = 0; i <= KVMLAT_STATE_MAX; i++) {
		if (!a[attrs[i]])
			breach(bad, "vCPU %u: TIMES lacks state %u", acct->vcpu, i);
		acct->times[i] = u64_of(a[attrs[i]]);
	}
}

int acct_parse_head(struct acct *acct, struct nlattr *nest, char *bad)
{
	struct nlattr *a[KVMLAT_A_VCPU_MAX + 1], *in[KVMLAT_A_OPEN_MAX + 1], *pos;
	int left;

	if (nla_parse_nested(a, KVMLAT_A_VCPU_MAX, nest, NULL) || !a[KVMLAT_A_VCPU_VM_ID] ||
	    !a[KVMLAT_A_VCPU_PID] || !a[KVMLAT_A_VCPU_VCPU_ID] || !a[KVMLAT_A_VCPU_TID] ||
	    !a[KVMLAT_A_VCPU_SINCE] || !a[KVMLAT_A_VCPU_NOW] || !a[KVMLAT_A_VCPU_STATE] ||
	    !a[KVMLAT_A_VCPU_STATE_SINCE] || !a[KVMLAT_A_VCPU_TIMES] ||
	    !a[KVMLAT_A_VCPU_REENTRIES] || !a[KVMLAT_A_VCPU_MEMORY] ||
	    !a[KVMLAT_A_VCPU_PREEMPTED]) {
		breach(bad, "a VCPU lacks an attribute");
		return EBADMSG;
	}
	*acct = (struct acct){
		.vm = u32_of(a[KVMLAT_A_VCPU_VM_ID]),
		.pid = u32_of(a[KVMLAT_A_VCPU_PID]),
		.vcpu = u32_of(a[KVMLAT_A_VCPU_VCPU_ID]),
		.tid = u32_of(a[KVMLAT_A_VCPU_TID]),
		.since = u64_of(a[KVMLAT_A_VCPU_SINCE]),
		.now = u64_of(a[KVMLAT_A_VCPU_NOW]),
		.gone = a[KVMLAT_A_VCPU_GONE],
		.unreadable = a[KVMLAT_A_VCPU_UNREADABLE],
		.state = u32_of(a[KVMLAT_A_VCPU_STATE]),
		.state_since = u64_of(a[KVMLAT_A_VCPU_STATE_SINCE]),
		.reentries = u64_of(a[KVMLAT_A_VCPU_REENTRIES]),
		.memory = u32_of(a[KVMLAT_A_VCPU_MEMORY]),
		.preempted = u64_of(a[KVMLAT_A_VCPU_PREEMPTED]),
		.has_details = a[KVMLAT_A_VCPU_DETAILS_EVICTED],
		.evicted = u64_of(a[KVMLAT_A_VCPU_DETAILS_EVICTED]),
	};
	parse_times(acct, a[KVMLAT_A_VCPU_TIMES], bad);
	parse_halt(acct, a[KVMLAT_A_VCPU_HALT], bad);
	nla_for_each_nested(pos, nest, left)
		if (nla_type(pos) == KVMLAT_A_VCPU_PREEMPTOR)
			parse_preemptor(acct, pos, bad);
	if (a[KVMLAT_A_VCPU_OPEN]) {
		if (nla_parse_nested(in, KVMLAT_A_OPEN_MAX, a[KVMLAT_A_VCPU_OPEN], NULL) ||
		    !in[KVMLAT_A_OPEN_CLASS] || !in[KVMLAT_A_OPEN_SINCE]) {
			breach(bad, "an OPEN lacks an attribute");
			return EBADMSG;
		}
		acct->open = true;
		acct->open_class = u32_of(in[KVMLAT_A_OPEN_CLASS]);
		acct->open_code = u32_of(in[KVMLAT_A_OPEN_CODE]);
		acct->open_since = u64_of(in[KVMLAT_A_OPEN_SINCE]);
	}
	return 0;
}

/* All of a head but what belongs to this struct's book-keeping, and details, which are live */
bool acct_same_head(const struct acct *a, const struct acct *b)
{
	return a->vm == b->vm && a->pid == b->pid && a->vcpu == b->vcpu && a->tid == b->tid &&
	       a->since == b->since && a->now == b->now && a->gone == b->gone &&
	       a->state == b->state && a->state_since == b->state_since && a->open == b->open &&
	       a->open_class == b->open_class && a->open_code == b->open_code &&
	       a->open_since == b->open_since && a->reentries == b->reentries &&
	       a->memory == b->memory && a->preempted == b->preempted &&
	       a->poll_window == b->poll_window && a->poll_grow == b->poll_grow &&
	       a->poll_shrink == b->poll_shrink && a->invalid_wakeups == b->invalid_wakeups &&
	       a->nr_preemptors == b->nr_preemptors &&
	       !memcmp(a->preemptors, b->preemptors, sizeof(a->preemptors)) &&
	       !memcmp(a->times, b->times, sizeof(a->times));
}

void acct_free(struct acct *acct)
{
	free(acct->rows);
	free(acct->details);
}

const struct row *acct_row(const struct acct *acct, uint32_t class, uint32_t code)
{
	for (unsigned int i = 0; i < acct->nr_rows; i++)
		if (acct->rows[i].class == class && acct->rows[i].code == code)
			return &acct->rows[i];
	return NULL;
}

uint64_t acct_row_count(const struct acct *acct, uint32_t class, uint32_t code)
{
	const struct row *row = acct_row(acct, class, code);

	return row ? row->count : 0;
}

uint64_t acct_row_total(const struct acct *acct, uint32_t class, uint32_t code)
{
	const struct row *row = acct_row(acct, class, code);

	return row ? row->total : 0;
}

uint64_t acct_count_of(const struct acct *acct, uint32_t class, uint32_t code)
{
	return acct_row_count(acct, class, code) +
	       (acct->open && acct->open_class == class && acct->open_code == code);
}

uint64_t acct_count(const struct acct *acct, uint32_t code)
{
	return acct_count_of(acct, KVMLAT_REASON_CLASS_EXIT, code);
}

uint64_t acct_total(const struct acct *acct)
{
	uint64_t sum = acct->open;

	for (unsigned int i = 0; i < acct->nr_rows; i++)
		if (is_exit_class(acct->rows[i].class))
			sum += acct->rows[i].count;
	return sum;
}

const struct detail *acct_detail(const struct acct *acct, uint32_t kind, uint64_t key)
{
	for (unsigned int i = 0; i < acct->nr_details; i++)
		if (acct->details[i].kind == kind && acct->details[i].key == key)
			return &acct->details[i];
	return NULL;
}
