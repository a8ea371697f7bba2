// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is known of a vCPU, as attributes. Needs nothing of the kernel but netlink's own
 * functions, so that the benchmark of a dump can compile it.
 */
#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/string.h>
#include <net/netlink.h>

#include "ledger/detail.h"
#include "request.h"
#include "message.h"
#include "ledger/snapshot.h"

static bool has_code(u32 class)
{
	return class == KVMLAT_REASON_CLASS_EXIT || class == KVMLAT_REASON_CLASS_NESTED ||
	       class == KVMLAT_REASON_CLASS_REFLECTED || class == KVMLAT_REASON_CLASS_USER;
}

static int put_times(struct sk_buff *skb, const struct kvmlat_snap *snap)
{
	struct nlattr *nest = nla_nest_start(skb, KVMLAT_A_VCPU_TIMES);
	int i;

	if (!nest)
		return -EMSGSIZE;
	/* The attributes are in the order of enum kvmlat_state. */
	BUILD_BUG_ON(ARRAY_SIZE(snap->times) != KVMLAT_A_TIMES_MAX - KVMLAT_A_TIMES_GUEST + 1);
	for (i = 0; i < KVMLAT_STATES; i++) {
		if (nla_put_u64_64bit(skb, KVMLAT_A_TIMES_GUEST + i, snap->times[i],
				      KVMLAT_A_TIMES_PAD))
			return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}

static int put_halt(struct sk_buff *skb, const struct kvmlat_snap *snap)
{
	struct nlattr *nest = nla_nest_start(skb, KVMLAT_A_VCPU_HALT);

	if (!nest || nla_put_u32(skb, KVMLAT_A_HALT_WINDOW, snap->halt_window) ||
	    nla_put_u64_64bit(skb, KVMLAT_A_HALT_GROW, snap->halt_grow, KVMLAT_A_HALT_PAD) ||
	    nla_put_u64_64bit(skb, KVMLAT_A_HALT_SHRINK, snap->halt_shrink,
			      KVMLAT_A_HALT_PAD) ||
	    nla_put_u64_64bit(skb, KVMLAT_A_HALT_INVALID, snap->halt_invalid,
			      KVMLAT_A_HALT_PAD))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_preemptors(struct sk_buff *skb, const struct kvmlat_snap *snap)
{
	struct nlattr *nest;
	char comm[KVMLAT_COMM_LEN];
	u32 i;

	for (i = 0; i < snap->preemptors; i++) {
		const struct kvmlat_preemptor *p = &snap->preemptor[i];

		/* It was copied while it could change. */
		strscpy(comm, p->comm, sizeof(comm));
		nest = nla_nest_start(skb, KVMLAT_A_VCPU_PREEMPTOR);
		if (!nest || nla_put_string(skb, KVMLAT_A_PREEMPTOR_COMM, comm) ||
		    nla_put_u32(skb, KVMLAT_A_PREEMPTOR_TID, p->tid) ||
		    nla_put_u64_64bit(skb, KVMLAT_A_PREEMPTOR_AT, p->at,
				      KVMLAT_A_PREEMPTOR_PAD) ||
		    nla_put_u64_64bit(skb, KVMLAT_A_PREEMPTOR_TIME, p->time,
				      KVMLAT_A_PREEMPTOR_PAD) ||
		    nla_put_u32(skb, KVMLAT_A_PREEMPTOR_CPU, p->cpu))
			return -EMSGSIZE;
		nla_nest_end(skb, nest);
	}
	return 0;
}

static int put_open(struct sk_buff *skb, const struct kvmlat_snap *snap)
{
	struct nlattr *nest;

	if (!snap->is_open)
		return 0;
	nest = nla_nest_start(skb, KVMLAT_A_VCPU_OPEN);
	if (!nest || nla_put_u32(skb, KVMLAT_A_OPEN_CLASS, snap->open_class) ||
	    (has_code(snap->open_class) &&
	     nla_put_u32(skb, KVMLAT_A_OPEN_CODE, snap->open_code)) ||
	    nla_put_u64_64bit(skb, KVMLAT_A_OPEN_SINCE, snap->open_since, KVMLAT_A_OPEN_PAD))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_histogram(struct sk_buff *skb, const struct kvmlat_row *row)
{
	u16 used[KVMLAT_SEGS * KVMLAT_SEG_LEN];
	struct nlattr *index, *count;
	u32 seg, i, n = 0;
	u64 *counts;

	for (seg = 0; seg < KVMLAT_SEGS; seg++) {
		if (!(row->segs & BIT(seg)))
			continue;
		for (i = seg * KVMLAT_SEG_LEN; i < (seg + 1) * KVMLAT_SEG_LEN; i++) {
			if (row->bucket[i])
				used[n++] = i;
		}
	}
	index = nla_reserve(skb, KVMLAT_A_REASON_BUCKET_INDEX, n * sizeof(*used));
	count = index ? nla_reserve_64bit(skb, KVMLAT_A_REASON_BUCKET_COUNT,
					  n * sizeof(*counts), KVMLAT_A_REASON_PAD) : NULL;
	if (!count)
		return -EMSGSIZE;
	memcpy(nla_data(index), used, n * sizeof(*used));
	counts = nla_data(count);
	for (i = 0; i < n; i++)
		counts[i] = row->bucket[used[i]];
	return 0;
}

static int put_row(struct sk_buff *skb, const struct kvmlat_row *row, bool histogram)
{
	struct nlattr *nest = nla_nest_start(skb, KVMLAT_A_VCPU_REASON);

	BUILD_BUG_ON(KVMLAT_HIST_LEN != KVMLAT_HIST_BUCKETS);
	if (!nest)
		return -EMSGSIZE;
	if (nla_put_u32(skb, KVMLAT_A_REASON_CLASS, row->class) ||
	    (has_code(row->class) &&
	     nla_put_u32(skb, KVMLAT_A_REASON_CODE, row->code)) ||
	    nla_put_u64_64bit(skb, KVMLAT_A_REASON_COUNT, row->count, KVMLAT_A_REASON_PAD) ||
	    nla_put_u64_64bit(skb, KVMLAT_A_REASON_TOTAL, row->total, KVMLAT_A_REASON_PAD) ||
	    nla_put_u64_64bit(skb, KVMLAT_A_REASON_LONGEST, row->longest,
			      KVMLAT_A_REASON_PAD) ||
	    nla_put_u64_64bit(skb, KVMLAT_A_REASON_LONGEST_AT, row->longest_at,
			      KVMLAT_A_REASON_PAD) ||
	    nla_put_u32(skb, KVMLAT_A_REASON_LONGEST_CPU, row->longest_cpu) ||
	    (histogram && put_histogram(skb, row))) {
		nla_nest_cancel(skb, nest);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}

static int put_detail(struct sk_buff *skb, const struct kvmlat_detail_entry *e)
{
	struct nlattr *nest = nla_nest_start(skb, KVMLAT_A_VCPU_DETAIL);

	if (!nest)
		return -EMSGSIZE;
	if (nla_put_u32(skb, KVMLAT_A_DETAIL_KIND, KVMLAT_DETAIL_KIND(e->key)) ||
	    nla_put_u64_64bit(skb, KVMLAT_A_DETAIL_KEY, KVMLAT_DETAIL_VALUE(e->key),
			      KVMLAT_A_DETAIL_PAD) ||
	    nla_put_u64_64bit(skb, KVMLAT_A_DETAIL_COUNT, e->count, KVMLAT_A_DETAIL_PAD) ||
	    nla_put_u64_64bit(skb, KVMLAT_A_DETAIL_TOTAL, e->total, KVMLAT_A_DETAIL_PAD) ||
	    nla_put_u64_64bit(skb, KVMLAT_A_DETAIL_LONGEST, e->longest,
			      KVMLAT_A_DETAIL_PAD) ||
	    nla_put_u64_64bit(skb, KVMLAT_A_DETAIL_ERROR, e->error, KVMLAT_A_DETAIL_PAD)) {
		nla_nest_cancel(skb, nest);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}

static int put_vcpu(struct sk_buff *skb, const struct kvmlat_snap *snap)
{
	if (nla_put_u32(skb, KVMLAT_A_VCPU_VM_ID, snap->vm_id) ||
	    nla_put_u32(skb, KVMLAT_A_VCPU_PID, snap->pid) ||
	    nla_put_u32(skb, KVMLAT_A_VCPU_VCPU_ID, snap->vcpu_id) ||
	    nla_put_u32(skb, KVMLAT_A_VCPU_TID, snap->tid) ||
	    nla_put_u64_64bit(skb, KVMLAT_A_VCPU_SINCE, snap->since, KVMLAT_A_VCPU_PAD) ||
	    nla_put_u64_64bit(skb, KVMLAT_A_VCPU_NOW, snap->now, KVMLAT_A_VCPU_PAD) ||
	    (snap->ended && nla_put_flag(skb, KVMLAT_A_VCPU_GONE)) ||
	    nla_put_u32(skb, KVMLAT_A_VCPU_STATE, snap->state) ||
	    nla_put_u64_64bit(skb, KVMLAT_A_VCPU_STATE_SINCE, snap->state_since,
			      KVMLAT_A_VCPU_PAD) ||
	    put_open(skb, snap) || put_times(skb, snap) ||
	    nla_put_u64_64bit(skb, KVMLAT_A_VCPU_REENTRIES, snap->reentries,
			      KVMLAT_A_VCPU_PAD) ||
	    nla_put_u32(skb, KVMLAT_A_VCPU_MEMORY, snap->memory) ||
	    nla_put_u64_64bit(skb, KVMLAT_A_VCPU_PREEMPTED, snap->preempted,
			      KVMLAT_A_VCPU_PAD) ||
	    put_halt(skb, snap) || put_preemptors(skb, snap) ||
	    (snap->has_details &&
	     nla_put_u64_64bit(skb, KVMLAT_A_VCPU_DETAILS_EVICTED, snap->details_evicted,
			       KVMLAT_A_VCPU_PAD)))
		return -EMSGSIZE;
	return 0;
}

static bool wants_row(const struct kvmlat_filter *filter, const struct kvmlat_row *row)
{
	return !filter->has_code ||
	       (row->class == KVMLAT_REASON_CLASS_EXIT && row->code == filter->code);
}

static int put_nth(struct sk_buff *skb, const struct kvmlat_snap *snap,
		   const struct kvmlat_detail *detail, const struct kvmlat_filter *filter, u32 n)
{
	struct kvmlat_detail_entry entry;

	if (n < snap->rows)
		return wants_row(filter, &snap->row[n]) ?
		       put_row(skb, &snap->row[n], filter->histograms) : 0;
	if (!detail || !kvmlat_detail_read(detail, n - snap->rows, &entry))
		return 0;
	return put_detail(skb, &entry);
}

u32 kvmlat_message_rows(const struct kvmlat_snap *snap, const struct kvmlat_filter *filter)
{
	return snap->rows + (filter->details && snap->has_details ? KVMLAT_DETAIL_KEYS : 0);
}

int kvmlat_message_vcpu(struct sk_buff *skb, const struct kvmlat_snap *snap,
			const struct kvmlat_detail *detail, const struct kvmlat_filter *filter,
			u32 *row)
{
	u32 rows = kvmlat_message_rows(snap, filter), first = *row, next = first;
	struct nlattr *nest = nla_nest_start(skb, KVMLAT_A_VCPU);

	if (!nest || put_vcpu(skb, snap))
		return -EMSGSIZE;
	for (; next < rows; next++) {
		void *before = skb_tail_pointer(skb);

		if (put_nth(skb, snap, detail, filter, next))
			break;
		if (skb_tailroom(skb) < nla_total_size(0)) {
			/* Leave room for MORE. */
			nlmsg_trim(skb, before);
			break;
		}
	}
	if (next < rows && next == first)
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	if (next < rows && nla_put_flag(skb, KVMLAT_A_MORE))
		return -EMSGSIZE;
	*row = next;
	return 0;
}
