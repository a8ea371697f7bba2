// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is known of a vCPU, as attributes. Needs nothing of the kernel but netlink's own
 * functions, so that the benchmark of a dump can compile it.
 */
#include <linux/bitops.h>
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

/*
 * Most of a dump is numbers. To ask for room and to clear what pads it, as nla_put() does, is
 * ten times what it takes to write one: so room is asked for once, for all of a nest that has a
 * size. Like all of KVM's x86 they need not be aligned, so there is no padding.
 */
#define ROOM_NEST	NLA_HDRLEN
#define ROOM_U32	(NLA_HDRLEN + sizeof(u32))
#define ROOM_U64	(NLA_HDRLEN + sizeof(u64))

static u8 *add_header(u8 *to, u16 type, u16 len)
{
	struct nlattr *nla = (struct nlattr *)to;

	nla->nla_len = NLA_HDRLEN + len;
	nla->nla_type = type;
	return to + NLA_HDRLEN;
}

static u8 *add_u32(u8 *to, u16 type, u32 value)
{
	to = add_header(to, type, sizeof(value));
	memcpy(to, &value, sizeof(value));
	return to + sizeof(value);
}

static u8 *add_u64(u8 *to, u16 type, u64 value)
{
	to = add_header(to, type, sizeof(value));
	memcpy(to, &value, sizeof(value));
	return to + sizeof(value);
}

/* What was added since skb's end is part of it now. */
static void added(struct sk_buff *skb, const u8 *end)
{
	skb_put(skb, end - skb_tail_pointer(skb));
}

#define ROOM_TIMES	(ROOM_NEST + KVMLAT_STATES * ROOM_U64)

static u8 *add_times(u8 *to, const struct kvmlat_snap *snap)
{
	int i;

	/* The attributes are in the order of enum kvmlat_state. */
	BUILD_BUG_ON(ARRAY_SIZE(snap->times) != KVMLAT_A_TIMES_MAX - KVMLAT_A_TIMES_GUEST + 1);
	to = add_header(to, KVMLAT_A_VCPU_TIMES | NLA_F_NESTED, KVMLAT_STATES * ROOM_U64);
	for (i = 0; i < KVMLAT_STATES; i++)
		to = add_u64(to, KVMLAT_A_TIMES_GUEST + i, snap->times[i]);
	return to;
}

#define ROOM_HALT	(ROOM_NEST + ROOM_U32 + 3 * ROOM_U64)

static u8 *add_halt(u8 *to, const struct kvmlat_snap *snap)
{
	to = add_header(to, KVMLAT_A_VCPU_HALT | NLA_F_NESTED, ROOM_HALT - ROOM_NEST);
	to = add_u32(to, KVMLAT_A_HALT_WINDOW, snap->halt_window);
	to = add_u64(to, KVMLAT_A_HALT_GROW, snap->halt_grow);
	to = add_u64(to, KVMLAT_A_HALT_SHRINK, snap->halt_shrink);
	return add_u64(to, KVMLAT_A_HALT_INVALID, snap->halt_invalid);
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

#define ROOM_OPEN	(ROOM_NEST + 2 * ROOM_U32 + ROOM_U64)

static u8 *add_open(u8 *to, const struct kvmlat_snap *snap)
{
	bool code = has_code(snap->open_class);

	to = add_header(to, KVMLAT_A_VCPU_OPEN | NLA_F_NESTED,
			ROOM_OPEN - ROOM_NEST - (code ? 0 : ROOM_U32));
	to = add_u32(to, KVMLAT_A_OPEN_CLASS, snap->open_class);
	if (code)
		to = add_u32(to, KVMLAT_A_OPEN_CODE, snap->open_code);
	return add_u64(to, KVMLAT_A_OPEN_SINCE, snap->open_since);
}

/* At most so much does the histogram of a row take that has so many segments. */
static u32 room_of_segs(u32 segs)
{
	return 2 * NLA_HDRLEN + NLA_ALIGNTO +
	       hweight32(segs) * KVMLAT_SEG_LEN * (sizeof(u16) + sizeof(u64));
}

static u8 *add_histogram(u8 *to, const struct kvmlat_row *row)
{
	u16 *index = (u16 *)(to + NLA_HDRLEN);
	u32 seg, i, n = 0;

	for (seg = 0; seg < KVMLAT_SEGS; seg++) {
		if (!(row->segs & BIT(seg)))
			continue;
		for (i = seg * KVMLAT_SEG_LEN; i < (seg + 1) * KVMLAT_SEG_LEN; i++) {
			if (row->bucket[i])
				index[n++] = i;
		}
	}
	to = add_header(to, KVMLAT_A_REASON_BUCKET_INDEX, n * sizeof(*index));
	if (n % 2)
		index[n] = 0;
	to += NLA_ALIGN(n * sizeof(*index));
	to = add_header(to, KVMLAT_A_REASON_BUCKET_COUNT, n * sizeof(*row->bucket));
	for (i = 0; i < n; i++, to += sizeof(*row->bucket))
		memcpy(to, &row->bucket[index[i]], sizeof(*row->bucket));
	return to;
}

#define ROOM_ROW	(ROOM_NEST + 3 * ROOM_U32 + 5 * ROOM_U64)

static int put_row(struct sk_buff *skb, const struct kvmlat_row *row, bool histogram)
{
	u8 *nest = skb_tail_pointer(skb), *to = nest + ROOM_NEST;

	BUILD_BUG_ON(KVMLAT_HIST_LEN != KVMLAT_HIST_BUCKETS);
	if (skb_tailroom(skb) < (int)(ROOM_ROW + (histogram ? room_of_segs(row->segs) : 0)))
		return -EMSGSIZE;
	to = add_u32(to, KVMLAT_A_REASON_CLASS, row->class);
	if (has_code(row->class))
		to = add_u32(to, KVMLAT_A_REASON_CODE, row->code);
	to = add_u64(to, KVMLAT_A_REASON_COUNT, row->count);
	to = add_u64(to, KVMLAT_A_REASON_TOTAL, row->total);
	to = add_u64(to, KVMLAT_A_REASON_LONGEST, row->longest);
	to = add_u64(to, KVMLAT_A_REASON_LONGEST_AT, row->longest_at);
	to = add_u32(to, KVMLAT_A_REASON_LONGEST_CPU, row->longest_cpu);
	if (row->away)
		to = add_u64(to, KVMLAT_A_REASON_AWAY, row->away);
	if (histogram)
		to = add_histogram(to, row);
	add_header(nest, KVMLAT_A_VCPU_REASON | NLA_F_NESTED, to - nest - NLA_HDRLEN);
	added(skb, to);
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

#define ROOM_VCPU	(6 * ROOM_U32 + 7 * ROOM_U64 + 2 * ROOM_NEST + ROOM_OPEN + ROOM_TIMES + \
			 ROOM_HALT)

static int put_vcpu(struct sk_buff *skb, const struct kvmlat_snap *snap)
{
	u8 *to = skb_tail_pointer(skb);

	if (skb_tailroom(skb) < (int)ROOM_VCPU)
		return -EMSGSIZE;
	to = add_u32(to, KVMLAT_A_VCPU_VM_ID, snap->vm_id);
	to = add_u32(to, KVMLAT_A_VCPU_PID, snap->pid);
	to = add_u32(to, KVMLAT_A_VCPU_VCPU_ID, snap->vcpu_id);
	to = add_u32(to, KVMLAT_A_VCPU_TID, snap->tid);
	to = add_u64(to, KVMLAT_A_VCPU_SINCE, snap->since);
	to = add_u64(to, KVMLAT_A_VCPU_NOW, snap->now);
	if (snap->ended)
		to = add_header(to, KVMLAT_A_VCPU_GONE, 0);
	if (snap->unreadable)
		to = add_header(to, KVMLAT_A_VCPU_UNREADABLE, 0);
	to = add_u32(to, KVMLAT_A_VCPU_STATE, snap->state);
	to = add_u64(to, KVMLAT_A_VCPU_STATE_SINCE, snap->state_since);
	if (snap->is_open)
		to = add_open(to, snap);
	to = add_times(to, snap);
	to = add_u64(to, KVMLAT_A_VCPU_REENTRIES, snap->reentries);
	to = add_u32(to, KVMLAT_A_VCPU_MEMORY, snap->memory);
	to = add_u64(to, KVMLAT_A_VCPU_PREEMPTED, snap->preempted);
	to = add_halt(to, snap);
	if (snap->has_details) {
		to = add_u64(to, KVMLAT_A_VCPU_DETAILS_EVICTED, snap->details_evicted);
		to = add_u64(to, KVMLAT_A_VCPU_DETAILS_SINCE,
			     snap->details_since > snap->since ? snap->details_since : snap->since);
	}
	added(skb, to);
	return put_preemptors(skb, snap);
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
