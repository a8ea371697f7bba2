// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "outlier.h"

int outlier_watch(struct wire *w, const struct filter *f, uint32_t kinds, uint64_t ns)
{
	struct nl_msg *msg = wire_request(w, KVMLAT_CMD_OUTLIER_WATCH, 0);

	w->reply = NULL;
	if (msg)
		wire_put_filter(msg, f);
	for (uint32_t kind = 0; msg && kind < OUTLIER_KINDS; kind++) {
		struct nlattr *nest;

		if (!(kinds & 1U << kind))
			continue;
		nest = nla_nest_start(msg, KVMLAT_A_THRESHOLD);
		nla_put_u32(msg, KVMLAT_A_THRESHOLD_KIND, kind);
		nla_put_u64(msg, KVMLAT_A_THRESHOLD_NS, ns);
		nla_nest_end(msg, nest);
	}
	return wire_talk(w, msg);
}

static uint32_t u32(struct nlattr **tb, int attr)
{
	return tb[attr] ? nla_get_u32(tb[attr]) : 0;
}

static uint64_t u64(struct nlattr **tb, int attr)
{
	return tb[attr] ? nla_get_u64(tb[attr]) : 0;
}

static void parse_times(struct nlattr *nest, struct outlier *o, char *bad)
{
	struct nlattr *tb[KVMLAT_A_TIMES_MAX + 1];

	if (!nest || nla_parse_nested(tb, KVMLAT_A_TIMES_MAX, nest, NULL)) {
		breach(bad, "an outlier without times");
		return;
	}
	for (int i = 0; i <= KVMLAT_STATE_MAX; i++) {
		if (!tb[KVMLAT_A_TIMES_GUEST + i])
			breach(bad, "an outlier without the time of state %d", i);
		o->times[i] = u64(tb, KVMLAT_A_TIMES_GUEST + i);
	}
}

static void parse_culprit(struct nlattr *nest, struct outlier *o, char *bad)
{
	struct nlattr *tb[KVMLAT_A_PREEMPTOR_MAX + 1];

	if (!nest)
		return;
	if (nla_parse_nested(tb, KVMLAT_A_PREEMPTOR_MAX, nest, NULL) ||
	    !tb[KVMLAT_A_PREEMPTOR_COMM] || !tb[KVMLAT_A_PREEMPTOR_TID] ||
	    !tb[KVMLAT_A_PREEMPTOR_TIME] || !tb[KVMLAT_A_PREEMPTOR_PRIO]) {
		breach(bad, "a preemptor of an outlier lacks something");
		return;
	}
	snprintf(o->culprit.comm, sizeof(o->culprit.comm), "%s",
		 nla_get_string(tb[KVMLAT_A_PREEMPTOR_COMM]));
	o->culprit.tid = u32(tb, KVMLAT_A_PREEMPTOR_TID);
	o->culprit.time = u64(tb, KVMLAT_A_PREEMPTOR_TIME);
	o->prio = u32(tb, KVMLAT_A_PREEMPTOR_PRIO);
}

static void parse_part(struct nlattr *nest, struct outlier *o, char *bad)
{
	struct nlattr *tb[KVMLAT_A_PART_MAX + 1];
	struct part *p = &o->parts[o->nr_parts];

	if (o->nr_parts == PARTS_MAX || nla_parse_nested(tb, KVMLAT_A_PART_MAX, nest, NULL) ||
	    !tb[KVMLAT_A_PART_KIND] || !tb[KVMLAT_A_PART_STATE] || !tb[KVMLAT_A_PART_TIME] ||
	    !tb[KVMLAT_A_PART_COUNT] || !tb[KVMLAT_A_PART_ID] || !tb[KVMLAT_A_PART_CPU]) {
		breach(bad, "a part of an outlier lacks something, or there are too many");
		return;
	}
	o->nr_parts++;
	p->kind = u32(tb, KVMLAT_A_PART_KIND);
	p->state = u32(tb, KVMLAT_A_PART_STATE);
	p->time = u64(tb, KVMLAT_A_PART_TIME);
	p->count = u32(tb, KVMLAT_A_PART_COUNT);
	p->id = u32(tb, KVMLAT_A_PART_ID);
	p->cpu = u32(tb, KVMLAT_A_PART_CPU);
	p->prio = u32(tb, KVMLAT_A_PART_PRIO);
	p->preempted = tb[KVMLAT_A_PART_PREEMPTED];
	if (tb[KVMLAT_A_PART_COMM])
		snprintf(p->comm, sizeof(p->comm), "%s", nla_get_string(tb[KVMLAT_A_PART_COMM]));
	if (!p->time || !p->count || (p->kind == KVMLAT_PART_KIND_TASK) != !!p->comm[0] ||
	    p->kind > KVMLAT_PART_KIND_MAX || p->state > KVMLAT_STATE_MAX ||
	    (p->kind == KVMLAT_PART_KIND_TASK) != (p->state == KVMLAT_STATE_RUNQ))
		breach(bad, "a part of kind %u in state %u is %" PRIu64 " ns of \"%s\"", p->kind,
		       p->state, p->time, p->comm);
}

static void parse_parts(struct nlattr *nest, struct outlier *o, char *bad)
{
	struct nlattr *tb[KVMLAT_A_WAKER_MAX + 1], *attr;
	int rem;

	nla_for_each_nested(attr, nest, rem) {
		if (nla_type(attr) == KVMLAT_A_OUTLIER_PART)
			parse_part(attr, o, bad);
		if (nla_type(attr) != KVMLAT_A_OUTLIER_WAKER)
			continue;
		o->woken = true;
		if (nla_parse_nested(tb, KVMLAT_A_WAKER_MAX, attr, NULL) ||
		    !tb[KVMLAT_A_WAKER_TID] || !tb[KVMLAT_A_WAKER_COMM] ||
		    !tb[KVMLAT_A_WAKER_CPU] || !tb[KVMLAT_A_WAKER_AT]) {
			breach(bad, "a waker lacks something");
			return;
		}
		o->waker = u32(tb, KVMLAT_A_WAKER_TID);
		if (u64(tb, KVMLAT_A_WAKER_AT) > o->end)
			breach(bad, "an outlier's waker came after it");
	}
}

static void check_parts(const struct outlier *o, char *bad)
{
	for (uint32_t state = 0; state <= KVMLAT_STATE_MAX; state++) {
		uint64_t sum = 0;

		for (unsigned int i = 0; i < o->nr_parts; i++)
			sum += o->parts[i].state == state ? o->parts[i].time : 0;
		if (sum > o->times[state])
			breach(bad, "the parts of state %u are %" PRIu64 " ns of %" PRIu64, state,
			       sum, o->times[state]);
	}
}

/* What must hold of each. */
static void check(const struct outlier *o, char *bad)
{
	uint64_t sum = 0;

	for (int i = 0; i <= KVMLAT_STATE_MAX; i++)
		sum += o->times[i];
	if (sum != o->total)
		breach(bad, "the times of an outlier of kind %u are %" PRIu64 ", its total is %"
		       PRIu64, o->kind, sum, o->total);
	if (o->total <= o->threshold)
		breach(bad, "an outlier of %" PRIu64 " ns is not longer than %" PRIu64, o->total,
		       o->threshold);
	if (o->end - o->begin < o->total)
		breach(bad, "an outlier of %" PRIu64 " ns from %" PRIu64 " to %" PRIu64, o->total,
		       o->begin, o->end);
	if (o->culprit.time > o->times[KVMLAT_STATE_RUNQ])
		breach(bad, "a preemptor had the CPU for %" PRIu64 " of %" PRIu64 " ns",
		       o->culprit.time, o->times[KVMLAT_STATE_RUNQ]);
	if (o->times[KVMLAT_STATE_GUEST])
		breach(bad, "a guest ran in an outlier");
	check_parts(o, bad);
}

static int parse_outlier(struct nlattr *nest, struct outliers *all)
{
	struct nlattr *tb[KVMLAT_A_OUTLIER_MAX + 1];
	struct outlier *o;

	if (nla_parse_nested(tb, KVMLAT_A_OUTLIER_MAX, nest, NULL))
		return EBADMSG;
	o = realloc(all->all, (all->nr + 1) * sizeof(*o));
	if (!o)
		return ENOMEM;
	all->all = o;
	o += all->nr++;
	memset(o, 0, sizeof(*o));
	o->vm = u32(tb, KVMLAT_A_OUTLIER_VM_ID);
	o->pid = u32(tb, KVMLAT_A_OUTLIER_PID);
	o->vcpu = u32(tb, KVMLAT_A_OUTLIER_VCPU_ID);
	o->tid = u32(tb, KVMLAT_A_OUTLIER_TID);
	o->kind = u32(tb, KVMLAT_A_OUTLIER_KIND);
	o->dropped = u64(tb, KVMLAT_A_OUTLIER_DROPPED);
	o->begin = u64(tb, KVMLAT_A_OUTLIER_BEGIN);
	o->end = u64(tb, KVMLAT_A_OUTLIER_END);
	o->total = u64(tb, KVMLAT_A_OUTLIER_TOTAL);
	o->threshold = u64(tb, KVMLAT_A_OUTLIER_THRESHOLD);
	o->class = u32(tb, KVMLAT_A_OUTLIER_CLASS);
	o->code = u32(tb, KVMLAT_A_OUTLIER_CODE);
	o->visited = tb[KVMLAT_A_OUTLIER_VISIT];
	o->visit = u32(tb, KVMLAT_A_OUTLIER_VISIT);
	o->detail = tb[KVMLAT_A_OUTLIER_DETAIL_KIND] && tb[KVMLAT_A_OUTLIER_DETAIL_KEY];
	o->detail_kind = u32(tb, KVMLAT_A_OUTLIER_DETAIL_KIND);
	o->detail_key = u64(tb, KVMLAT_A_OUTLIER_DETAIL_KEY);
	o->preempted = tb[KVMLAT_A_OUTLIER_PREEMPTED];
	o->cpu_before = u32(tb, KVMLAT_A_OUTLIER_CPU_BEFORE);
	o->cpu = u32(tb, KVMLAT_A_OUTLIER_CPU);
	parse_times(tb[KVMLAT_A_OUTLIER_TIMES], o, all->bad);
	parse_culprit(tb[KVMLAT_A_OUTLIER_PREEMPTOR], o, all->bad);
	o->moves = u32(tb, KVMLAT_A_OUTLIER_MOVES);
	parse_parts(nest, o, all->bad);
	check(o, all->bad);
	all->told += o->dropped;
	return 0;
}

static int take(struct nlattr **attrs, void *arg)
{
	struct nlattr *tb[KVMLAT_A_END_MAX + 1];
	struct outliers *all = arg;

	if (attrs[KVMLAT_A_OUTLIER])
		return parse_outlier(attrs[KVMLAT_A_OUTLIER], all);
	if (!attrs[KVMLAT_A_END] ||
	    nla_parse_nested(tb, KVMLAT_A_END_MAX, attrs[KVMLAT_A_END], NULL) ||
	    !tb[KVMLAT_A_END_DROPPED])
		return EBADMSG;
	all->dropped = nla_get_u64(tb[KVMLAT_A_END_DROPPED]);
	all->ends++;
	return 0;
}

int outlier_get(struct wire *w, struct outliers *outliers)
{
	unsigned int ends = outliers->ends;

	w->reply = take;
	w->arg = outliers;
	if (wire_talk(w, wire_request(w, KVMLAT_CMD_OUTLIER_GET, NLM_F_DUMP)))
		return w->err;
	return outliers->ends == ends + 1 ? 0 : EBADMSG;
}

void outliers_free(struct outliers *outliers)
{
	free(outliers->all);
	memset(outliers, 0, sizeof(*outliers));
}

unsigned int outliers_count(const struct outliers *outliers, uint32_t kind)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < outliers->nr; i++)
		n += outliers->all[i].kind == kind;
	return n;
}

uint64_t outlier_part(const struct outlier *o, uint32_t kind, uint32_t id)
{
	uint64_t time = 0;

	for (unsigned int i = 0; i < o->nr_parts; i++)
		if (o->parts[i].kind == kind && o->parts[i].id == id)
			time += o->parts[i].time;
	return time;
}
