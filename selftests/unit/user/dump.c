// SPDX-License-Identifier: GPL-2.0-only
#include "kernel.h"
#include "tap.h"

static void fragments_are_joined(void)
{
	struct kvmlat *k = start();
	struct kvmlat_snapshot *s;
	struct kvmlat_error err;
	const struct kvmlat_vcpu *v;

	info();
	vcpu(true, 1, 2000, 40, true, 0);
	vcpu(false, 1, 2000, 20, true, 0);
	vcpu(true, 1, 2000, 60, false, 0);
	vcpu(false, 0, 2100, 10, false, 0);
	done(0);
	no_vms();
	EXPECT(!snapshot(k, &s, &err));
	EXPECT_EQ(s->nr_vcpus, 2);
	EXPECT_EQ(s->vcpus[0].vcpu_id, 0);
	v = kvmlat_find_vcpu(s, 4, 1);
	EXPECT_EQ(v->account.nr_reasons, 6);
	EXPECT_EQ(v->account.reasons[0].code, 20);
	EXPECT_EQ(v->account.reasons[5].code, 61);
	EXPECT_EQ(v->account.reasons[5].nr_buckets, KVMLAT_HIST_BUCKETS);
	EXPECT_EQ(v->account.reasons[5].buckets[273].count, 274);
	EXPECT_EQ(v->account.elapsed, 1000);
	EXPECT(!s->interrupted);
	kvmlat_snapshot_free(s);
	kvmlat_close(k);
}

static void bad_fragments_are_refused(void)
{
	struct kvmlat_snapshot *s;
	struct kvmlat_error err;
	struct kvmlat *k = start();

	info();
	vcpu(true, 1, 2000, 40, true, 0);
	vcpu(true, 1, 2001, 20, false, 0);
	done(0);
	EXPECT(snapshot(k, &s, &err));
	EXPECT_EQ(err.status, KVMLAT_E_PROTOCOL);
	EXPECT(strstr(err.text, "another instant"));
	kvmlat_close(k);

	k = start();
	info();
	vcpu(true, 1, 2000, 40, true, 0);
	done(0);
	EXPECT(snapshot(k, &s, &err));
	EXPECT_EQ(err.status, KVMLAT_E_PROTOCOL);
	EXPECT(strstr(err.text, "in the midst of vCPU 1"));
	kvmlat_close(k);
}

static void interrupted_dumps_are_read_again(void)
{
	struct kvmlat *k = start();
	struct kvmlat_snapshot *s;
	struct kvmlat_error err;

	info();
	vcpu(true, 1, 2000, 40, false, 0);
	done(NLM_F_DUMP_INTR);
	vcpu(true, 1, 2500, 40, false, 0);
	done(0);
	no_vms();
	EXPECT(!snapshot(k, &s, &err));
	EXPECT_EQ(script.requests, 4);
	EXPECT_EQ(s->nr_vcpus, 1);
	EXPECT_EQ(s->vcpus[0].account.end, 2500);
	EXPECT(!s->interrupted);
	kvmlat_snapshot_free(s);
	kvmlat_close(k);
}

static void churn_without_end_is_flagged(void)
{
	struct kvmlat *k = start();
	struct kvmlat_snapshot *s;
	struct kvmlat_error err;
	int i;

	info();
	for (i = 0; i < 3; i++) {
		vcpu(true, 1, 2000 + i, 40, false, NLM_F_DUMP_INTR);
		vcpu(true, 1, 2000 + i, 40, false, 0);
		done(0);
	}
	no_vms();
	EXPECT(!snapshot(k, &s, &err));
	EXPECT(s->interrupted);
	EXPECT_EQ(s->nr_vcpus, 1);
	EXPECT_EQ(s->vcpus[0].account.end, 2002);
	kvmlat_snapshot_free(s);
	kvmlat_close(k);
}

static void lost_messages_are_asked_for_again(void)
{
	struct kvmlat *k = start();
	struct kvmlat_snapshot *s;
	struct kvmlat_error err;

	info();
	vcpu(true, 1, 2000, 40, true, 0);
	errno_part(EINTR);
	errno_part(ENOBUFS);
	vcpu(true, 1, 2500, 40, false, 0);
	done(0);
	no_vms();
	EXPECT(!snapshot(k, &s, &err));
	EXPECT_EQ(s->nr_vcpus, 1);
	EXPECT_EQ(s->vcpus[0].account.end, 2500);
	kvmlat_snapshot_free(s);
	kvmlat_close(k);

	k = start();
	info();
	errno_part(ENOBUFS);
	errno_part(ENOBUFS);
	errno_part(ENOBUFS);
	EXPECT(snapshot(k, &s, &err));
	EXPECT_EQ(err.status, KVMLAT_E_SYSTEM);
	EXPECT_EQ(err.error, ENOBUFS);
	kvmlat_close(k);
}

static void old_answers_are_passed_over(void)
{
	struct kvmlat *k = start();
	struct kvmlat_snapshot *s;
	struct kvmlat_error err;

	info();
	vcpu(true, 9, 2000, 40, false, 0);
	((struct nlmsghdr *)script.text[script.nr - 1])->nlmsg_seq = 77;
	vcpu(true, 1, 2000, 40, false, 0);
	done(0);
	no_vms();
	EXPECT(!snapshot(k, &s, &err));
	EXPECT_EQ(s->nr_vcpus, 1);
	EXPECT_EQ(s->vcpus[0].vcpu_id, 1);
	kvmlat_snapshot_free(s);
	kvmlat_close(k);
}

/* Every cut, and every byte of the message broken: an error or not, but never a crash. */
static void cut_and_broken_messages(void)
{
	static char good[ROOM];
	struct kvmlat_snapshot *s;
	struct kvmlat_error err;
	size_t len, i;
	struct kvmlat *k = start();
	unsigned int at, refused = 0;

	info();
	vcpu(true, 1, 2000, 40, false, 0);
	at = script.nr - 1;
	len = script.len[at];
	memcpy(good, script.text[at], len);
	done(0);
	no_vms();

	for (i = 16; i < len; i += 4) {
		memcpy(script.text[at], good, len);
		((struct nlmsghdr *)script.text[at])->nlmsg_len = i;
		script.len[at] = i;
		script.next = 0;
		EXPECT(snapshot(k, &s, &err));
		EXPECT_EQ(err.status, KVMLAT_E_PROTOCOL);
	}
	script.len[at] = len;
	for (i = 16; i < len; i++) {
		memcpy(script.text[at], good, len);
		script.text[at][i] ^= 0xff;
		script.next = 0;
		if (snapshot(k, &s, &err))
			refused++;
		else
			kvmlat_snapshot_free(s);
	}
	EXPECT(refused > 50);
	kvmlat_close(k);
}

static void wrong_types_are_refused(void)
{
	struct kvmlat_snapshot *s;
	struct kvmlat_error err;
	struct kvmlat *k;
	struct nlmsghdr *nlh;
	struct nlattr *nest;
	int kind;

	for (kind = 0; kind < 5; kind++) {
		k = start();
		info();
		nlh = message(true, FAMILY, NLM_F_MULTI);
		nest = begin_vcpu(nlh, 1, kind == 4 ? 999 : 2000);
		if (kind == 0)
			mnl_attr_put_u16(nlh, KVMLAT_A_VCPU_TID, 1);
		if (kind == 1)
			mnl_attr_put_u64(nlh, KVMLAT_A_VCPU_TID, 1);
		if (kind == 2)
			mnl_attr_put_u32(nlh, KVMLAT_A_VCPU_VM_ID, 1);
		if (kind == 3)
			mnl_attr_put_u32(nlh, KVMLAT_A_VCPU_GONE, 1);
		mnl_attr_nest_end(nlh, nest);
		end(nlh);
		done(0);
		EXPECT(snapshot(k, &s, &err));
		EXPECT_EQ(err.status, KVMLAT_E_PROTOCOL);
		kvmlat_close(k);
	}
}

static void bad_buckets_are_refused(void)
{
	static const uint16_t indices[][2] = { { 5, 5 }, { 6, 5 }, { 0, KVMLAT_HIST_BUCKETS } };
	static const uint64_t counts[3] = { 1, 1, 1 };
	struct kvmlat_snapshot *s;
	struct kvmlat_error err;
	unsigned int i;

	for (i = 0; i < 4; i++) {
		struct kvmlat *k = start();
		struct nlattr *nest, *reason;
		struct nlmsghdr *nlh;

		info();
		nlh = message(true, FAMILY, NLM_F_MULTI);
		nest = begin_vcpu(nlh, 1, 2000);
		reason = mnl_attr_nest_start(nlh, KVMLAT_A_VCPU_REASON);
		mnl_attr_put_u32(nlh, KVMLAT_A_REASON_CLASS, 0);
		mnl_attr_put_u64(nlh, KVMLAT_A_REASON_COUNT, 2);
		mnl_attr_put_u64(nlh, KVMLAT_A_REASON_TOTAL, 2);
		mnl_attr_put_u64(nlh, KVMLAT_A_REASON_LONGEST, 2);
		mnl_attr_put(nlh, KVMLAT_A_REASON_BUCKET_INDEX, 4, indices[i % 3]);
		mnl_attr_put(nlh, KVMLAT_A_REASON_BUCKET_COUNT, i < 3 ? 16 : 24, counts);
		mnl_attr_nest_end(nlh, reason);
		mnl_attr_nest_end(nlh, nest);
		end(nlh);
		done(0);
		EXPECT(snapshot(k, &s, &err));
		EXPECT_EQ(err.status, KVMLAT_E_PROTOCOL);
		kvmlat_close(k);
	}
}

static const struct tap_case cases[] = {
	{ "fragments are joined", fragments_are_joined },
	{ "bad fragments are refused", bad_fragments_are_refused },
	{ "interrupted dumps are read again", interrupted_dumps_are_read_again },
	{ "churn without end is flagged", churn_without_end_is_flagged },
	{ "lost messages are asked for again", lost_messages_are_asked_for_again },
	{ "old answers are passed over", old_answers_are_passed_over },
	{ "cut and broken messages", cut_and_broken_messages },
	{ "wrong types are refused", wrong_types_are_refused },
	{ "bad buckets are refused", bad_buckets_are_refused },
};

int main(void)
{
	return tap_run(cases, TAP_CASES(cases));
}
