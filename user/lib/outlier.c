// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>

#include <linux/genetlink.h>

#include "attr.h"

#define REQUEST_SIZE	512
/* The module sends 8 at most. What finds no place is of nobody known. */
#define PARTS_ROOM	16

static const struct rule end_rules[] = {
	[KVMLAT_A_END_NOW]		= { "now", U64, true },
	[KVMLAT_A_END_DROPPED]		= { "dropped", U64, true },
};

static const struct rule outlier_rules[] = {
	[KVMLAT_A_OUTLIER_VM_ID]	= { "vm-id", U32, true },
	[KVMLAT_A_OUTLIER_PID]		= { "pid", U32, true },
	[KVMLAT_A_OUTLIER_VCPU_ID]	= { "vcpu-id", U32, true },
	[KVMLAT_A_OUTLIER_TID]		= { "tid", U32 },
	[KVMLAT_A_OUTLIER_KIND]		= { "kind", U32, true },
	[KVMLAT_A_OUTLIER_DROPPED]	= { "dropped", U64 },
	[KVMLAT_A_OUTLIER_BEGIN]	= { "begin", U64, true },
	[KVMLAT_A_OUTLIER_END]		= { "end", U64, true },
	[KVMLAT_A_OUTLIER_TOTAL]	= { "total", U64, true },
	[KVMLAT_A_OUTLIER_THRESHOLD]	= { "threshold", U64 },
	[KVMLAT_A_OUTLIER_TIMES]	= { "times", NEST, true },
	[KVMLAT_A_OUTLIER_CLASS]	= { "class", U32, true },
	[KVMLAT_A_OUTLIER_CODE]		= { "code", U32 },
	[KVMLAT_A_OUTLIER_VISIT]	= { "visit", U32 },
	[KVMLAT_A_OUTLIER_DETAIL_KIND]	= { "detail-kind", U32 },
	[KVMLAT_A_OUTLIER_DETAIL_KEY]	= { "detail-key", U64 },
	[KVMLAT_A_OUTLIER_PREEMPTOR]	= { "preemptor", NEST },
	[KVMLAT_A_OUTLIER_CPU_BEFORE]	= { "cpu-before", U32 },
	[KVMLAT_A_OUTLIER_CPU]		= { "cpu", U32 },
	[KVMLAT_A_OUTLIER_PREEMPTED]	= { "preempted", FLAG },
	[KVMLAT_A_OUTLIER_PART]		= { "part", MULTI_NEST },
	[KVMLAT_A_OUTLIER_WAKER]	= { "waker", NEST },
	[KVMLAT_A_OUTLIER_MOVES]	= { "moves", U32 },
};

static const struct rule times_rules[] = {
	[KVMLAT_A_TIMES_GUEST]		= { "guest", U64 },
	[KVMLAT_A_TIMES_EXIT]		= { "exit", U64 },
	[KVMLAT_A_TIMES_USER]		= { "user", U64 },
	[KVMLAT_A_TIMES_POLL]		= { "poll", U64 },
	[KVMLAT_A_TIMES_WAIT]		= { "wait", U64 },
	[KVMLAT_A_TIMES_RUNQ]		= { "runq", U64 },
	[KVMLAT_A_TIMES_OFF]		= { "off", U64 },
};

static const struct rule culprit_rules[] = {
	[KVMLAT_A_PREEMPTOR_COMM]	= { "comm", STRING, true },
	[KVMLAT_A_PREEMPTOR_TID]	= { "tid", U32, true },
	[KVMLAT_A_PREEMPTOR_TIME]	= { "time", U64, true },
	[KVMLAT_A_PREEMPTOR_PRIO]	= { "prio", U32 },
};

static const struct rule part_rules[] = {
	[KVMLAT_A_PART_KIND]		= { "kind", U32, true },
	[KVMLAT_A_PART_STATE]		= { "state", U32, true },
	[KVMLAT_A_PART_TIME]		= { "time", U64, true },
	[KVMLAT_A_PART_COUNT]		= { "count", U32 },
	[KVMLAT_A_PART_ID]		= { "id", U32, true },
	[KVMLAT_A_PART_CPU]		= { "cpu", U32, true },
	[KVMLAT_A_PART_COMM]		= { "comm", STRING },
	[KVMLAT_A_PART_PRIO]		= { "prio", U32 },
	[KVMLAT_A_PART_IDLE_STATE]	= { "idle-state", U32 },
	[KVMLAT_A_PART_PREEMPTED]	= { "preempted", FLAG },
};

static const struct rule waker_rules[] = {
	[KVMLAT_A_WAKER_COMM]		= { "comm", STRING, true },
	[KVMLAT_A_WAKER_TID]		= { "tid", U32, true },
	[KVMLAT_A_WAKER_CPU]		= { "cpu", U32, true },
	[KVMLAT_A_WAKER_AT]		= { "at", U64, true },
	[KVMLAT_A_WAKER_INTERRUPT]	= { "interrupt", FLAG },
};

static const struct attr_space end_space = SPACE("end", end_rules);
static const struct attr_space outlier_space = SPACE("outlier", outlier_rules);
static const struct attr_space times_space = SPACE("outlier.times", times_rules);
static const struct attr_space culprit_space = SPACE("outlier.preemptor", culprit_rules);

static const struct attr_space part_space = SPACE("outlier.part", part_rules);
static const struct attr_space waker_space = SPACE("outlier.waker", waker_rules);

static const char * const kind_names[] = {
	[KVMLAT_OUTLIER_KIND_EXIT]	= "exit",
	[KVMLAT_OUTLIER_KIND_USER]	= "user",
	[KVMLAT_OUTLIER_KIND_RUNQ]	= "runq",
	[KVMLAT_OUTLIER_KIND_WAKE]	= "wake",
	[KVMLAT_OUTLIER_KIND_GAP]	= "gap",
};

const char *kvmlat_outlier_kind_name(uint32_t kind)
{
	return kind < ARRAY_SIZE(kind_names) ? kind_names[kind] : "unknown";
}

static int parse_times(const struct nlattr *nest, struct kvmlat_outlier *o,
		       struct kvmlat_error *err)
{
	const struct nlattr *tb[MAX_ATTRS];
	unsigned int i;

	if (kvmlat_attr_parse_nest(&times_space, nest, tb, err))
		return -1;
	for (i = 0; i < KVMLAT_NR_STATES; i++)
		o->times[i] = kvmlat_attr_u64(tb[KVMLAT_A_TIMES_GUEST + i]);
	return 0;
}

static int parse_culprit(const struct nlattr *nest, struct kvmlat_culprit *c,
			 struct kvmlat_error *err)
{
	const struct nlattr *tb[MAX_ATTRS];

	if (kvmlat_attr_parse_nest(&culprit_space, nest, tb, err))
		return -1;
	kvmlat_attr_string(tb[KVMLAT_A_PREEMPTOR_COMM], c->comm, sizeof(c->comm));
	c->tid = kvmlat_attr_u32(tb[KVMLAT_A_PREEMPTOR_TID]);
	c->prio = kvmlat_attr_u32(tb[KVMLAT_A_PREEMPTOR_PRIO]);
	c->time = kvmlat_attr_u64(tb[KVMLAT_A_PREEMPTOR_TIME]);
	return 0;
}

/* What an outlier has beside itself. */
struct beside {
	struct kvmlat_part	parts[PARTS_ROOM];
	struct kvmlat_waker	waker;
	struct kvmlat_unknown	*unknown;
};

static int parse_part(const struct nlattr *nest, struct kvmlat_outlier *o, struct beside *b,
		      struct kvmlat_error *err)
{
	struct kvmlat_part *p = &b->parts[o->nr_parts];
	const struct nlattr *tb[MAX_ATTRS];

	if (kvmlat_attr_parse_nest(&part_space, nest, tb, err))
		return -1;
	if (o->nr_parts == PARTS_ROOM)
		return 0;
	memset(p, 0, sizeof(*p));
	p->kind = kvmlat_attr_u32(tb[KVMLAT_A_PART_KIND]);
	p->state = kvmlat_attr_u32(tb[KVMLAT_A_PART_STATE]);
	p->id = kvmlat_attr_u32(tb[KVMLAT_A_PART_ID]);
	p->cpu = kvmlat_attr_u32(tb[KVMLAT_A_PART_CPU]);
	p->count = kvmlat_attr_u32(tb[KVMLAT_A_PART_COUNT]);
	p->time = kvmlat_attr_u64(tb[KVMLAT_A_PART_TIME]);
	kvmlat_attr_string(tb[KVMLAT_A_PART_COMM], p->comm, sizeof(p->comm));
	p->prio = kvmlat_attr_u32(tb[KVMLAT_A_PART_PRIO]);
	p->took = tb[KVMLAT_A_PART_PREEMPTED];
	p->has_idle = tb[KVMLAT_A_PART_IDLE_STATE];
	p->idle_state = kvmlat_attr_u32(tb[KVMLAT_A_PART_IDLE_STATE]);
	if (p->kind > KVMLAT_PART_KIND_MAX)
		kvmlat_skip(b->unknown, "part of an outlier", p->kind);
	else if (p->state >= KVMLAT_NR_STATES)
		kvmlat_skip(b->unknown, "state", p->state);
	else
		o->nr_parts++;
	return 0;
}

static int parse_waker(const struct nlattr *nest, struct kvmlat_waker *w, struct kvmlat_error *err)
{
	const struct nlattr *tb[MAX_ATTRS];

	if (kvmlat_attr_parse_nest(&waker_space, nest, tb, err))
		return -1;
	memset(w, 0, sizeof(*w));
	kvmlat_attr_string(tb[KVMLAT_A_WAKER_COMM], w->comm, sizeof(w->comm));
	w->tid = kvmlat_attr_u32(tb[KVMLAT_A_WAKER_TID]);
	w->cpu = kvmlat_attr_u32(tb[KVMLAT_A_WAKER_CPU]);
	w->at = kvmlat_attr_u64(tb[KVMLAT_A_WAKER_AT]);
	w->interrupt = tb[KVMLAT_A_WAKER_INTERRUPT];
	return 0;
}

static int parse_beside(const struct nlattr *nest, struct kvmlat_outlier *o, struct beside *b,
			struct kvmlat_error *err)
{
	const struct nlattr *attr;

	o->parts = b->parts;
	mnl_attr_for_each_nested(attr, nest) {
		switch (mnl_attr_get_type(attr)) {
		case KVMLAT_A_OUTLIER_PART:
			if (parse_part(attr, o, b, err))
				return -1;
			break;
		case KVMLAT_A_OUTLIER_WAKER:
			if (parse_waker(attr, &b->waker, err))
				return -1;
			o->waker = &b->waker;
			break;
		}
	}
	return 0;
}

static int parse_outlier(const struct nlattr *nest, struct kvmlat_outlier *o, struct beside *b,
			 struct kvmlat_error *err)
{
	const struct nlattr *tb[MAX_ATTRS];

	memset(o, 0, sizeof(*o));
	if (kvmlat_attr_parse_nest(&outlier_space, nest, tb, err) ||
	    parse_times(tb[KVMLAT_A_OUTLIER_TIMES], o, err))
		return -1;
	if (tb[KVMLAT_A_OUTLIER_PREEMPTOR] &&
	    parse_culprit(tb[KVMLAT_A_OUTLIER_PREEMPTOR], &o->culprit, err))
		return -1;
	o->culprit.took = tb[KVMLAT_A_OUTLIER_PREEMPTED];
	o->vm_id = kvmlat_attr_u32(tb[KVMLAT_A_OUTLIER_VM_ID]);
	o->pid = kvmlat_attr_u32(tb[KVMLAT_A_OUTLIER_PID]);
	o->vcpu_id = kvmlat_attr_u32(tb[KVMLAT_A_OUTLIER_VCPU_ID]);
	o->tid = kvmlat_attr_u32(tb[KVMLAT_A_OUTLIER_TID]);
	o->kind = kvmlat_attr_u32(tb[KVMLAT_A_OUTLIER_KIND]);
	o->dropped = kvmlat_attr_u64(tb[KVMLAT_A_OUTLIER_DROPPED]);
	o->begin = kvmlat_attr_u64(tb[KVMLAT_A_OUTLIER_BEGIN]);
	o->end = kvmlat_attr_u64(tb[KVMLAT_A_OUTLIER_END]);
	o->total = kvmlat_attr_u64(tb[KVMLAT_A_OUTLIER_TOTAL]);
	o->threshold = kvmlat_attr_u64(tb[KVMLAT_A_OUTLIER_THRESHOLD]);
	o->cls = kvmlat_attr_u32(tb[KVMLAT_A_OUTLIER_CLASS]);
	o->code = kvmlat_attr_u32(tb[KVMLAT_A_OUTLIER_CODE]);
	o->visited = tb[KVMLAT_A_OUTLIER_VISIT];
	o->visit = kvmlat_attr_u32(tb[KVMLAT_A_OUTLIER_VISIT]);
	o->has_detail = tb[KVMLAT_A_OUTLIER_DETAIL_KIND] && tb[KVMLAT_A_OUTLIER_DETAIL_KEY];
	o->detail_kind = kvmlat_attr_u32(tb[KVMLAT_A_OUTLIER_DETAIL_KIND]);
	o->detail_key = kvmlat_attr_u64(tb[KVMLAT_A_OUTLIER_DETAIL_KEY]);
	o->cpu_before = kvmlat_attr_u32(tb[KVMLAT_A_OUTLIER_CPU_BEFORE]);
	o->cpu = kvmlat_attr_u32(tb[KVMLAT_A_OUTLIER_CPU]);
	o->moves = kvmlat_attr_u32(tb[KVMLAT_A_OUTLIER_MOVES]);
	return parse_beside(nest, o, b, err);
}

struct reader {
	kvmlat_outlier_fn	fn;
	void			*ctx;
	uint64_t		*dropped;
	struct kvmlat_unknown	*unknown;
};

static int take(const struct nlmsghdr *nlh, void *ctx, struct kvmlat_error *err)
{
	const struct nlattr *tb[MAX_ATTRS], *end;
	struct reader *r = ctx;
	struct beside beside = { .unknown = r->unknown };
	struct kvmlat_outlier outlier;

	if (kvmlat_parse_main(nlh, KVMLAT_A_OUTLIER, tb, err))
		return -1;
	end = tb[KVMLAT_A_END];
	if (end) {
		if (kvmlat_attr_parse_nest(&end_space, end, tb, err))
			return -1;
		*r->dropped = kvmlat_attr_u64(tb[KVMLAT_A_END_DROPPED]);
		return 0;
	}
	if (parse_outlier(tb[KVMLAT_A_OUTLIER], &outlier, &beside, err))
		return -1;
	if (outlier.kind >= KVMLAT_NR_OUTLIER_KINDS)
		kvmlat_skip(r->unknown, "outlier", outlier.kind);
	else
		r->fn(&outlier, r->ctx);
	return 0;
}

/* The kernel's own sentence for a command that a module lacks says nothing of the module. */
static int is_too_old(struct kvmlat_error *err)
{
	if (!err || err->error != EOPNOTSUPP)
		return -1;
	return kvmlat_fail(err, KVMLAT_E_REFUSED, EOPNOTSUPP,
			   "the module is older than the command and does not know outliers");
}

int kvmlat_watch(struct kvmlat *k, const struct kvmlat_watch *w, struct kvmlat_error *err)
{
	struct nlattr *nest;
	struct nlmsghdr *nlh;
	char buf[REQUEST_SIZE];
	uint32_t kind;

	nlh = kvmlat_request(buf, k->family, KVMLAT_CMD_OUTLIER_WATCH, KVMLAT_FAMILY_VERSION,
			     NLM_F_ACK);
	if (w && w->vm_id)
		mnl_attr_put_u32(nlh, KVMLAT_A_VM_ID, w->vm_id);
	if (w && w->pid)
		mnl_attr_put_u32(nlh, KVMLAT_A_PID, w->pid);
	if (w && w->has_vcpu_id)
		mnl_attr_put_u32(nlh, KVMLAT_A_VCPU_ID, w->vcpu_id);
	for (kind = 0; w && kind < KVMLAT_NR_OUTLIER_KINDS; kind++) {
		if (!(w->kinds & 1U << kind))
			continue;
		nest = mnl_attr_nest_start(nlh, KVMLAT_A_THRESHOLD);
		mnl_attr_put_u32(nlh, KVMLAT_A_THRESHOLD_KIND, kind);
		mnl_attr_put_u64(nlh, KVMLAT_A_THRESHOLD_NS, w->threshold[kind]);
		mnl_attr_nest_end(nlh, nest);
	}
	if (!kvmlat_talk(k, nlh, NULL, NULL, NULL, err))
		return 0;
	return is_too_old(err);
}

int kvmlat_get_outliers(struct kvmlat *k, kvmlat_outlier_fn fn, void *ctx, uint64_t *dropped,
			struct kvmlat_error *err)
{
	uint64_t unused = 0;
	struct reader r = {
		.fn = fn, .ctx = ctx, .dropped = dropped ? dropped : &unused,
		.unknown = &k->unknown,
	};
	struct nlmsghdr *nlh;
	char buf[REQUEST_SIZE];

	nlh = kvmlat_request(buf, k->family, KVMLAT_CMD_OUTLIER_GET, KVMLAT_FAMILY_VERSION,
			     NLM_F_DUMP);
	if (!kvmlat_talk(k, nlh, take, &r, NULL, err))
		return 0;
	return is_too_old(err);
}
