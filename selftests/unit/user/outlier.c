// SPDX-License-Identifier: GPL-2.0-only
/* What the module says of outliers, as the library hands it on. */
#include "kernel.h"
#include "tap.h"

static struct kvmlat_outlier last;
static struct kvmlat_part parts[16];
static struct kvmlat_waker waker;
static unsigned int taken;

static void keep(const struct kvmlat_outlier *outlier, void *ctx)
{
	(void)ctx;
	last = *outlier;
	memcpy(parts, outlier->parts, outlier->nr_parts * sizeof(*parts));
	if (outlier->waker)
		waker = *outlier->waker;
	taken++;
}

static void part(struct nlmsghdr *nlh, uint32_t kind, uint32_t state, uint32_t id)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, KVMLAT_A_OUTLIER_PART);

	mnl_attr_put_u32(nlh, KVMLAT_A_PART_KIND, kind);
	mnl_attr_put_u32(nlh, KVMLAT_A_PART_STATE, state);
	mnl_attr_put_u64(nlh, KVMLAT_A_PART_TIME, 100 + id);
	mnl_attr_put_u32(nlh, KVMLAT_A_PART_COUNT, 3);
	mnl_attr_put_u32(nlh, KVMLAT_A_PART_ID, id);
	mnl_attr_put_u32(nlh, KVMLAT_A_PART_CPU, 4);
	if (kind == KVMLAT_PART_KIND_TASK) {
		mnl_attr_put_strz(nlh, KVMLAT_A_PART_COMM, "hog\033");
		mnl_attr_put_u32(nlh, KVMLAT_A_PART_PRIO, 57);
		mnl_attr_put_u32(nlh, KVMLAT_A_PART_IDLE_STATE, 2);
		mnl_attr_put(nlh, KVMLAT_A_PART_PREEMPTED, 0, NULL);
	}
	mnl_attr_nest_end(nlh, nest);
}

static void put_waker(struct nlmsghdr *nlh)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, KVMLAT_A_OUTLIER_WAKER);

	mnl_attr_put_strz(nlh, KVMLAT_A_WAKER_COMM, "disk\033");
	mnl_attr_put_u32(nlh, KVMLAT_A_WAKER_TID, 88);
	mnl_attr_put_u32(nlh, KVMLAT_A_WAKER_CPU, 6);
	mnl_attr_put_u64(nlh, KVMLAT_A_WAKER_AT, 2000);
	mnl_attr_put(nlh, KVMLAT_A_WAKER_INTERRUPT, 0, NULL);
	mnl_attr_nest_end(nlh, nest);
}

static void outlier(uint32_t kind, bool whole)
{
	struct nlmsghdr *nlh = message(true, FAMILY, NLM_F_MULTI);
	struct nlattr *nest = mnl_attr_nest_start(nlh, KVMLAT_A_OUTLIER), *inner;

	mnl_attr_put_u32(nlh, KVMLAT_A_OUTLIER_VM_ID, 3);
	mnl_attr_put_u32(nlh, KVMLAT_A_OUTLIER_PID, 400);
	mnl_attr_put_u32(nlh, KVMLAT_A_OUTLIER_VCPU_ID, 2);
	mnl_attr_put_u32(nlh, KVMLAT_A_OUTLIER_TID, 402);
	mnl_attr_put_u32(nlh, KVMLAT_A_OUTLIER_KIND, kind);
	mnl_attr_put_u64(nlh, KVMLAT_A_OUTLIER_BEGIN, 1000);
	mnl_attr_put_u64(nlh, KVMLAT_A_OUTLIER_END, 9000);
	if (whole)
		mnl_attr_put_u64(nlh, KVMLAT_A_OUTLIER_TOTAL, 7000);
	mnl_attr_put_u64(nlh, KVMLAT_A_OUTLIER_THRESHOLD, 500);
	inner = mnl_attr_nest_start(nlh, KVMLAT_A_OUTLIER_TIMES);
	for (int i = KVMLAT_STATE_GUEST; i <= KVMLAT_STATE_MAX; i++)
		mnl_attr_put_u64(nlh, KVMLAT_A_TIMES_GUEST + i, 100 * i);
	mnl_attr_nest_end(nlh, inner);
	mnl_attr_put_u32(nlh, KVMLAT_A_OUTLIER_CLASS, KVMLAT_REASON_CLASS_EXIT);
	mnl_attr_put_u32(nlh, KVMLAT_A_OUTLIER_CODE, 0x7b);
	if (kind == KVMLAT_OUTLIER_KIND_GAP) {
		mnl_attr_put_u64(nlh, KVMLAT_A_OUTLIER_DROPPED, 5);
		mnl_attr_put_u32(nlh, KVMLAT_A_OUTLIER_VISIT, 2);
		mnl_attr_put_u32(nlh, KVMLAT_A_OUTLIER_DETAIL_KIND, KVMLAT_DETAIL_KIND_PIO_OUT);
		mnl_attr_put_u64(nlh, KVMLAT_A_OUTLIER_DETAIL_KEY, 0x3f8);
		mnl_attr_put(nlh, KVMLAT_A_OUTLIER_PREEMPTED, 0, NULL);
		inner = mnl_attr_nest_start(nlh, KVMLAT_A_OUTLIER_PREEMPTOR);
		mnl_attr_put_strz(nlh, KVMLAT_A_PREEMPTOR_COMM, "hog\033");
		mnl_attr_put_u32(nlh, KVMLAT_A_PREEMPTOR_TID, 77);
		mnl_attr_put_u64(nlh, KVMLAT_A_PREEMPTOR_TIME, 450);
		mnl_attr_put_u32(nlh, KVMLAT_A_PREEMPTOR_PRIO, 57);
		mnl_attr_nest_end(nlh, inner);
		part(nlh, KVMLAT_PART_KIND_TASK, KVMLAT_STATE_RUNQ, 77);
		part(nlh, KVMLAT_PART_KIND_IRQ, KVMLAT_STATE_EXIT, 24);
		part(nlh, KVMLAT_PART_KIND_MAX + 1, KVMLAT_STATE_EXIT, 25);
		part(nlh, KVMLAT_PART_KIND_IRQ, KVMLAT_STATE_MAX + 1, 26);
		for (uint32_t i = 30; i < 50; i++)
			part(nlh, KVMLAT_PART_KIND_SOFTIRQ, KVMLAT_STATE_USER, i);
		put_waker(nlh);
		mnl_attr_put_u32(nlh, KVMLAT_A_OUTLIER_MOVES, 2);
	}
	mnl_attr_put_u32(nlh, KVMLAT_A_OUTLIER_CPU_BEFORE, 1);
	mnl_attr_put_u32(nlh, KVMLAT_A_OUTLIER_CPU, 4);
	mnl_attr_nest_end(nlh, nest);
	end(nlh);
}

static void the_end(uint64_t dropped)
{
	struct nlmsghdr *nlh = message(true, FAMILY, NLM_F_MULTI);
	struct nlattr *nest = mnl_attr_nest_start(nlh, KVMLAT_A_END);

	mnl_attr_put_u64(nlh, KVMLAT_A_END_NOW, 10000);
	mnl_attr_put_u64(nlh, KVMLAT_A_END_DROPPED, dropped);
	mnl_attr_nest_end(nlh, nest);
	end(nlh);
	done(0);
}

static void all_of_it(void)
{
	struct kvmlat *k = start();
	struct kvmlat_error err = { 0 };
	uint64_t dropped = 0;

	taken = 0;
	outlier(KVMLAT_OUTLIER_KIND_EXIT, true);
	outlier(KVMLAT_OUTLIER_KIND_GAP, true);
	the_end(9);
	EXPECT(!kvmlat_get_outliers(k, keep, NULL, &dropped, &err));
	EXPECT_EQ(taken, 2);
	EXPECT_EQ(dropped, 9);
	EXPECT_EQ(last.vm_id, 3);
	EXPECT_EQ(last.pid, 400);
	EXPECT_EQ(last.vcpu_id, 2);
	EXPECT_EQ(last.tid, 402);
	EXPECT_EQ(last.kind, KVMLAT_OUTLIER_KIND_GAP);
	EXPECT_EQ(last.dropped, 5);
	EXPECT_EQ(last.begin, 1000);
	EXPECT_EQ(last.end, 9000);
	EXPECT_EQ(last.total, 7000);
	EXPECT_EQ(last.threshold, 500);
	EXPECT_EQ(last.times[KVMLAT_STATE_EXIT], 100);
	EXPECT_EQ(last.times[KVMLAT_STATE_OFF], 600);
	EXPECT_EQ(last.cls, KVMLAT_REASON_CLASS_EXIT);
	EXPECT_EQ(last.code, 0x7b);
	EXPECT(last.visited);
	EXPECT_EQ(last.visit, 2);
	EXPECT(last.has_detail);
	EXPECT_EQ(last.detail_kind, KVMLAT_DETAIL_KIND_PIO_OUT);
	EXPECT_EQ(last.detail_key, 0x3f8);
	EXPECT_STR(last.culprit.comm, "hog?");
	EXPECT_EQ(last.culprit.tid, 77);
	EXPECT_EQ(last.culprit.prio, 57);
	EXPECT_EQ(last.culprit.time, 450);
	EXPECT(last.culprit.took);
	EXPECT_EQ(last.cpu_before, 1);
	EXPECT_EQ(last.cpu, 4);
	EXPECT_EQ(last.moves, 2);
	/* Those of a newer module are passed over, and there is room for some only. */
	EXPECT_EQ(last.nr_parts, 16);
	EXPECT_EQ(parts[0].kind, KVMLAT_PART_KIND_TASK);
	EXPECT_EQ(parts[0].state, KVMLAT_STATE_RUNQ);
	EXPECT_EQ(parts[0].id, 77);
	EXPECT_EQ(parts[0].time, 177);
	EXPECT_EQ(parts[0].count, 3);
	EXPECT_EQ(parts[0].cpu, 4);
	EXPECT_STR(parts[0].comm, "hog?");
	EXPECT_EQ(parts[0].prio, 57);
	EXPECT(parts[0].took);
	EXPECT(parts[0].has_idle);
	EXPECT_EQ(parts[0].idle_state, 2);
	EXPECT_EQ(parts[1].id, 24);
	EXPECT(!parts[1].took);
	EXPECT_EQ(parts[2].id, 30);
	EXPECT_EQ(parts[15].id, 43);
	EXPECT(last.waker);
	EXPECT_STR(waker.comm, "disk?");
	EXPECT_EQ(waker.tid, 88);
	EXPECT_EQ(waker.cpu, 6);
	EXPECT_EQ(waker.at, 2000);
	EXPECT(waker.interrupt);
	kvmlat_close(k);
}

static void what_may_be_absent(void)
{
	struct kvmlat *k = start();

	outlier(KVMLAT_OUTLIER_KIND_EXIT, true);
	the_end(0);
	EXPECT(!kvmlat_get_outliers(k, keep, NULL, NULL, NULL));
	EXPECT_EQ(last.dropped, 0);
	EXPECT(!last.visited);
	EXPECT(!last.has_detail);
	EXPECT(!last.culprit.took);
	EXPECT_EQ(last.culprit.time, 0);
	EXPECT_EQ(last.nr_parts, 0);
	EXPECT(!last.waker);
	kvmlat_close(k);
}

static void a_kind_that_is_new(void)
{
	struct kvmlat *k = start();
	char why[160];

	taken = 0;
	outlier(KVMLAT_OUTLIER_KIND_MAX + 1, true);
	the_end(0);
	EXPECT(!kvmlat_get_outliers(k, keep, NULL, NULL, NULL));
	EXPECT_EQ(taken, 0);
	EXPECT_EQ(kvmlat_unknown(k, why, sizeof(why)), 1);
	EXPECT(strstr(why, "outlier 5"));
	EXPECT_STR(kvmlat_outlier_kind_name(KVMLAT_OUTLIER_KIND_MAX + 1), "unknown");
	EXPECT_STR(kvmlat_outlier_kind_name(KVMLAT_OUTLIER_KIND_GAP), "gap");
	kvmlat_close(k);
}

static void one_without_its_total(void)
{
	struct kvmlat *k = start();
	struct kvmlat_error err = { 0 };

	outlier(KVMLAT_OUTLIER_KIND_EXIT, false);
	the_end(0);
	EXPECT(kvmlat_get_outliers(k, keep, NULL, NULL, &err));
	EXPECT_EQ(err.status, KVMLAT_E_PROTOCOL);
	EXPECT(strstr(err.text, "outlier.total is missing"));
	kvmlat_close(k);
}

static void what_is_asked(void)
{
	struct kvmlat_watch watch = {
		.vm_id = 3, .vcpu_id = 1, .has_vcpu_id = true,
		.kinds = 1U << KVMLAT_OUTLIER_KIND_GAP | 1U << KVMLAT_OUTLIER_KIND_USER,
	};
	const struct nlmsghdr *nlh = (const struct nlmsghdr *)script.request;
	const struct nlattr *attr, *inner;
	struct kvmlat *k = start();
	unsigned int nr = 0;

	watch.threshold[KVMLAT_OUTLIER_KIND_GAP] = 50000;
	watch.threshold[KVMLAT_OUTLIER_KIND_USER] = 60000;
	ack();
	EXPECT(!kvmlat_watch(k, &watch, NULL));
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		uint32_t kind = 99;

		if (mnl_attr_get_type(attr) == KVMLAT_A_VM_ID)
			EXPECT_EQ(mnl_attr_get_u32(attr), 3);
		if (mnl_attr_get_type(attr) == KVMLAT_A_VCPU_ID)
			EXPECT_EQ(mnl_attr_get_u32(attr), 1);
		if (mnl_attr_get_type(attr) != KVMLAT_A_THRESHOLD)
			continue;
		nr++;
		mnl_attr_for_each_nested(inner, attr) {
			if (mnl_attr_get_type(inner) == KVMLAT_A_THRESHOLD_KIND)
				kind = mnl_attr_get_u32(inner);
			else
				EXPECT_EQ(mnl_attr_get_u64(inner), watch.threshold[kind]);
		}
	}
	EXPECT_EQ(nr, 2);
	/* No more. */
	ack();
	EXPECT(!kvmlat_watch(k, NULL, NULL));
	EXPECT_EQ(nlh->nlmsg_len, NLMSG_HDRLEN + GENL_HDRLEN);
	kvmlat_close(k);
}

int main(void)
{
	static const struct tap_case cases[] = {
		{ "all of it", all_of_it },
		{ "what may be absent", what_may_be_absent },
		{ "a kind that is new", a_kind_that_is_new },
		{ "one without its total", one_without_its_total },
		{ "what is asked", what_is_asked },
	};

	return tap_run(cases, TAP_CASES(cases));
}
