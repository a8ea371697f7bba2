// SPDX-License-Identifier: GPL-2.0-only
#include <linux/string.h>
#include <net/genetlink.h>

#include "ledger/detail.h"
#include "ledger/outlier.h"
#include "message.h"

static int put_u64(struct sk_buff *skb, int type, u64 value)
{
	return nla_put_u64_64bit(skb, type, value, KVMLAT_A_OUTLIER_PAD);
}

static int put_times(struct sk_buff *skb, const struct kvmlat_outlier *r)
{
	struct nlattr *nest = nla_nest_start(skb, KVMLAT_A_OUTLIER_TIMES);
	int i;

	/* The attributes are in the order of enum kvmlat_state. */
	BUILD_BUG_ON(ARRAY_SIZE(r->time) != KVMLAT_A_TIMES_MAX - KVMLAT_A_TIMES_GUEST + 1);
	for (i = 0; nest && i < KVMLAT_STATES; i++) {
		if (nla_put_u64_64bit(skb, KVMLAT_A_TIMES_GUEST + i, r->time[i],
				      KVMLAT_A_TIMES_PAD))
			return -EMSGSIZE;
	}
	if (!nest)
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_culprit(struct sk_buff *skb, const struct kvmlat_culprit *c)
{
	struct nlattr *nest;
	char comm[KVMLAT_COMM_LEN];

	if (!c->time)
		return 0;
	if (c->took && nla_put_flag(skb, KVMLAT_A_OUTLIER_PREEMPTED))
		return -EMSGSIZE;
	nest = nla_nest_start(skb, KVMLAT_A_OUTLIER_PREEMPTOR);
	/* It was copied while it could change. */
	strscpy(comm, c->comm, sizeof(comm));
	if (!nest || nla_put_string(skb, KVMLAT_A_PREEMPTOR_COMM, comm) ||
	    nla_put_u32(skb, KVMLAT_A_PREEMPTOR_TID, c->tid) ||
	    nla_put_u64_64bit(skb, KVMLAT_A_PREEMPTOR_TIME, c->time, KVMLAT_A_PREEMPTOR_PAD) ||
	    nla_put_u32(skb, KVMLAT_A_PREEMPTOR_PRIO, c->prio))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_task(struct sk_buff *skb, const struct kvmlat_part *p)
{
	char comm[KVMLAT_COMM_LEN];

	strscpy(comm, p->comm, sizeof(comm));
	if (nla_put_string(skb, KVMLAT_A_PART_COMM, comm) ||
	    nla_put_u32(skb, KVMLAT_A_PART_PRIO, p->prio) ||
	    (p->idle != KVMLAT_IDLE_UNKNOWN &&
	     nla_put_u32(skb, KVMLAT_A_PART_IDLE_STATE, p->idle)) ||
	    (p->took && nla_put_flag(skb, KVMLAT_A_PART_PREEMPTED)))
		return -EMSGSIZE;
	return 0;
}

static int put_part(struct sk_buff *skb, const struct kvmlat_part *p)
{
	struct nlattr *nest = nla_nest_start(skb, KVMLAT_A_OUTLIER_PART);

	if (!nest || nla_put_u32(skb, KVMLAT_A_PART_KIND, p->kind) ||
	    nla_put_u32(skb, KVMLAT_A_PART_STATE, p->state) ||
	    nla_put_u64_64bit(skb, KVMLAT_A_PART_TIME, p->time, KVMLAT_A_PART_PAD) ||
	    nla_put_u32(skb, KVMLAT_A_PART_COUNT, p->count) ||
	    nla_put_u32(skb, KVMLAT_A_PART_ID, p->id) ||
	    nla_put_u32(skb, KVMLAT_A_PART_CPU, p->cpu) ||
	    (p->kind == KVMLAT_PART_KIND_TASK && put_task(skb, p)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_waker(struct sk_buff *skb, const struct kvmlat_waker *w)
{
	struct nlattr *nest;
	char comm[KVMLAT_COMM_LEN];

	if (!w->at)
		return 0;
	nest = nla_nest_start(skb, KVMLAT_A_OUTLIER_WAKER);
	/* It was copied while another could come. */
	strscpy(comm, w->comm, sizeof(comm));
	if (!nest || nla_put_string(skb, KVMLAT_A_WAKER_COMM, comm) ||
	    nla_put_u32(skb, KVMLAT_A_WAKER_TID, w->tid) ||
	    nla_put_u32(skb, KVMLAT_A_WAKER_CPU, w->cpu) ||
	    nla_put_u64_64bit(skb, KVMLAT_A_WAKER_AT, w->at, KVMLAT_A_WAKER_PAD) ||
	    (w->interrupt && nla_put_flag(skb, KVMLAT_A_WAKER_INTERRUPT)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_parts(struct sk_buff *skb, const struct kvmlat_outlier *r)
{
	u32 i;

	for (i = 0; i < r->nr_parts; i++) {
		if (put_part(skb, &r->part[i]))
			return -EMSGSIZE;
	}
	if (r->moves && nla_put_u32(skb, KVMLAT_A_OUTLIER_MOVES, r->moves))
		return -EMSGSIZE;
	return put_waker(skb, &r->waker);
}

static int put_what(struct sk_buff *skb, const struct kvmlat_outlier *r)
{
	if (nla_put_u32(skb, KVMLAT_A_OUTLIER_CLASS, r->class) ||
	    nla_put_u32(skb, KVMLAT_A_OUTLIER_CODE, r->code) ||
	    nla_put_u32(skb, KVMLAT_A_OUTLIER_CPU_BEFORE, r->cpu_before) ||
	    nla_put_u32(skb, KVMLAT_A_OUTLIER_CPU, r->cpu) ||
	    (r->visited && nla_put_u32(skb, KVMLAT_A_OUTLIER_VISIT, r->visit)))
		return -EMSGSIZE;
	if (!r->key)
		return 0;
	return nla_put_u32(skb, KVMLAT_A_OUTLIER_DETAIL_KIND, KVMLAT_DETAIL_KIND(r->key)) ?:
	       put_u64(skb, KVMLAT_A_OUTLIER_DETAIL_KEY, KVMLAT_DETAIL_VALUE(r->key));
}

int kvmlat_message_outlier(struct sk_buff *skb, const struct kvmlat_outlier *r)
{
	if (nla_put_u32(skb, KVMLAT_A_OUTLIER_KIND, r->kind) ||
	    put_u64(skb, KVMLAT_A_OUTLIER_BEGIN, r->begin) ||
	    put_u64(skb, KVMLAT_A_OUTLIER_END, r->end) ||
	    put_u64(skb, KVMLAT_A_OUTLIER_TOTAL, r->total) || put_times(skb, r) ||
	    put_what(skb, r) || put_culprit(skb, &r->culprit) || put_parts(skb, r))
		return -EMSGSIZE;
	return 0;
}
