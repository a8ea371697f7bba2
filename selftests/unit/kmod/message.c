// SPDX-License-Identifier: GPL-2.0-only
/* What the wire says of a snapshot: each number in its place, as many messages as needed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <net/netlink.h>

#include "events.h"
#include "ledger/detail.h"
#include "netlink/message.h"
#include "netlink/request.h"

#define SIZE	65536

static unsigned char text[SIZE];
static struct kvmlat_detail detail;

/* The attribute of a type in what lies at @from: the @nth of them, from 0. */
static const struct nlattr *find(const void *from, u32 len, u16 type, u32 nth)
{
	const unsigned char *at = from, *end = at + len;

	while (at + NLA_HDRLEN <= end) {
		const struct nlattr *a = (const void *)at;

		if (a->nla_len < NLA_HDRLEN)
			break;
		if ((a->nla_type & NLA_TYPE_MASK) == type && !nth--)
			return a;
		at += NLA_ALIGN(a->nla_len);
	}
	return NULL;
}

static const struct nlattr *in(const struct nlattr *nest, u16 type, u32 nth)
{
	return nest ? find(nla_data(nest), nest->nla_len - NLA_HDRLEN, type, nth) : NULL;
}

static u64 number(const struct nlattr *nest, u16 type)
{
	const struct nlattr *a = in(nest, type, 0);
	u64 wide = 0;

	if (!a)
		return ~0ULL;
	memcpy(&wide, nla_data(a), a->nla_len - NLA_HDRLEN);
	return wide;
}

static u32 how_many(const struct nlattr *nest, u16 type)
{
	u32 n = 0;

	while (in(nest, type, n))
		n++;
	return n;
}

static const struct nlattr *vcpu_of(const struct sk_buff *skb)
{
	return find(skb->data, skb->len, KVMLAT_A_VCPU, 0);
}

static void one_snapshot(void)
{
	memset(&snap, 0, sizeof(snap));
	snap.vm_id = 11;
	snap.pid = 12;
	snap.vcpu_id = 13;
	snap.tid = 14;
	snap.since = 15;
	snap.now = 16;
	snap.state = KVMLAT_STATE_EXIT;
	snap.state_since = 18;
	snap.is_open = true;
	snap.open_class = KVMLAT_REASON_CLASS_EXIT;
	snap.open_code = 19;
	snap.open_since = 20;
	for (u32 i = 0; i < KVMLAT_STATES; i++)
		snap.times[i] = 100 + i;
	snap.reentries = 21;
	snap.memory = 22;
	snap.preempted = 23;
	snap.halt_window = 24;
	snap.halt_grow = 25;
	snap.halt_shrink = 26;
	snap.halt_invalid = 27;
	snap.preemptors = 2;
	for (u32 i = 0; i < 2; i++) {
		memset(snap.preemptor[i].comm, 'a' + i, KVMLAT_COMM_LEN);
		snap.preemptor[i].tid = 30 + i;
		snap.preemptor[i].cpu = 32 + i;
		snap.preemptor[i].at = 34 + i;
		snap.preemptor[i].time = 36 + i;
	}
	snap.rows = 2;
	for (u32 i = 0; i < 2; i++) {
		snap.row[i] = (struct kvmlat_row){
			.class = i ? KVMLAT_REASON_CLASS_WAKE : KVMLAT_REASON_CLASS_EXIT,
			.code = 40 + i, .count = 42 + i, .total = 44 + i, .longest = 46 + i,
			.longest_at = 48 + i, .longest_cpu = 50 + i, .segs = 1U << 1 | 1U << 3,
		};
		/* What is not in segs is of an earlier read. */
		snap.row[i].bucket[0] = 999;
		snap.row[i].bucket[KVMLAT_SEG_LEN + 31] = 7;
		snap.row[i].bucket[3 * KVMLAT_SEG_LEN] = 8 + i;
		snap.row[i].bucket[3 * KVMLAT_SEG_LEN + 2] = i ? 5 : 0;
	}
}

static struct sk_buff message(u32 size, const struct kvmlat_filter *filter, u32 *row, int *err)
{
	struct sk_buff skb = { .data = text, .size = size };

	memset(text, 0xa5, sizeof(text));
	*err = kvmlat_message_vcpu(&skb, &snap, snap.has_details ? &detail : NULL, filter, row);
	/* What is beyond belongs to somebody else. */
	for (u32 i = size; i < size + 64; i++)
		EXPECT_EQ(text[i], 0xa5);
	return skb;
}

static void every_number(void)
{
	struct kvmlat_filter filter = {};
	const struct nlattr *vcpu, *nest;
	struct sk_buff skb;
	u32 row = 0;
	int err;

	one_snapshot();
	skb = message(SIZE / 2, &filter, &row, &err);
	EXPECT_EQ(err, 0);
	EXPECT_EQ(row, 2);
	EXPECT(!find(skb.data, skb.len, KVMLAT_A_MORE, 0));
	vcpu = vcpu_of(&skb);
	EXPECT_EQ(number(vcpu, KVMLAT_A_VCPU_VM_ID), 11);
	EXPECT_EQ(number(vcpu, KVMLAT_A_VCPU_PID), 12);
	EXPECT_EQ(number(vcpu, KVMLAT_A_VCPU_VCPU_ID), 13);
	EXPECT_EQ(number(vcpu, KVMLAT_A_VCPU_TID), 14);
	EXPECT_EQ(number(vcpu, KVMLAT_A_VCPU_SINCE), 15);
	EXPECT_EQ(number(vcpu, KVMLAT_A_VCPU_NOW), 16);
	EXPECT(!in(vcpu, KVMLAT_A_VCPU_GONE, 0));
	EXPECT_EQ(number(vcpu, KVMLAT_A_VCPU_STATE), KVMLAT_STATE_EXIT);
	EXPECT_EQ(number(vcpu, KVMLAT_A_VCPU_STATE_SINCE), 18);
	nest = in(vcpu, KVMLAT_A_VCPU_OPEN, 0);
	EXPECT_EQ(number(nest, KVMLAT_A_OPEN_CLASS), KVMLAT_REASON_CLASS_EXIT);
	EXPECT_EQ(number(nest, KVMLAT_A_OPEN_CODE), 19);
	EXPECT_EQ(number(nest, KVMLAT_A_OPEN_SINCE), 20);
	nest = in(vcpu, KVMLAT_A_VCPU_TIMES, 0);
	for (u32 i = 0; i < KVMLAT_STATES; i++)
		EXPECT_EQ(number(nest, KVMLAT_A_TIMES_GUEST + i), 100 + i);
	EXPECT_EQ(number(vcpu, KVMLAT_A_VCPU_REENTRIES), 21);
	EXPECT_EQ(number(vcpu, KVMLAT_A_VCPU_MEMORY), 22);
	EXPECT_EQ(number(vcpu, KVMLAT_A_VCPU_PREEMPTED), 23);
	nest = in(vcpu, KVMLAT_A_VCPU_HALT, 0);
	EXPECT_EQ(number(nest, KVMLAT_A_HALT_WINDOW), 24);
	EXPECT_EQ(number(nest, KVMLAT_A_HALT_GROW), 25);
	EXPECT_EQ(number(nest, KVMLAT_A_HALT_SHRINK), 26);
	EXPECT_EQ(number(nest, KVMLAT_A_HALT_INVALID), 27);
	EXPECT(!in(vcpu, KVMLAT_A_VCPU_DETAILS_EVICTED, 0));
	EXPECT_EQ(how_many(vcpu, KVMLAT_A_VCPU_PREEMPTOR), 2);
	for (u32 i = 0; i < 2; i++) {
		char comm[KVMLAT_COMM_LEN];

		nest = in(vcpu, KVMLAT_A_VCPU_PREEMPTOR, i);
		/* A name that was torn ends even so. */
		memset(comm, 'a' + i, sizeof(comm));
		comm[sizeof(comm) - 1] = '\0';
		EXPECT_STR(nla_data(in(nest, KVMLAT_A_PREEMPTOR_COMM, 0)), comm);
		EXPECT_EQ(number(nest, KVMLAT_A_PREEMPTOR_TID), 30 + i);
		EXPECT_EQ(number(nest, KVMLAT_A_PREEMPTOR_CPU), 32 + i);
		EXPECT_EQ(number(nest, KVMLAT_A_PREEMPTOR_AT), 34 + i);
		EXPECT_EQ(number(nest, KVMLAT_A_PREEMPTOR_TIME), 36 + i);
	}
	EXPECT_EQ(how_many(vcpu, KVMLAT_A_VCPU_REASON), 2);
	for (u32 i = 0; i < 2; i++) {
		nest = in(vcpu, KVMLAT_A_VCPU_REASON, i);
		EXPECT_EQ(number(nest, KVMLAT_A_REASON_CLASS), snap.row[i].class);
		EXPECT_EQ(number(nest, KVMLAT_A_REASON_CODE), i ? ~0ULL : 40);
		EXPECT_EQ(number(nest, KVMLAT_A_REASON_COUNT), 42 + i);
		EXPECT_EQ(number(nest, KVMLAT_A_REASON_TOTAL), 44 + i);
		EXPECT_EQ(number(nest, KVMLAT_A_REASON_LONGEST), 46 + i);
		EXPECT_EQ(number(nest, KVMLAT_A_REASON_LONGEST_AT), 48 + i);
		EXPECT_EQ(number(nest, KVMLAT_A_REASON_LONGEST_CPU), 50 + i);
		EXPECT(!in(nest, KVMLAT_A_REASON_BUCKET_INDEX, 0));
	}
}

static void an_ended_one(void)
{
	struct kvmlat_filter filter = {};
	const struct nlattr *vcpu;
	struct sk_buff skb;
	u32 row = 0;
	int err;

	one_snapshot();
	snap.ended = true;
	snap.is_open = false;
	snap.rows = 0;
	snap.has_details = true;
	snap.details_evicted = 77;
	skb = message(SIZE / 2, &filter, &row, &err);
	EXPECT_EQ(err, 0);
	vcpu = vcpu_of(&skb);
	EXPECT(in(vcpu, KVMLAT_A_VCPU_GONE, 0));
	EXPECT(!in(vcpu, KVMLAT_A_VCPU_OPEN, 0));
	EXPECT_EQ(number(vcpu, KVMLAT_A_VCPU_DETAILS_EVICTED), 77);
	EXPECT(!in(vcpu, KVMLAT_A_VCPU_REASON, 0));
	EXPECT(!in(vcpu, KVMLAT_A_VCPU_DETAIL, 0));
}

static void an_open_one_without_code(void)
{
	static const u32 coded[] = { KVMLAT_REASON_CLASS_EXIT, KVMLAT_REASON_CLASS_NESTED,
				     KVMLAT_REASON_CLASS_REFLECTED, KVMLAT_REASON_CLASS_USER };
	struct kvmlat_filter filter = {};
	const struct nlattr *open;
	u32 row = 0, len[2];
	struct sk_buff skb;
	int err;

	one_snapshot();
	for (u32 class = 0; class < KVMLAT_CLASSES; class++) {
		bool has = false;

		for (u32 i = 0; i < sizeof(coded) / sizeof(*coded); i++)
			has |= coded[i] == class;
		snap.open_class = class;
		snap.row[0].class = class;
		row = 0;
		skb = message(SIZE / 2, &filter, &row, &err);
		open = in(vcpu_of(&skb), KVMLAT_A_VCPU_OPEN, 0);
		EXPECT_EQ(number(open, KVMLAT_A_OPEN_CODE), has ? 19 : ~0ULL);
		EXPECT_EQ(number(open, KVMLAT_A_OPEN_SINCE), 20);
		EXPECT_EQ(number(in(vcpu_of(&skb), KVMLAT_A_VCPU_REASON, 0), KVMLAT_A_REASON_CODE),
			  has ? 40 : ~0ULL);
		len[has] = open->nla_len;
	}
	EXPECT_EQ(len[1] - len[0], 8);
}

static void histograms(void)
{
	struct kvmlat_filter filter = { .histograms = true };
	const struct nlattr *nest, *index, *count;
	struct sk_buff skb;
	u32 row = 0;
	u16 at[3];
	u64 n[3];
	int err;

	one_snapshot();
	skb = message(SIZE / 2, &filter, &row, &err);
	EXPECT_EQ(err, 0);
	for (u32 i = 0; i < 2; i++) {
		u32 buckets = 2 + i;

		nest = in(vcpu_of(&skb), KVMLAT_A_VCPU_REASON, i);
		index = in(nest, KVMLAT_A_REASON_BUCKET_INDEX, 0);
		count = in(nest, KVMLAT_A_REASON_BUCKET_COUNT, 0);
		EXPECT_EQ(index->nla_len - NLA_HDRLEN, buckets * sizeof(u16));
		EXPECT_EQ(count->nla_len - NLA_HDRLEN, buckets * sizeof(u64));
		memcpy(at, nla_data(index), buckets * sizeof(u16));
		memcpy(n, nla_data(count), buckets * sizeof(u64));
		EXPECT_EQ(at[0], KVMLAT_SEG_LEN + 31);
		EXPECT_EQ(at[1], 3 * KVMLAT_SEG_LEN);
		EXPECT_EQ(n[0], 7);
		EXPECT_EQ(n[1], 8 + i);
		if (i) {
			EXPECT_EQ(at[2], 3 * KVMLAT_SEG_LEN + 2);
			EXPECT_EQ(n[2], 5);
			/* What pads an odd number of indices is nobody's memory. */
			EXPECT_EQ(*((const u16 *)nla_data(index) + 3), 0);
		}
	}
}

static void one_code_only(void)
{
	struct kvmlat_filter filter = { .has_code = true, .code = 41 };
	struct sk_buff skb;
	u32 row = 0;
	int err;

	one_snapshot();
	snap.rows = 3;
	snap.row[2] = snap.row[0];
	snap.row[2].code = 41;
	skb = message(SIZE / 2, &filter, &row, &err);
	/* Of class wake 41 is no code. */
	EXPECT_EQ(err, 0);
	EXPECT_EQ(how_many(vcpu_of(&skb), KVMLAT_A_VCPU_REASON), 1);
	EXPECT_EQ(number(in(vcpu_of(&skb), KVMLAT_A_VCPU_REASON, 0), KVMLAT_A_REASON_CODE), 41);
}

static void details(void)
{
	u64 key = KVMLAT_DETAIL_KEY(KVMLAT_DETAIL_KIND_PIO_OUT, 0x3f8);
	struct kvmlat_filter filter = { .details = true };
	const struct nlattr *nest;
	struct sk_buff skb;
	u32 row = 0;
	int err;

	one_snapshot();
	EXPECT_EQ(kvmlat_message_rows(&snap, &filter), 2);
	snap.has_details = true;
	EXPECT_EQ(kvmlat_message_rows(&snap, &filter), 2 + KVMLAT_DETAIL_KEYS);
	kvmlat_detail_clear(&detail);
	kvmlat_detail_add(&detail, key, 100);
	kvmlat_detail_add(&detail, key, 300);
	for (u32 i = 0; i < KVMLAT_DETAIL_KEYS; i++)
		if (detail.entry[i / KVMLAT_DETAIL_WAYS][i % KVMLAT_DETAIL_WAYS].key)
			detail.entry[i / KVMLAT_DETAIL_WAYS][i % KVMLAT_DETAIL_WAYS].error = 9;
	skb = message(SIZE / 2, &filter, &row, &err);
	EXPECT_EQ(err, 0);
	EXPECT_EQ(row, 2 + KVMLAT_DETAIL_KEYS);
	EXPECT_EQ(how_many(vcpu_of(&skb), KVMLAT_A_VCPU_DETAIL), 1);
	nest = in(vcpu_of(&skb), KVMLAT_A_VCPU_DETAIL, 0);
	EXPECT_EQ(number(nest, KVMLAT_A_DETAIL_KIND), KVMLAT_DETAIL_KIND_PIO_OUT);
	EXPECT_EQ(number(nest, KVMLAT_A_DETAIL_KEY), 0x3f8);
	EXPECT_EQ(number(nest, KVMLAT_A_DETAIL_COUNT), 2);
	EXPECT_EQ(number(nest, KVMLAT_A_DETAIL_TOTAL), 400);
	EXPECT_EQ(number(nest, KVMLAT_A_DETAIL_LONGEST), 300);
	EXPECT_EQ(number(nest, KVMLAT_A_DETAIL_ERROR), 9);
	/* Without being asked for they stay. */
	filter.details = false;
	EXPECT_EQ(kvmlat_message_rows(&snap, &filter), 2);
	row = 0;
	skb = message(SIZE / 2, &filter, &row, &err);
	EXPECT_EQ(how_many(vcpu_of(&skb), KVMLAT_A_VCPU_DETAIL), 0);
}

/* At every size that a message can have: all rows come, each once, or it is refused untouched. */
static void every_size(void)
{
	struct kvmlat_filter filter = { .histograms = true, .details = true };
	bool fitted = false;

	one_snapshot();
	snap.has_details = true;
	kvmlat_detail_clear(&detail);
	for (u32 i = 0; i < 5; i++)
		kvmlat_detail_add(&detail, KVMLAT_DETAIL_KEY(KVMLAT_DETAIL_KIND_MSR_READ, i), 1);
	snap.rows = 4;
	snap.row[2] = snap.row[0];
	snap.row[3] = snap.row[1];
	for (u32 size = 16; size < 4096; size++) {
		u32 row = 0, rows = 0, entries = 0, messages = 0;
		int err = 0;

		while (row < kvmlat_message_rows(&snap, &filter)) {
			u32 before = row;
			struct sk_buff skb = message(size, &filter, &row, &err);
			const struct nlattr *vcpu = vcpu_of(&skb);
			u32 n;

			if (err)
				break;
			n = how_many(vcpu, KVMLAT_A_VCPU_REASON);
			for (u32 i = 0; i < n; i++)
				EXPECT_EQ(number(in(vcpu, KVMLAT_A_VCPU_REASON, i),
						 KVMLAT_A_REASON_COUNT), snap.row[rows + i].count);
			rows += n;
			entries += how_many(vcpu, KVMLAT_A_VCPU_DETAIL);
			messages++;
			EXPECT(row > before);
			EXPECT_EQ(!find(skb.data, skb.len, KVMLAT_A_MORE, 0),
				  row == kvmlat_message_rows(&snap, &filter));
			EXPECT(skb.len <= size);
		}
		/* What fits into a message fits into a larger one. */
		EXPECT(!(fitted && err));
		fitted |= !err;
		if (!err) {
			EXPECT_EQ(rows, 4);
			EXPECT_EQ(entries, 5);
		} else {
			EXPECT_EQ(-err, EMSGSIZE);
		}
	}
	EXPECT(fitted);
}

int main(void)
{
	static const struct tap_case cases[] = {
		{ "every number of a vCPU and its rows", every_number },
		{ "a vCPU that has ended", an_ended_one },
		{ "classes with and without a code", an_open_one_without_code },
		{ "histograms", histograms },
		{ "rows of one code", one_code_only },
		{ "details", details },
		{ "messages of every size", every_size },
	};

	return tap_run(cases, TAP_CASES(cases));
}
