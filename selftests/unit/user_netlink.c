// SPDX-License-Identifier: GPL-2.0-only
/* The test plays the kernel: what recv returns was put together here, message by message. */
#include <errno.h>
#include <stdlib.h>

#include <linux/genetlink.h>
#include <linux/netlink.h>

#include "lib/internal.h"
#include "user_tap.h"

#define FAMILY		33
#define ROOM		(64 * 1024)
#define MAX_PARTS	16

static struct {
	char		text[MAX_PARTS][ROOM];
	size_t		len[MAX_PARTS];
	int		error[MAX_PARTS];
	unsigned int	nr, next;
	unsigned int	requests;
	char		request[1024];
} script;

static ssize_t fake_send(struct kvmlat *k, const void *buf, size_t len)
{
	(void)k;
	memcpy(script.request, buf, len);
	script.requests++;
	return len;
}

/* Sequence numbers are those of the last request, unless the script says otherwise. */
static ssize_t fake_recv(struct kvmlat *k, void *buf, size_t size)
{
	unsigned int i = script.next++;
	struct nlmsghdr *nlh = buf;
	int len;

	if (i >= script.nr || script.len[i] > size) {
		errno = EIO;
		return -1;
	}
	if (script.error[i]) {
		errno = script.error[i];
		return -1;
	}
	memcpy(buf, script.text[i], script.len[i]);
	for (len = script.len[i]; mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len))
		if (!nlh->nlmsg_seq)
			nlh->nlmsg_seq = k->seq;
	return script.len[i];
}

static struct kvmlat *start(void)
{
	struct kvmlat *k = calloc(1, sizeof(*k));

	memset(&script, 0, sizeof(script));
	k->buf = malloc(KVMLAT_RECV_SIZE);
	k->send = fake_send;
	k->recv = fake_recv;
	k->family = FAMILY;
	k->retries = 2;
	return k;
}

static void errno_part(int error)
{
	script.error[script.nr++] = error;
}

/* A message in a part of its own, or behind the last one. */
static struct nlmsghdr *message(bool own, uint16_t type, uint16_t flags)
{
	struct nlmsghdr *nlh;

	if (own)
		script.nr++;
	nlh = mnl_nlmsg_put_header(script.text[script.nr - 1] + script.len[script.nr - 1]);
	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = flags;
	if (type == FAMILY)
		mnl_nlmsg_put_extra_header(nlh, sizeof(struct genlmsghdr));
	return nlh;
}

static void end(struct nlmsghdr *nlh)
{
	script.len[script.nr - 1] += MNL_ALIGN(nlh->nlmsg_len);
}

static void done(uint16_t flags)
{
	struct nlmsghdr *nlh = message(true, NLMSG_DONE, NLM_F_MULTI | flags);

	memset(mnl_nlmsg_put_extra_header(nlh, sizeof(int)), 0, sizeof(int));
	end(nlh);
}

static void ack(void)
{
	struct nlmsghdr *nlh = message(true, NLMSG_ERROR, NLM_F_CAPPED);

	memset(mnl_nlmsg_put_extra_header(nlh, sizeof(struct nlmsgerr)), 0,
	       sizeof(struct nlmsgerr));
	end(nlh);
}

static void info(void)
{
	struct nlmsghdr *nlh = message(true, FAMILY, 0);
	struct nlattr *nest = mnl_attr_nest_start(nlh, KVMLAT_A_INFO), *probe;
	static const uint16_t words[] = {
		KVMLAT_A_INFO_ABI, KVMLAT_A_INFO_VMS, KVMLAT_A_INFO_VMS_GONE,
		KVMLAT_A_INFO_VMS_GONE_MAX, KVMLAT_A_INFO_VCPUS, KVMLAT_A_INFO_VCPU_MEMORY_MAX,
		KVMLAT_A_INFO_CLOCK, KVMLAT_A_INFO_CLOCK_KHZ,
	};
	static const uint16_t longs[] = {
		KVMLAT_A_INFO_MONOTONIC, KVMLAT_A_INFO_MEMORY, KVMLAT_A_INFO_MISSED,
		KVMLAT_A_INFO_SPILLED,
	};
	unsigned int i;

	mnl_attr_put_strz(nlh, KVMLAT_A_INFO_VERSION, "9.9");
	for (i = 0; i < ARRAY_SIZE(words); i++)
		mnl_attr_put_u32(nlh, words[i], 1);
	for (i = 0; i < ARRAY_SIZE(longs); i++)
		mnl_attr_put_u64(nlh, longs[i], 2);
	mnl_attr_put_u32(nlh, KVMLAT_A_INFO_VENDOR, KVMLAT_VENDOR_AMD);
	mnl_attr_put_u64(nlh, KVMLAT_A_INFO_NOW, 5000);
	for (i = 0; i < 3; i++) {
		probe = mnl_attr_nest_start(nlh, KVMLAT_A_INFO_PROBE);
		mnl_attr_put_strz(nlh, KVMLAT_A_PROBE_NAME, i ? "kvm_exit" : "kvm_entry");
		mnl_attr_put_u32(nlh, KVMLAT_A_PROBE_STATE, i & 1);
		mnl_attr_put_strz(nlh, KVMLAT_A_PROBE_WHY, "because");
		mnl_attr_nest_end(nlh, probe);
	}
	mnl_attr_put_u32(nlh, 999, 7);
	mnl_attr_nest_end(nlh, nest);
	end(nlh);
	ack();
}

static void no_vms(void)
{
	done(0);
}

static void put_reason(struct nlmsghdr *nlh, uint32_t code, uint64_t count, uint16_t nr)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, KVMLAT_A_VCPU_REASON);
	uint16_t index[KVMLAT_HIST_BUCKETS];
	uint64_t counts[KVMLAT_HIST_BUCKETS];
	uint16_t i;

	mnl_attr_put_u32(nlh, KVMLAT_A_REASON_CLASS, KVMLAT_REASON_CLASS_EXIT);
	mnl_attr_put_u32(nlh, KVMLAT_A_REASON_CODE, code);
	mnl_attr_put_u64(nlh, KVMLAT_A_REASON_COUNT, count);
	mnl_attr_put_u64(nlh, KVMLAT_A_REASON_TOTAL, count * 100);
	mnl_attr_put_u64(nlh, KVMLAT_A_REASON_LONGEST, 150);
	for (i = 0; i < nr; i++) {
		index[i] = i;
		counts[i] = i + 1;
	}
	if (nr) {
		mnl_attr_put(nlh, KVMLAT_A_REASON_BUCKET_INDEX, nr * sizeof(*index), index);
		mnl_attr_put(nlh, KVMLAT_A_REASON_BUCKET_COUNT, nr * sizeof(*counts), counts);
	}
	mnl_attr_nest_end(nlh, nest);
}

static struct nlattr *begin_vcpu(struct nlmsghdr *nlh, uint32_t id, uint64_t now)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, KVMLAT_A_VCPU), *times;

	mnl_attr_put_u32(nlh, KVMLAT_A_VCPU_VM_ID, 4);
	mnl_attr_put_u32(nlh, KVMLAT_A_VCPU_PID, 4711);
	mnl_attr_put_u32(nlh, KVMLAT_A_VCPU_VCPU_ID, id);
	mnl_attr_put_u64(nlh, KVMLAT_A_VCPU_SINCE, 1000);
	mnl_attr_put_u64(nlh, KVMLAT_A_VCPU_NOW, now);
	times = mnl_attr_nest_start(nlh, KVMLAT_A_VCPU_TIMES);
	mnl_attr_put_u64(nlh, KVMLAT_A_TIMES_GUEST, now - 1000);
	mnl_attr_put_u64(nlh, KVMLAT_A_TIMES_EXIT, 0);
	mnl_attr_put_u64(nlh, KVMLAT_A_TIMES_USER, 0);
	mnl_attr_nest_end(nlh, times);
	return nest;
}

static void vcpu(bool own, uint32_t id, uint64_t now, uint32_t code, bool more, uint16_t flags)
{
	struct nlmsghdr *nlh = message(own, FAMILY, NLM_F_MULTI | flags);
	struct nlattr *nest = begin_vcpu(nlh, id, now);

	put_reason(nlh, code, 10, 4);
	put_reason(nlh, code + 1, 20, KVMLAT_HIST_BUCKETS);
	mnl_attr_nest_end(nlh, nest);
	if (more)
		mnl_attr_put(nlh, KVMLAT_A_MORE, 0, NULL);
	end(nlh);
}

static int snapshot(struct kvmlat *k, struct kvmlat_snapshot **s, struct kvmlat_error *err)
{
	struct kvmlat_filter f = { .histograms = true };

	memset(err, 0, sizeof(*err));
	return kvmlat_get_snapshot(k, &f, s, err);
}

static void info_is_read(void)
{
	struct kvmlat *k = start();
	struct kvmlat_info i;

	info();
	EXPECT(!kvmlat_get_info(k, &i, NULL));
	EXPECT_STR(i.version, "9.9");
	EXPECT_EQ(i.now, 5000);
	EXPECT_EQ(i.nr_probes, 3);
	EXPECT_STR(i.probes[0].name, "kvm_entry");
	EXPECT(!i.probes[0].attached && i.probes[1].attached);
	EXPECT_STR(i.probes[2].why, "because");
	kvmlat_info_free(&i);
	kvmlat_close(k);
}

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

static void refuse(int error, const char *text, uint32_t offset, bool capped, bool as_done)
{
	struct nlmsghdr *nlh = message(true, as_done ? NLMSG_DONE : NLMSG_ERROR, 0);

	nlh->nlmsg_flags = NLM_F_ACK_TLVS | (capped ? NLM_F_CAPPED : 0);
	if (as_done) {
		*(int *)mnl_nlmsg_put_extra_header(nlh, sizeof(int)) = -error;
	} else {
		struct nlmsgerr *e = mnl_nlmsg_put_extra_header(nlh, sizeof(*e));

		memset(e, 0, sizeof(*e));
		e->error = -error;
		e->msg.nlmsg_len = 28;
		if (!capped)
			memset(mnl_nlmsg_put_extra_header(nlh, 12), 0, 12);
	}
	if (text)
		mnl_attr_put_strz(nlh, NLMSGERR_ATTR_MSG, text);
	if (offset)
		mnl_attr_put_u32(nlh, NLMSGERR_ATTR_OFFS, offset);
	end(nlh);
}

static void refusals_carry_the_kernels_sentence(void)
{
	struct kvmlat_filter f = { .vm_id = 3, .pid = 5 };
	struct kvmlat_error err = { 0 };
	int variant;

	for (variant = 0; variant < 3; variant++) {
		struct kvmlat *k = start();

		refuse(ENOENT, "there is no such VM", 28, variant == 0, variant == 2);
		EXPECT(kvmlat_reset(k, &f, &err));
		EXPECT_EQ(err.status, KVMLAT_E_NOT_FOUND);
		EXPECT_EQ(err.error, ENOENT);
		EXPECT_EQ(err.attr, KVMLAT_A_PID);
		EXPECT_STR(err.text, "there is no such VM (attribute pid)");
		kvmlat_close(k);
	}
}

static void statuses_tell_apart(void)
{
	static const struct { int error; enum kvmlat_status status; } want[] = {
		{ EPERM, KVMLAT_E_PERMISSION }, { EPROTO, KVMLAT_E_ABI },
		{ ENOENT, KVMLAT_E_NOT_FOUND }, { EINVAL, KVMLAT_E_REFUSED },
	};
	struct kvmlat_error err;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(want); i++) {
		struct kvmlat *k = start();

		refuse(want[i].error, NULL, 0, true, false);
		EXPECT(kvmlat_reset(k, NULL, &err));
		EXPECT_EQ(err.status, want[i].status);
		EXPECT(err.text[0]);
		kvmlat_close(k);
	}
}

static void unloaded_meanwhile_is_no_module(void)
{
	struct kvmlat *k = start();
	struct kvmlat_error err = { 0 };
	struct kvmlat_info i;

	refuse(ENOENT, NULL, 0, true, false);
	EXPECT(kvmlat_get_info(k, &i, &err));
	EXPECT_EQ(err.status, KVMLAT_E_NO_MODULE);
	kvmlat_close(k);
}

static void requests_carry_the_filters(void)
{
	struct kvmlat_filter f = { .vm_id = 4, .has_vcpu_id = true, .vcpu_id = 0,
				   .has_code = true, .code = 0x72, .histograms = true };
	const struct nlmsghdr *nlh = (const void *)script.request;
	struct kvmlat *k = start();
	struct kvmlat_snapshot *s;
	const struct nlattr *attr;
	uint32_t seen = 0;

	info();
	errno_part(EIO);
	EXPECT(kvmlat_get_snapshot(k, &f, &s, NULL));
	EXPECT_EQ(nlh->nlmsg_type, FAMILY);
	EXPECT((nlh->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP);
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr))
		seen |= 1U << mnl_attr_get_type(attr);
	EXPECT_EQ(seen, 1U << KVMLAT_A_VM_ID | 1U << KVMLAT_A_VCPU_ID | 1U << KVMLAT_A_CODE |
		  1U << KVMLAT_A_HISTOGRAMS);
	kvmlat_close(k);
}

static const struct tap_case cases[] = {
	{ "info is read", info_is_read },
	{ "fragments are joined", fragments_are_joined },
	{ "bad fragments are refused", bad_fragments_are_refused },
	{ "interrupted dumps are read again", interrupted_dumps_are_read_again },
	{ "churn without end is flagged", churn_without_end_is_flagged },
	{ "lost messages are asked for again", lost_messages_are_asked_for_again },
	{ "old answers are passed over", old_answers_are_passed_over },
	{ "cut and broken messages", cut_and_broken_messages },
	{ "wrong types are refused", wrong_types_are_refused },
	{ "bad buckets are refused", bad_buckets_are_refused },
	{ "refusals carry the kernel's sentence", refusals_carry_the_kernels_sentence },
	{ "statuses tell apart", statuses_tell_apart },
	{ "unloaded meanwhile is no module", unloaded_meanwhile_is_no_module },
	{ "requests carry the filters", requests_carry_the_filters },
};

TAP_MAIN(cases)
