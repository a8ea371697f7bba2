/* SPDX-License-Identifier: GPL-2.0-only */
/* Plays a module that tells what changed of VM 4 and its vCPUs, and a reader of that. */
#ifndef _USER_CHANGES_H
#define _USER_CHANGES_H

#include "kernel.h"
#include "tap.h"

static inline void list_vm(uint32_t id)
{
	struct nlmsghdr *nlh = message(true, FAMILY, NLM_F_MULTI);
	struct nlattr *nest = mnl_attr_nest_start(nlh, KVMLAT_A_VM);

	mnl_attr_put_u32(nlh, KVMLAT_A_VM_VM_ID, id);
	mnl_attr_put_u32(nlh, KVMLAT_A_VM_PID, 4711);
	mnl_attr_put_u32(nlh, KVMLAT_A_VM_VCPUS, 2);
	mnl_attr_put_u64(nlh, KVMLAT_A_VM_SINCE, 900);
	mnl_attr_nest_end(nlh, nest);
	end(nlh);
}

/* The rest of a snapshot whose VM is there; @flags are of the end of its vCPUs. */
static inline void finish_as(uint64_t cursor, uint64_t now, bool changes, uint16_t flags)
{
	struct nlmsghdr *nlh = message(true, FAMILY, NLM_F_MULTI);
	struct nlattr *nest = mnl_attr_nest_start(nlh, KVMLAT_A_END);

	mnl_attr_put_u64(nlh, KVMLAT_A_END_CURSOR, cursor);
	mnl_attr_put_u64(nlh, KVMLAT_A_END_NOW, now);
	if (changes)
		mnl_attr_put(nlh, KVMLAT_A_END_CHANGES, 0, NULL);
	mnl_attr_nest_end(nlh, nest);
	end(nlh);
	done(flags);
	list_vm(4);
	done(0);
}

static inline void finish(uint64_t cursor, uint64_t now, bool changes)
{
	finish_as(cursor, now, changes, 0);
}

struct told {
	uint32_t	id;
	uint64_t	since;
	uint64_t	now;
	uint32_t	state;
	uint64_t	preempted;
	unsigned int	codes[4];
	uint64_t	count;
};

static inline void tell(const struct told *t)
{
	struct nlmsghdr *nlh = message(true, FAMILY, NLM_F_MULTI);
	struct nlattr *nest = mnl_attr_nest_start(nlh, KVMLAT_A_VCPU), *in;
	unsigned int i;

	mnl_attr_put_u32(nlh, KVMLAT_A_VCPU_VM_ID, 4);
	mnl_attr_put_u32(nlh, KVMLAT_A_VCPU_PID, 4711);
	mnl_attr_put_u32(nlh, KVMLAT_A_VCPU_VCPU_ID, t->id);
	mnl_attr_put_u64(nlh, KVMLAT_A_VCPU_SINCE, t->since);
	mnl_attr_put_u64(nlh, KVMLAT_A_VCPU_NOW, t->now);
	mnl_attr_put_u32(nlh, KVMLAT_A_VCPU_STATE, t->state);
	mnl_attr_put_u64(nlh, KVMLAT_A_VCPU_PREEMPTED, t->preempted);
	in = mnl_attr_nest_start(nlh, KVMLAT_A_VCPU_TIMES);
	mnl_attr_put_u64(nlh, KVMLAT_A_TIMES_GUEST, t->now - t->since - t->preempted);
	mnl_attr_put_u64(nlh, KVMLAT_A_TIMES_EXIT, 0);
	mnl_attr_put_u64(nlh, KVMLAT_A_TIMES_USER, 0);
	mnl_attr_put_u64(nlh, KVMLAT_A_TIMES_RUNQ, t->preempted);
	mnl_attr_nest_end(nlh, in);
	if (t->preempted) {
		in = mnl_attr_nest_start(nlh, KVMLAT_A_VCPU_PREEMPTOR);
		mnl_attr_put_strz(nlh, KVMLAT_A_PREEMPTOR_COMM, "hog");
		mnl_attr_put_u32(nlh, KVMLAT_A_PREEMPTOR_TID, 7);
		mnl_attr_put_u64(nlh, KVMLAT_A_PREEMPTOR_AT, t->now - t->preempted);
		mnl_attr_put_u64(nlh, KVMLAT_A_PREEMPTOR_TIME, t->preempted);
		mnl_attr_put_u32(nlh, KVMLAT_A_PREEMPTOR_CPU, 1);
		mnl_attr_nest_end(nlh, in);
	}
	for (i = 0; i < ARRAY_SIZE(t->codes) && t->codes[i]; i++)
		put_reason(nlh, t->codes[i], t->count, 4);
	mnl_attr_nest_end(nlh, nest);
	end(nlh);
}

/* The cursor of the last request for vCPUs, which two more followed; ~0 if it had none. */
static uint64_t asked;

static inline ssize_t note_send(struct kvmlat *k, const void *buf, size_t len)
{
	const struct nlmsghdr *nlh = buf;
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr;

	if (genl->cmd == KVMLAT_CMD_VCPU_GET) {
		asked = ~0ULL;
		mnl_attr_for_each(attr, nlh, sizeof(*genl))
			if (mnl_attr_get_type(attr) == KVMLAT_A_CURSOR)
				asked = mnl_attr_get_u64(attr);
	}
	return fake_send(k, buf, len);
}

static inline struct kvmlat *start_noting(void)
{
	struct kvmlat *k = start();

	k->send = note_send;
	return k;
}

static inline struct kvmlat_snapshot *refresh(struct kvmlat *k,
					      const struct kvmlat_snapshot *old)
{
	struct kvmlat_filter f = { .histograms = true };
	struct kvmlat_error err = { 0 };
	struct kvmlat_snapshot *s;

	if (kvmlat_refresh(k, &f, old, &s, &err)) {
		printf("# %s\n", err.text);
		return NULL;
	}
	return s;
}

/* Two vCPUs with rows 10, 20 and 30, each of count 5 */
static inline struct kvmlat_snapshot *first(struct kvmlat *k)
{
	info();
	tell(&(struct told){ 0, 1000, 2000, KVMLAT_STATE_GUEST, 0, { 30, 10, 20 }, 5 });
	tell(&(struct told){ 1, 1000, 2010, KVMLAT_STATE_WAIT, 0, { 20, 30, 10 }, 5 });
	finish(77, 1990, false);
	return refresh(k, NULL);
}

static inline void drop(struct kvmlat *k, struct kvmlat_snapshot *old, struct kvmlat_snapshot *s)
{
	kvmlat_snapshot_free(s);
	kvmlat_snapshot_free(old);
	kvmlat_close(k);
}

#endif /* _USER_CHANGES_H */
