/* SPDX-License-Identifier: GPL-2.0-only */
/* Plays the kernel: what recv returns was put together by the test, message by message. */
#ifndef _USER_KERNEL_H
#define _USER_KERNEL_H

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/genetlink.h>
#include <linux/netlink.h>

#include "lib/internal.h"

#define FAMILY		33
#define ROOM		(64 * 1024)
#define MAX_PARTS	32

static struct {
	char		text[MAX_PARTS][ROOM];
	size_t		len[MAX_PARTS];
	int		error[MAX_PARTS];
	unsigned int	nr, next;
	unsigned int	requests;
	char		request[8192];
} script;

static inline ssize_t fake_send(struct kvmlat *k, const void *buf, size_t len)
{
	(void)k;
	memcpy(script.request, buf, len);
	script.requests++;
	return len;
}

/* Sequence numbers are those of the last request, unless the script says otherwise. */
static inline ssize_t fake_recv(struct kvmlat *k, void *buf, size_t size)
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

static inline struct kvmlat *start(void)
{
	struct kvmlat *k = calloc(1, sizeof(*k));

	memset(&script, 0, sizeof(script));
	k->buf = malloc(KVMLAT_RECV_SIZE);
	k->send = fake_send;
	k->recv = fake_recv;
	k->family = FAMILY;
	kvmlat_set_retries(k, 2);
	return k;
}

static inline void errno_part(int error)
{
	script.error[script.nr++] = error;
}

/* A message in a part of its own, or behind the last one. */
static inline struct nlmsghdr *message(bool own, uint16_t type, uint16_t flags)
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

static inline void end(struct nlmsghdr *nlh)
{
	script.len[script.nr - 1] += MNL_ALIGN(nlh->nlmsg_len);
}

static inline void done(uint16_t flags)
{
	struct nlmsghdr *nlh = message(true, NLMSG_DONE, NLM_F_MULTI | flags);

	memset(mnl_nlmsg_put_extra_header(nlh, sizeof(int)), 0, sizeof(int));
	end(nlh);
}

static inline void ack(void)
{
	struct nlmsghdr *nlh = message(true, NLMSG_ERROR, NLM_F_CAPPED);

	memset(mnl_nlmsg_put_extra_header(nlh, sizeof(struct nlmsgerr)), 0,
	       sizeof(struct nlmsgerr));
	end(nlh);
}

#define INFO_WORD(attr)	(100U + (attr))
#define INFO_LONG(attr)	((1ULL << 40) + (attr))

static inline void info(void)
{
	struct nlmsghdr *nlh = message(true, FAMILY, 0);
	struct nlattr *nest = mnl_attr_nest_start(nlh, KVMLAT_A_INFO), *probe;
	static const uint16_t words[] = {
		KVMLAT_A_INFO_ABI, KVMLAT_A_INFO_VMS, KVMLAT_A_INFO_VMS_GONE,
		KVMLAT_A_INFO_VMS_GONE_MAX, KVMLAT_A_INFO_VCPUS, KVMLAT_A_INFO_VCPU_MEMORY_MAX,
		KVMLAT_A_INFO_CLOCK, KVMLAT_A_INFO_CLOCK_KHZ, KVMLAT_A_INFO_VCPUS_MAX,
		KVMLAT_A_INFO_USER_VCPUS_MAX,
	};
	static const uint16_t longs[] = {
		KVMLAT_A_INFO_MONOTONIC, KVMLAT_A_INFO_MEMORY, KVMLAT_A_INFO_MISSED,
		KVMLAT_A_INFO_SPILLED, KVMLAT_A_INFO_VMS_GONE_MEMORY,
		KVMLAT_A_INFO_VMS_GONE_MEMORY_MAX, KVMLAT_A_INFO_REFUSED,
	};
	unsigned int i;

	/* Each its own value, and those of 64 bits do not fit into 32. */
	mnl_attr_put_strz(nlh, KVMLAT_A_INFO_VERSION, "9.9");
	for (i = 0; i < ARRAY_SIZE(words); i++)
		mnl_attr_put_u32(nlh, words[i], INFO_WORD(words[i]));
	for (i = 0; i < ARRAY_SIZE(longs); i++)
		mnl_attr_put_u64(nlh, longs[i], INFO_LONG(longs[i]));
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

static inline void no_vms(void)
{
	done(0);
}

static inline void put_reason(struct nlmsghdr *nlh, uint32_t code, uint64_t count, uint16_t nr)
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

static inline struct nlattr *begin_vcpu(struct nlmsghdr *nlh, uint32_t id, uint64_t now)
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

static inline void vcpu(bool own, uint32_t id, uint64_t now, uint32_t code, bool more,
			uint16_t flags)
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

static inline int snapshot(struct kvmlat *k, struct kvmlat_snapshot **s, struct kvmlat_error *err)
{
	struct kvmlat_filter f = { .histograms = true };

	memset(err, 0, sizeof(*err));
	return kvmlat_get_snapshot(k, &f, s, err);
}

static inline void refuse(int error, const char *text, uint32_t offset, bool capped, bool as_done)
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

#endif /* _USER_KERNEL_H */
