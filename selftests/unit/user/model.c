// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>

#include "lib/internal.h"
#include "tap.h"

/* Two vCPUs of VM 7, each with one row, 100 exits in the bucket of 64 ns. */
static struct kvmlat_snapshot *make(uint64_t now)
{
	struct kvmlat_snapshot *s = calloc(1, sizeof(*s));
	unsigned int i;

	s->now = now;
	s->vendor = KVMLAT_VENDOR_AMD;
	s->nr_vcpus = 2;
	s->vcpus = calloc(2, sizeof(*s->vcpus));
	for (i = 0; i < 2; i++) {
		struct kvmlat_vcpu *v = &s->vcpus[i];
		struct kvmlat_account *a = &v->account;

		v->vm_id = 7;
		v->vcpu_id = i;
		a->start = 1000;
		a->end = now;
		a->elapsed = now - 1000;
		a->times[KVMLAT_STATE_GUEST] = a->elapsed - 7000;
		a->times[KVMLAT_STATE_EXIT] = 7000;
		a->nr_vcpus = 1;
		a->nr_reasons = 1;
		a->reasons = calloc(1, sizeof(*a->reasons));
		a->reasons[0] = (struct kvmlat_reason){
			.cls = KVMLAT_REASON_CLASS_EXIT, .code = 0x72, .count = 100, .total = 7000,
			.longest_min = 71, .longest_max = 71, .nr_buckets = 1,
			.buckets = calloc(2, sizeof(struct kvmlat_bucket)),
		};
		a->reasons[0].buckets[0] = (struct kvmlat_bucket){ 1, 100 };
	}
	return s;
}

static struct kvmlat_reason *row(struct kvmlat_snapshot *s, unsigned int vcpu)
{
	return &s->vcpus[vcpu].account.reasons[0];
}

static void exit_of(struct kvmlat_snapshot *s, unsigned int vcpu, uint64_t ns)
{
	struct kvmlat_reason *r = row(s, vcpu);
	unsigned int i = kvmlat_bucket_of(ns);

	r->count++;
	r->total += ns;
	s->vcpus[vcpu].account.times[KVMLAT_STATE_EXIT] += ns;
	s->vcpus[vcpu].account.times[KVMLAT_STATE_GUEST] -= ns;
	if (ns > r->longest_max) {
		r->longest_min = ns;
		r->longest_max = ns;
	}
	if (i == r->buckets[0].index)
		r->buckets[0].count++;
	else
		r->buckets[r->nr_buckets++] = (struct kvmlat_bucket){ i, 1 };
}

static void delta_counts_what_came(void)
{
	struct kvmlat_snapshot *a = make(100000), *b = make(300000), *d;
	const struct kvmlat_account *v;

	exit_of(b, 1, 500);
	d = kvmlat_delta(b, a);
	EXPECT_EQ(d->nr_vcpus, 2);
	EXPECT_EQ(row(d, 0)->count, 0);
	EXPECT_EQ(row(d, 0)->nr_buckets, 0);
	EXPECT_EQ(row(d, 0)->longest_max, 0);
	v = &d->vcpus[1].account;
	EXPECT_EQ(v->start, 100000);
	EXPECT_EQ(v->elapsed, 200000);
	EXPECT_EQ(v->times[0] + v->times[1] + v->times[2], 200000);
	EXPECT_EQ(v->times[KVMLAT_STATE_EXIT], 500);
	EXPECT_EQ(v->reasons[0].count, 1);
	EXPECT_EQ(v->reasons[0].total, 500);
	EXPECT_EQ(v->reasons[0].nr_buckets, 1);
	EXPECT_EQ(v->reasons[0].buckets[0].count, 1);
	kvmlat_snapshot_free(a);
	kvmlat_snapshot_free(b);
	kvmlat_snapshot_free(d);
}

static void longest_is_exact_when_it_grew(void)
{
	struct kvmlat_snapshot *a = make(100000), *b = make(300000), *d;

	exit_of(b, 0, 501);
	d = kvmlat_delta(b, a);
	EXPECT_EQ(row(d, 0)->longest_min, 501);
	EXPECT_EQ(row(d, 0)->longest_max, 501);
	kvmlat_snapshot_free(a);
	kvmlat_snapshot_free(b);
	kvmlat_snapshot_free(d);
}

static void longest_is_bounded_when_it_did_not_grow(void)
{
	struct kvmlat_snapshot *a = make(100000), *b = make(300000), *d;

	row(a, 0)->longest_min = 5000;
	row(a, 0)->longest_max = 5000;
	row(b, 0)->longest_min = 5000;
	row(b, 0)->longest_max = 5000;
	exit_of(b, 0, 501);
	d = kvmlat_delta(b, a);
	EXPECT(row(d, 0)->longest_min <= 501 && row(d, 0)->longest_min > 440);
	EXPECT(row(d, 0)->longest_max >= 501 && row(d, 0)->longest_max < 520);
	kvmlat_snapshot_free(a);
	kvmlat_snapshot_free(b);
	kvmlat_snapshot_free(d);
}

static void reset_begins_anew(void)
{
	struct kvmlat_snapshot *a = make(100000), *b = make(300000), *d;

	b->vcpus[0].account.start = 200000;
	b->vcpus[0].account.elapsed = 100000;
	d = kvmlat_delta(b, a);
	EXPECT_EQ(row(d, 0)->count, 100);
	EXPECT_EQ(d->vcpus[0].account.elapsed, 100000);
	EXPECT_EQ(d->vcpus[0].account.start, 200000);
	EXPECT_EQ(row(d, 1)->count, 0);
	kvmlat_snapshot_free(a);
	kvmlat_snapshot_free(b);
	kvmlat_snapshot_free(d);
}

static void new_vcpu_counts_from_its_begin(void)
{
	struct kvmlat_snapshot *a = make(100000), *b = make(300000), *d;

	b->vcpus[1].vcpu_id = 9;
	b->vcpus[1].account.start = 150000;
	d = kvmlat_delta(b, a);
	EXPECT_EQ(d->nr_vcpus, 2);
	EXPECT_EQ(row(d, 1)->count, 100);
	kvmlat_snapshot_free(d);

	/* It ran before, so the older snapshot missed it: its past is not of this interval. */
	b->vcpus[1].account.start = 50000;
	d = kvmlat_delta(b, a);
	EXPECT_EQ(d->nr_vcpus, 1);
	kvmlat_snapshot_free(a);
	kvmlat_snapshot_free(b);
	kvmlat_snapshot_free(d);
}

static void merge_adds_up(void)
{
	struct kvmlat_snapshot *s = make(100000);
	struct kvmlat_account sum = { 0 };
	const struct kvmlat_reason *r;

	exit_of(s, 1, 900);
	row(s, 1)->code = 0x72;
	EXPECT(!kvmlat_merge(&sum, &s->vcpus[0].account));
	EXPECT(!kvmlat_merge(&sum, &s->vcpus[1].account));
	EXPECT_EQ(sum.nr_vcpus, 2);
	EXPECT_EQ(sum.elapsed, 198000);
	EXPECT_EQ(sum.start, 1000);
	EXPECT_EQ(sum.end, 100000);
	EXPECT_EQ(sum.nr_reasons, 1);
	r = kvmlat_find_reason(&sum, KVMLAT_REASON_CLASS_EXIT, 0x72);
	EXPECT_EQ(r->count, 201);
	EXPECT_EQ(r->total, 14900);
	EXPECT_EQ(r->longest_min, 900);
	EXPECT_EQ(r->longest_max, 900);
	EXPECT_EQ(r->nr_buckets, 2);
	EXPECT_EQ(r->buckets[0].count, 200);
	kvmlat_account_free(&sum);
	kvmlat_snapshot_free(s);
}

static void merge_keeps_different_rows_apart(void)
{
	struct kvmlat_snapshot *s = make(100000);
	struct kvmlat_account sum = { 0 };

	row(s, 0)->code = 0x7b;
	EXPECT(!kvmlat_merge(&sum, &s->vcpus[0].account));
	row(s, 1)->cls = KVMLAT_REASON_CLASS_OTHER;
	row(s, 1)->code = 0;
	EXPECT(!kvmlat_merge(&sum, &s->vcpus[1].account));
	row(s, 1)->cls = KVMLAT_REASON_CLASS_EXIT;
	row(s, 1)->code = 0x10;
	EXPECT(!kvmlat_merge(&sum, &s->vcpus[1].account));
	EXPECT_EQ(sum.nr_reasons, 3);
	EXPECT_EQ(sum.reasons[0].code, 0x10);
	EXPECT_EQ(sum.reasons[1].code, 0x7b);
	EXPECT_EQ(sum.reasons[2].cls, KVMLAT_REASON_CLASS_OTHER);
	kvmlat_account_free(&sum);
	kvmlat_snapshot_free(s);
}

static void merged_longest_is_exact_only_if_sure(void)
{
	struct kvmlat_snapshot *s = make(100000);
	struct kvmlat_account sum = { 0 };

	row(s, 0)->longest_min = 448;
	row(s, 0)->longest_max = 511;
	row(s, 1)->longest_min = 480;
	row(s, 1)->longest_max = 480;
	kvmlat_merge(&sum, &s->vcpus[0].account);
	kvmlat_merge(&sum, &s->vcpus[1].account);
	EXPECT_EQ(sum.reasons[0].longest_min, 480);
	EXPECT_EQ(sum.reasons[0].longest_max, 511);
	row(s, 1)->longest_min = 600;
	row(s, 1)->longest_max = 600;
	kvmlat_merge(&sum, &s->vcpus[1].account);
	EXPECT_EQ(sum.reasons[0].longest_min, 600);
	EXPECT_EQ(sum.reasons[0].longest_max, 600);
	kvmlat_account_free(&sum);
	kvmlat_snapshot_free(s);
}

static const struct tap_case cases[] = {
	{ "a delta counts what came", delta_counts_what_came },
	{ "the longest is exact when it grew", longest_is_exact_when_it_grew },
	{ "the longest is bounded when it did not grow", longest_is_bounded_when_it_did_not_grow },
	{ "a reset begins anew", reset_begins_anew },
	{ "a new vCPU counts from its begin", new_vcpu_counts_from_its_begin },
	{ "a merge adds up", merge_adds_up },
	{ "a merge keeps different rows apart", merge_keeps_different_rows_apart },
	{ "a merged longest is exact only if sure", merged_longest_is_exact_only_if_sure },
};

int main(void)
{
	return tap_run(cases, TAP_CASES(cases));
}
