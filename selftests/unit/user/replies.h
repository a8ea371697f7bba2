/* SPDX-License-Identifier: GPL-2.0-only */
/* Of each reply of the module one that has every attribute, and who asks for it. */
#ifndef _USER_REPLIES_H
#define _USER_REPLIES_H

#include "kernel.h"

static struct nlmsghdr *nlh;
static struct nlattr *nests[4];
static unsigned int depth;

static void begin_message(void)
{
	nlh = message(true, FAMILY, NLM_F_MULTI);
}

static void begin(uint16_t type)
{
	nests[depth++] = mnl_attr_nest_start(nlh, type);
}

static void finish(void)
{
	mnl_attr_nest_end(nlh, nests[--depth]);
	if (!depth)
		end(nlh);
}

/* As many of 32 or 64 bits as there are types, up to 0. */
static void words(const uint16_t *type)
{
	for (; *type; type++)
		mnl_attr_put_u32(nlh, *type, 1);
}

static void longs(const uint16_t *type)
{
	for (; *type; type++)
		mnl_attr_put_u64(nlh, *type, 1);
}

#define WORDS(...) words((const uint16_t []){ __VA_ARGS__, 0 })
#define LONGS(...) longs((const uint16_t []){ __VA_ARGS__, 0 })

static void an_info(void)
{
	info();
}

static void a_vm(void)
{
	info();
	done(0);
	begin_message();
	begin(KVMLAT_A_VM);
	WORDS(KVMLAT_A_VM_VM_ID, KVMLAT_A_VM_PID, KVMLAT_A_VM_VCPUS);
	mnl_attr_put_strz(nlh, KVMLAT_A_VM_COMM, "a");
	LONGS(KVMLAT_A_VM_SINCE, KVMLAT_A_VM_GONE);
	finish();
	done(0);
}

static void a_vcpu(void)
{
	info();
	begin_message();
	begin(KVMLAT_A_VCPU);
	WORDS(KVMLAT_A_VCPU_VM_ID, KVMLAT_A_VCPU_PID, KVMLAT_A_VCPU_VCPU_ID, KVMLAT_A_VCPU_TID,
	      KVMLAT_A_VCPU_STATE, KVMLAT_A_VCPU_MEMORY);
	LONGS(KVMLAT_A_VCPU_SINCE, KVMLAT_A_VCPU_NOW, KVMLAT_A_VCPU_STATE_SINCE,
	      KVMLAT_A_VCPU_REENTRIES, KVMLAT_A_VCPU_PREEMPTED, KVMLAT_A_VCPU_DETAILS_EVICTED,
	      KVMLAT_A_VCPU_DETAILS_SINCE);
	begin(KVMLAT_A_VCPU_OPEN);
	WORDS(KVMLAT_A_OPEN_CLASS, KVMLAT_A_OPEN_CODE);
	LONGS(KVMLAT_A_OPEN_SINCE);
	finish();
	begin(KVMLAT_A_VCPU_TIMES);
	LONGS(KVMLAT_A_TIMES_GUEST, KVMLAT_A_TIMES_EXIT, KVMLAT_A_TIMES_USER, KVMLAT_A_TIMES_POLL,
	      KVMLAT_A_TIMES_WAIT, KVMLAT_A_TIMES_RUNQ, KVMLAT_A_TIMES_OFF);
	finish();
	begin(KVMLAT_A_VCPU_HALT);
	WORDS(KVMLAT_A_HALT_WINDOW);
	LONGS(KVMLAT_A_HALT_GROW, KVMLAT_A_HALT_SHRINK, KVMLAT_A_HALT_INVALID);
	finish();
	begin(KVMLAT_A_VCPU_PREEMPTOR);
	mnl_attr_put_strz(nlh, KVMLAT_A_PREEMPTOR_COMM, "a");
	WORDS(KVMLAT_A_PREEMPTOR_TID, KVMLAT_A_PREEMPTOR_CPU);
	LONGS(KVMLAT_A_PREEMPTOR_AT, KVMLAT_A_PREEMPTOR_TIME);
	finish();
	begin(KVMLAT_A_VCPU_DETAIL);
	WORDS(KVMLAT_A_DETAIL_KIND);
	LONGS(KVMLAT_A_DETAIL_KEY, KVMLAT_A_DETAIL_COUNT, KVMLAT_A_DETAIL_TOTAL,
	      KVMLAT_A_DETAIL_LONGEST, KVMLAT_A_DETAIL_ERROR);
	finish();
	begin(KVMLAT_A_VCPU_REASON);
	WORDS(KVMLAT_A_REASON_CLASS, KVMLAT_A_REASON_CODE, KVMLAT_A_REASON_LONGEST_CPU);
	LONGS(KVMLAT_A_REASON_COUNT, KVMLAT_A_REASON_TOTAL, KVMLAT_A_REASON_LONGEST,
	      KVMLAT_A_REASON_LONGEST_AT, KVMLAT_A_REASON_AWAY);
	finish();
	finish();
	done(0);
	no_vms();
}

static void an_end(void)
{
	info();
	begin_message();
	begin(KVMLAT_A_END);
	LONGS(KVMLAT_A_END_CURSOR, KVMLAT_A_END_NOW);
	finish();
	done(0);
	no_vms();
}

static void a_knob(void)
{
	begin_message();
	begin(KVMLAT_A_KNOB);
	WORDS(KVMLAT_A_KNOB_ID, KVMLAT_A_KNOB_SCOPE, KVMLAT_A_KNOB_VM_ID, KVMLAT_A_KNOB_PID,
	      KVMLAT_A_KNOB_VCPU_ID, KVMLAT_A_KNOB_SOURCE, KVMLAT_A_KNOB_OLD_SOURCE,
	      KVMLAT_A_KNOB_ORIGINAL_SOURCE, KVMLAT_A_KNOB_CHANGE, KVMLAT_A_KNOB_UNIT,
	      KVMLAT_A_KNOB_RESULT);
	LONGS(KVMLAT_A_KNOB_VALUE, KVMLAT_A_KNOB_OLD, KVMLAT_A_KNOB_ORIGINAL,
	      KVMLAT_A_KNOB_RANGE_MIN, KVMLAT_A_KNOB_RANGE_MAX);
	mnl_attr_put_strz(nlh, KVMLAT_A_KNOB_NAME, "a");
	mnl_attr_put_strz(nlh, KVMLAT_A_KNOB_WHY, "a");
	finish();
	done(0);
}

static void an_event(void)
{
	begin_message();
	((struct genlmsghdr *)mnl_nlmsg_get_payload(nlh))->cmd = KVMLAT_CMD_KNOB_CHANGED;
	mnl_attr_put_u32(nlh, KVMLAT_A_CHANGE, 1);
	depth++;
	begin(KVMLAT_A_AUTHOR);
	WORDS(KVMLAT_A_AUTHOR_ACTION, KVMLAT_A_AUTHOR_PID, KVMLAT_A_AUTHOR_UID);
	LONGS(KVMLAT_A_AUTHOR_AT);
	mnl_attr_put_strz(nlh, KVMLAT_A_AUTHOR_COMM, "a");
	finish();
	depth--;
	begin(KVMLAT_A_KNOB);
	WORDS(KVMLAT_A_KNOB_ID, KVMLAT_A_KNOB_SCOPE);
	finish();
}

static void an_outlier(void)
{
	begin_message();
	begin(KVMLAT_A_OUTLIER);
	WORDS(KVMLAT_A_OUTLIER_VM_ID, KVMLAT_A_OUTLIER_PID, KVMLAT_A_OUTLIER_VCPU_ID,
	      KVMLAT_A_OUTLIER_TID, KVMLAT_A_OUTLIER_KIND, KVMLAT_A_OUTLIER_CLASS,
	      KVMLAT_A_OUTLIER_CODE, KVMLAT_A_OUTLIER_VISIT, KVMLAT_A_OUTLIER_DETAIL_KIND,
	      KVMLAT_A_OUTLIER_CPU_BEFORE, KVMLAT_A_OUTLIER_CPU, KVMLAT_A_OUTLIER_MOVES);
	LONGS(KVMLAT_A_OUTLIER_DROPPED, KVMLAT_A_OUTLIER_BEGIN, KVMLAT_A_OUTLIER_END,
	      KVMLAT_A_OUTLIER_TOTAL, KVMLAT_A_OUTLIER_THRESHOLD, KVMLAT_A_OUTLIER_DETAIL_KEY);
	begin(KVMLAT_A_OUTLIER_TIMES);
	LONGS(KVMLAT_A_TIMES_GUEST, KVMLAT_A_TIMES_EXIT, KVMLAT_A_TIMES_USER, KVMLAT_A_TIMES_POLL,
	      KVMLAT_A_TIMES_WAIT, KVMLAT_A_TIMES_RUNQ, KVMLAT_A_TIMES_OFF);
	finish();
	begin(KVMLAT_A_OUTLIER_PREEMPTOR);
	mnl_attr_put_strz(nlh, KVMLAT_A_PREEMPTOR_COMM, "a");
	WORDS(KVMLAT_A_PREEMPTOR_TID, KVMLAT_A_PREEMPTOR_PRIO);
	LONGS(KVMLAT_A_PREEMPTOR_TIME);
	finish();
	begin(KVMLAT_A_OUTLIER_PART);
	WORDS(KVMLAT_A_PART_KIND, KVMLAT_A_PART_STATE, KVMLAT_A_PART_COUNT, KVMLAT_A_PART_ID,
	      KVMLAT_A_PART_CPU, KVMLAT_A_PART_PRIO, KVMLAT_A_PART_IDLE_STATE);
	LONGS(KVMLAT_A_PART_TIME);
	mnl_attr_put_strz(nlh, KVMLAT_A_PART_COMM, "a");
	finish();
	begin(KVMLAT_A_OUTLIER_WAKER);
	mnl_attr_put_strz(nlh, KVMLAT_A_WAKER_COMM, "a");
	WORDS(KVMLAT_A_WAKER_TID, KVMLAT_A_WAKER_CPU);
	LONGS(KVMLAT_A_WAKER_AT);
	finish();
	finish();
	begin_message();
	begin(KVMLAT_A_END);
	LONGS(KVMLAT_A_END_NOW, KVMLAT_A_END_DROPPED);
	finish();
	done(0);
}

static int ask_info(struct kvmlat *k, struct kvmlat_error *err)
{
	struct kvmlat_info i;

	if (kvmlat_get_info(k, &i, err))
		return -1;
	kvmlat_info_free(&i);
	return 0;
}

static int ask_snapshot(struct kvmlat *k, struct kvmlat_error *err)
{
	struct kvmlat_snapshot *s;

	if (snapshot(k, &s, err))
		return -1;
	kvmlat_snapshot_free(s);
	return 0;
}

static int ask_changes(struct kvmlat *k, struct kvmlat_error *err)
{
	struct kvmlat_filter f = { 0 };
	struct kvmlat_snapshot *s;

	if (kvmlat_refresh(k, &f, NULL, &s, err))
		return -1;
	kvmlat_snapshot_free(s);
	return 0;
}

static int ask_knobs(struct kvmlat *k, struct kvmlat_error *err)
{
	struct kvmlat_knobs knobs;

	if (kvmlat_get_knobs(k, NULL, &knobs, err))
		return -1;
	kvmlat_knobs_free(&knobs);
	return 0;
}

static void no_event(const struct kvmlat_knob_event *event, void *ctx)
{
	(void)event;
	(void)ctx;
}

static int ask_events(struct kvmlat *k, struct kvmlat_error *err)
{
	return kvmlat_read_events(k, no_event, NULL, err);
}

static void no_outlier(const struct kvmlat_outlier *outlier, void *ctx)
{
	(void)outlier;
	(void)ctx;
}

static int ask_outliers(struct kvmlat *k, struct kvmlat_error *err)
{
	return kvmlat_get_outliers(k, no_outlier, NULL, NULL, err);
}

#endif /* _USER_REPLIES_H */
