// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "attr.h"

static const struct rule vcpu_rules[] = {
	[KVMLAT_A_VCPU_VM_ID]		= { "vm-id", U32, true },
	[KVMLAT_A_VCPU_PID]		= { "pid", U32, true },
	[KVMLAT_A_VCPU_VCPU_ID]		= { "vcpu-id", U32, true },
	[KVMLAT_A_VCPU_TID]		= { "tid", U32 },
	[KVMLAT_A_VCPU_SINCE]		= { "since", U64, true },
	[KVMLAT_A_VCPU_NOW]		= { "now", U64, true },
	[KVMLAT_A_VCPU_GONE]		= { "gone", FLAG },
	[KVMLAT_A_VCPU_STATE]		= { "state", U32 },
	[KVMLAT_A_VCPU_STATE_SINCE]	= { "state-since", U64 },
	[KVMLAT_A_VCPU_OPEN]		= { "open", NEST },
	[KVMLAT_A_VCPU_TIMES]		= { "times", NEST, true },
	[KVMLAT_A_VCPU_REENTRIES]	= { "reentries", U64 },
	[KVMLAT_A_VCPU_MEMORY]		= { "memory", U32 },
	[KVMLAT_A_VCPU_REASON]		= { "reason", MULTI_NEST },
	[KVMLAT_A_VCPU_PREEMPTED]	= { "preempted", U64 },
	[KVMLAT_A_VCPU_HALT]		= { "halt", NEST },
	[KVMLAT_A_VCPU_PREEMPTOR]	= { "preemptor", MULTI_NEST },
	[KVMLAT_A_VCPU_DETAIL]		= { "detail", MULTI_NEST },
	[KVMLAT_A_VCPU_DETAILS_EVICTED]	= { "details-evicted", U64 },
	[KVMLAT_A_VCPU_DETAILS_SINCE]	= { "details-since", U64 },
	[KVMLAT_A_VCPU_UNREADABLE]	= { "unreadable", FLAG },
};

static const struct rule open_rules[] = {
	[KVMLAT_A_OPEN_CLASS]		= { "class", U32, true },
	[KVMLAT_A_OPEN_CODE]		= { "code", U32 },
	[KVMLAT_A_OPEN_SINCE]		= { "since", U64, true },
};

static const struct rule times_rules[] = {
	[KVMLAT_A_TIMES_GUEST]		= { "guest", U64, true },
	[KVMLAT_A_TIMES_EXIT]		= { "exit", U64, true },
	[KVMLAT_A_TIMES_USER]		= { "user", U64, true },
	[KVMLAT_A_TIMES_POLL]		= { "poll", U64 },
	[KVMLAT_A_TIMES_WAIT]		= { "wait", U64 },
	[KVMLAT_A_TIMES_RUNQ]		= { "runq", U64 },
	[KVMLAT_A_TIMES_OFF]		= { "off", U64 },
};

static const struct rule halt_rules[] = {
	[KVMLAT_A_HALT_WINDOW]		= { "window", U32 },
	[KVMLAT_A_HALT_GROW]		= { "grow", U64 },
	[KVMLAT_A_HALT_SHRINK]		= { "shrink", U64 },
	[KVMLAT_A_HALT_INVALID]		= { "invalid", U64 },
};

static const struct rule preemptor_rules[] = {
	[KVMLAT_A_PREEMPTOR_COMM]	= { "comm", STRING, true },
	[KVMLAT_A_PREEMPTOR_TID]	= { "tid", U32, true },
	[KVMLAT_A_PREEMPTOR_AT]		= { "at", U64, true },
	[KVMLAT_A_PREEMPTOR_TIME]	= { "time", U64, true },
	[KVMLAT_A_PREEMPTOR_CPU]	= { "cpu", U32, true },
};

static const struct rule detail_rules[] = {
	[KVMLAT_A_DETAIL_KIND]		= { "kind", U32, true },
	[KVMLAT_A_DETAIL_KEY]		= { "key", U64, true },
	[KVMLAT_A_DETAIL_COUNT]		= { "count", U64, true },
	[KVMLAT_A_DETAIL_TOTAL]		= { "total", U64, true },
	[KVMLAT_A_DETAIL_LONGEST]	= { "longest", U64, true },
	[KVMLAT_A_DETAIL_ERROR]		= { "error", U64 },
};

static const struct rule reason_rules[] = {
	[KVMLAT_A_REASON_CLASS]		= { "class", U32, true },
	[KVMLAT_A_REASON_CODE]		= { "code", U32 },
	[KVMLAT_A_REASON_COUNT]		= { "count", U64, true },
	[KVMLAT_A_REASON_TOTAL]		= { "total", U64, true },
	[KVMLAT_A_REASON_LONGEST]	= { "longest", U64, true },
	[KVMLAT_A_REASON_BUCKET_INDEX]	= { "bucket-index", BINARY },
	[KVMLAT_A_REASON_BUCKET_COUNT]	= { "bucket-count", BINARY },
	[KVMLAT_A_REASON_LONGEST_AT]	= { "longest-at", U64 },
	[KVMLAT_A_REASON_LONGEST_CPU]	= { "longest-cpu", U32 },
	[KVMLAT_A_REASON_AWAY]		= { "away", U64 },
};

static const struct attr_space vcpu_space = SPACE("vcpu", vcpu_rules);
static const struct attr_space open_space = SPACE("open", open_rules);
static const struct attr_space times_space = SPACE("times", times_rules);
static const struct attr_space halt_space = SPACE("halt", halt_rules);
static const struct attr_space preemptor_space = SPACE("preemptor", preemptor_rules);
static const struct attr_space detail_space = SPACE("detail", detail_rules);
static const struct attr_space reason_space = SPACE("reason", reason_rules);

static int parse_buckets(const struct nlattr *index, const struct nlattr *count,
			 struct kvmlat_draft *d, struct kvmlat_error *err)
{
	size_t n = index ? mnl_attr_get_payload_len(index) / sizeof(uint16_t) : 0;
	size_t i, m = count ? mnl_attr_get_payload_len(count) : 0;
	struct kvmlat_account *a = &d->vcpu.account;
	const char *from, *counts;
	struct kvmlat_bucket *b;
	unsigned int least = 0;

	if (m != n * sizeof(uint64_t) || (index && mnl_attr_get_payload_len(index) % 2))
		return kvmlat_attr_bad(err, &reason_space, "bucket-count",
				       "does not match bucket-index");
	/* Without any there may be no array yet, and nothing may be added to a null pointer. */
	if (!n)
		return 0;
	if (kvmlat_draft_buckets(d, n))
		return kvmlat_fail(err, KVMLAT_E_SYSTEM, 0, "out of memory");
	b = d->buckets + d->nr_buckets;
	a->reasons[a->nr_reasons - 1].buckets = b;
	a->reasons[a->nr_reasons - 1].nr_buckets = n;
	d->nr_buckets += n;
	from = mnl_attr_get_payload(index);
	counts = mnl_attr_get_payload(count);
	for (i = 0; i < n; i++, b++) {
		memcpy(&b->index, from + i * sizeof(b->index), sizeof(b->index));
		memcpy(&b->count, counts + i * sizeof(b->count), sizeof(b->count));
		if (b->index >= KVMLAT_HIST_BUCKETS || b->index < least)
			return kvmlat_attr_bad(err, &reason_space, "bucket-index",
					       "is out of range or not ascending");
		least = b->index + 1;
	}
	return 0;
}

static int parse_reason(const struct nlattr *nest, struct kvmlat_draft *d,
			struct kvmlat_unknown *unknown, struct kvmlat_error *err)
{
	struct kvmlat_account *a = &d->vcpu.account;
	const struct nlattr *tb[MAX_ATTRS];
	struct kvmlat_reason *r;

	if (kvmlat_attr_parse_nest(&reason_space, nest, tb, err))
		return -1;
	if (kvmlat_attr_u32(tb[KVMLAT_A_REASON_CLASS]) > KVMLAT_REASON_CLASS_MAX) {
		kvmlat_skip(unknown, "class of reasons",
			    kvmlat_attr_u32(tb[KVMLAT_A_REASON_CLASS]));
		return 0;
	}
	r = kvmlat_draft_array(a->reasons, a->nr_reasons, &d->room_reasons, sizeof(*r));
	if (!r)
		return kvmlat_fail(err, KVMLAT_E_SYSTEM, 0, "out of memory");
	a->reasons = r;
	r += a->nr_reasons++;
	*r = (struct kvmlat_reason) {
		.cls = kvmlat_attr_u32(tb[KVMLAT_A_REASON_CLASS]),
		.code = kvmlat_attr_u32(tb[KVMLAT_A_REASON_CODE]),
		.count = kvmlat_attr_u64(tb[KVMLAT_A_REASON_COUNT]),
		.total = kvmlat_attr_u64(tb[KVMLAT_A_REASON_TOTAL]),
		.longest_min = kvmlat_attr_u64(tb[KVMLAT_A_REASON_LONGEST]),
		.longest_max = kvmlat_attr_u64(tb[KVMLAT_A_REASON_LONGEST]),
		.longest_at = kvmlat_attr_u64(tb[KVMLAT_A_REASON_LONGEST_AT]),
		.longest_cpu = kvmlat_attr_u32(tb[KVMLAT_A_REASON_LONGEST_CPU]),
		.away = kvmlat_attr_u64(tb[KVMLAT_A_REASON_AWAY]),
	};
	if (r->away > r->total)
		return kvmlat_attr_bad(err, &reason_space, "away", "is more than total");
	return parse_buckets(tb[KVMLAT_A_REASON_BUCKET_INDEX], tb[KVMLAT_A_REASON_BUCKET_COUNT],
			     d, err);
}

/* The time in a state that is unknown is in none of @a->times, which then are not all of it. */
static int parse_times(const struct nlattr *nest, struct kvmlat_account *a,
		       struct kvmlat_unknown *unknown, struct kvmlat_error *err)
{
	const struct nlattr *tb[MAX_ATTRS], *attr;

	if (kvmlat_attr_parse_nest(&times_space, nest, tb, err))
		return -1;
	mnl_attr_for_each_nested(attr, nest) {
		if (mnl_attr_get_type(attr) > KVMLAT_A_TIMES_MAX)
			kvmlat_skip(unknown, "time of a state, attribute",
				    mnl_attr_get_type(attr));
	}
	a->times[KVMLAT_STATE_GUEST] = kvmlat_attr_u64(tb[KVMLAT_A_TIMES_GUEST]);
	a->times[KVMLAT_STATE_EXIT] = kvmlat_attr_u64(tb[KVMLAT_A_TIMES_EXIT]);
	a->times[KVMLAT_STATE_USER] = kvmlat_attr_u64(tb[KVMLAT_A_TIMES_USER]);
	a->times[KVMLAT_STATE_POLL] = kvmlat_attr_u64(tb[KVMLAT_A_TIMES_POLL]);
	a->times[KVMLAT_STATE_WAIT] = kvmlat_attr_u64(tb[KVMLAT_A_TIMES_WAIT]);
	a->times[KVMLAT_STATE_RUNQ] = kvmlat_attr_u64(tb[KVMLAT_A_TIMES_RUNQ]);
	a->times[KVMLAT_STATE_OFF] = kvmlat_attr_u64(tb[KVMLAT_A_TIMES_OFF]);
	return 0;
}

static int parse_halt(const struct nlattr *nest, struct kvmlat_halt *h, struct kvmlat_error *err)
{
	const struct nlattr *tb[MAX_ATTRS];

	if (kvmlat_attr_parse_nest(&halt_space, nest, tb, err))
		return -1;
	h->window_min = kvmlat_attr_u32(tb[KVMLAT_A_HALT_WINDOW]);
	h->window_max = h->window_min;
	h->grow = kvmlat_attr_u64(tb[KVMLAT_A_HALT_GROW]);
	h->shrink = kvmlat_attr_u64(tb[KVMLAT_A_HALT_SHRINK]);
	h->invalid = kvmlat_attr_u64(tb[KVMLAT_A_HALT_INVALID]);
	return 0;
}

static int parse_preemptor(const struct nlattr *nest, struct kvmlat_draft *draft,
			   struct kvmlat_error *err)
{
	const struct nlattr *tb[MAX_ATTRS];
	struct kvmlat_vcpu *v = &draft->vcpu;
	struct kvmlat_account *a = &v->account;
	struct kvmlat_preemptor *p;

	if (kvmlat_attr_parse_nest(&preemptor_space, nest, tb, err))
		return -1;
	p = kvmlat_draft_array(a->preemptors, a->nr_preemptors, &draft->room_preemptors,
			       sizeof(*p));
	if (!p)
		return kvmlat_fail(err, KVMLAT_E_SYSTEM, 0, "out of memory");
	a->preemptors = p;
	p += a->nr_preemptors++;
	memset(p, 0, sizeof(*p));
	kvmlat_attr_string(tb[KVMLAT_A_PREEMPTOR_COMM], p->comm, sizeof(p->comm));
	p->tid = kvmlat_attr_u32(tb[KVMLAT_A_PREEMPTOR_TID]);
	p->vcpu_id = v->vcpu_id;
	p->cpu = kvmlat_attr_u32(tb[KVMLAT_A_PREEMPTOR_CPU]);
	p->at = kvmlat_attr_u64(tb[KVMLAT_A_PREEMPTOR_AT]);
	p->time = kvmlat_attr_u64(tb[KVMLAT_A_PREEMPTOR_TIME]);
	return 0;
}

static int parse_detail(const struct nlattr *nest, struct kvmlat_draft *draft,
			struct kvmlat_unknown *unknown, struct kvmlat_error *err)
{
	struct kvmlat_account *a = &draft->vcpu.account;
	const struct nlattr *tb[MAX_ATTRS];
	struct kvmlat_detail *d;

	if (kvmlat_attr_parse_nest(&detail_space, nest, tb, err))
		return -1;
	if (kvmlat_attr_u32(tb[KVMLAT_A_DETAIL_KIND]) > KVMLAT_DETAIL_KIND_MAX) {
		kvmlat_skip(unknown, "kind of details", kvmlat_attr_u32(tb[KVMLAT_A_DETAIL_KIND]));
		return 0;
	}
	d = kvmlat_draft_array(a->details, a->nr_details, &draft->room_details, sizeof(*d));
	if (!d)
		return kvmlat_fail(err, KVMLAT_E_SYSTEM, 0, "out of memory");
	a->details = d;
	d += a->nr_details++;
	memset(d, 0, sizeof(*d));
	d->kind = kvmlat_attr_u32(tb[KVMLAT_A_DETAIL_KIND]);
	d->key = kvmlat_attr_u64(tb[KVMLAT_A_DETAIL_KEY]);
	d->count = kvmlat_attr_u64(tb[KVMLAT_A_DETAIL_COUNT]);
	d->error = kvmlat_attr_u64(tb[KVMLAT_A_DETAIL_ERROR]);
	d->total = kvmlat_attr_u64(tb[KVMLAT_A_DETAIL_TOTAL]);
	d->longest_min = kvmlat_attr_u64(tb[KVMLAT_A_DETAIL_LONGEST]);
	d->longest_max = d->longest_min;
	if (d->error > d->count)
		return kvmlat_attr_bad(err, &detail_space, "error", "is more than count");
	return 0;
}

static int parse_open(const struct nlattr *nest, struct kvmlat_vcpu *v, struct kvmlat_error *err)
{
	const struct nlattr *tb[MAX_ATTRS];

	if (kvmlat_attr_parse_nest(&open_space, nest, tb, err))
		return -1;
	v->open = true;
	v->open_cls = kvmlat_attr_u32(tb[KVMLAT_A_OPEN_CLASS]);
	v->open_code = kvmlat_attr_u32(tb[KVMLAT_A_OPEN_CODE]);
	v->open_since = kvmlat_attr_u64(tb[KVMLAT_A_OPEN_SINCE]);
	return 0;
}

/* What every message of a vCPU says of it. */
static int parse_head(const struct nlattr **tb, struct kvmlat_vcpu *v,
		      struct kvmlat_unknown *unknown, struct kvmlat_error *err)
{
	struct kvmlat_account *a = &v->account;

	v->vm_id = kvmlat_attr_u32(tb[KVMLAT_A_VCPU_VM_ID]);
	v->pid = kvmlat_attr_u32(tb[KVMLAT_A_VCPU_PID]);
	v->vcpu_id = kvmlat_attr_u32(tb[KVMLAT_A_VCPU_VCPU_ID]);
	v->tid = kvmlat_attr_u32(tb[KVMLAT_A_VCPU_TID]);
	v->gone = tb[KVMLAT_A_VCPU_GONE];
	v->unreadable = tb[KVMLAT_A_VCPU_UNREADABLE];
	v->state = kvmlat_attr_u32(tb[KVMLAT_A_VCPU_STATE]);
	if (v->state > KVMLAT_STATE_MAX)
		kvmlat_skip(unknown, "state", v->state);
	v->state_since = kvmlat_attr_u64(tb[KVMLAT_A_VCPU_STATE_SINCE]);
	v->memory = kvmlat_attr_u32(tb[KVMLAT_A_VCPU_MEMORY]);
	a->start = kvmlat_attr_u64(tb[KVMLAT_A_VCPU_SINCE]);
	a->end = kvmlat_attr_u64(tb[KVMLAT_A_VCPU_NOW]);
	if (a->end < a->start)
		return kvmlat_attr_bad(err, &vcpu_space, "now", "is before since");
	a->elapsed = a->end - a->start;
	a->reentries = kvmlat_attr_u64(tb[KVMLAT_A_VCPU_REENTRIES]);
	a->nr_vcpus = 1;
	a->preempted = kvmlat_attr_u64(tb[KVMLAT_A_VCPU_PREEMPTED]);
	a->details_since = kvmlat_attr_u64(tb[KVMLAT_A_VCPU_DETAILS_SINCE]);
	/* Details are read as they are sent, and have gone on since the message before. */
	a->details_evicted = kvmlat_attr_u64(tb[KVMLAT_A_VCPU_DETAILS_EVICTED]);
	if (parse_times(tb[KVMLAT_A_VCPU_TIMES], a, unknown, err) ||
	    (tb[KVMLAT_A_VCPU_HALT] && parse_halt(tb[KVMLAT_A_VCPU_HALT], &a->halt, err)))
		return -1;
	return tb[KVMLAT_A_VCPU_OPEN] ? parse_open(tb[KVMLAT_A_VCPU_OPEN], v, err) : 0;
}

static int go_on(const struct kvmlat_draft *d, const struct nlattr **tb, struct kvmlat_error *err)
{
	const struct kvmlat_vcpu *v = &d->vcpu;
	uint32_t vm_id = kvmlat_attr_u32(tb[KVMLAT_A_VCPU_VM_ID]);
	uint32_t vcpu_id = kvmlat_attr_u32(tb[KVMLAT_A_VCPU_VCPU_ID]);

	if (v->vm_id == vm_id && v->vcpu_id == vcpu_id &&
	    v->account.start == kvmlat_attr_u64(tb[KVMLAT_A_VCPU_SINCE]) &&
	    v->account.end == kvmlat_attr_u64(tb[KVMLAT_A_VCPU_NOW]))
		return 0;
	return kvmlat_fail(err, KVMLAT_E_PROTOCOL, 0,
			   "vCPU %u of VM %u goes on as vCPU %u of VM %u or of another instant",
			   v->vcpu_id, v->vm_id, vcpu_id, vm_id);
}

int kvmlat_parse_vcpu(const struct nlmsghdr *nlh, struct kvmlat_draft *d, struct kvmlat_end *end,
		      struct kvmlat_unknown *unknown, struct kvmlat_error *err)
{
	const struct nlattr *tb[MAX_ATTRS], *nest, *attr;
	bool first = !d->more, more;
	int ret = 0;

	if (kvmlat_parse_main(nlh, KVMLAT_A_VCPU, tb, err))
		return -1;
	if (tb[KVMLAT_A_END])
		return kvmlat_parse_end(tb[KVMLAT_A_END], end, err);
	more = tb[KVMLAT_A_MORE];
	nest = tb[KVMLAT_A_VCPU];
	if (kvmlat_attr_parse_nest(&vcpu_space, nest, tb, err))
		return -1;
	if (first)
		kvmlat_draft_begin(d);
	else if (go_on(d, tb, err))
		return -1;
	if (parse_head(tb, &d->vcpu, unknown, err))
		return -1;
	mnl_attr_for_each_nested(attr, nest) {
		switch (mnl_attr_get_type(attr)) {
		case KVMLAT_A_VCPU_REASON:
			ret = parse_reason(attr, d, unknown, err);
			break;
		case KVMLAT_A_VCPU_PREEMPTOR:
			/* They come with each message. */
			ret = first ? parse_preemptor(attr, d, err) : 0;
			break;
		case KVMLAT_A_VCPU_DETAIL:
			ret = parse_detail(attr, d, unknown, err);
			break;
		}
		if (ret)
			return -1;
	}
	d->more = more;
	return 0;
}
