// SPDX-License-Identifier: GPL-2.0-only
#include "kernel.h"
#include "tap.h"

static void put_preemptor(struct nlmsghdr *nlh, const char *comm, uint64_t at)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, KVMLAT_A_VCPU_PREEMPTOR);

	mnl_attr_put_strz(nlh, KVMLAT_A_PREEMPTOR_COMM, comm);
	mnl_attr_put_u32(nlh, KVMLAT_A_PREEMPTOR_TID, 55);
	mnl_attr_put_u64(nlh, KVMLAT_A_PREEMPTOR_AT, at);
	mnl_attr_put_u64(nlh, KVMLAT_A_PREEMPTOR_TIME, 300);
	mnl_attr_put_u32(nlh, KVMLAT_A_PREEMPTOR_CPU, 3);
	mnl_attr_nest_end(nlh, nest);
}

static void put_detail(struct nlmsghdr *nlh, uint32_t kind, uint64_t key, uint64_t count,
		       uint64_t error)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, KVMLAT_A_VCPU_DETAIL);

	mnl_attr_put_u32(nlh, KVMLAT_A_DETAIL_KIND, kind);
	mnl_attr_put_u64(nlh, KVMLAT_A_DETAIL_KEY, key);
	mnl_attr_put_u64(nlh, KVMLAT_A_DETAIL_COUNT, count);
	mnl_attr_put_u64(nlh, KVMLAT_A_DETAIL_TOTAL, 1000);
	mnl_attr_put_u64(nlh, KVMLAT_A_DETAIL_LONGEST, 400);
	mnl_attr_put_u64(nlh, KVMLAT_A_DETAIL_ERROR, error);
	mnl_attr_nest_end(nlh, nest);
}

/* As begin_vcpu, with all that a vCPU can have. */
static struct nlattr *begin_state(struct nlmsghdr *nlh, uint32_t state)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, KVMLAT_A_VCPU), *inner;
	uint16_t i;

	mnl_attr_put_u32(nlh, KVMLAT_A_VCPU_VM_ID, 4);
	mnl_attr_put_u32(nlh, KVMLAT_A_VCPU_PID, 4711);
	mnl_attr_put_u32(nlh, KVMLAT_A_VCPU_VCPU_ID, 6);
	mnl_attr_put_u64(nlh, KVMLAT_A_VCPU_SINCE, 1000);
	mnl_attr_put_u64(nlh, KVMLAT_A_VCPU_NOW, 29000);
	mnl_attr_put_u32(nlh, KVMLAT_A_VCPU_TID, 4712);
	mnl_attr_put_u32(nlh, KVMLAT_A_VCPU_STATE, state);
	mnl_attr_put_u64(nlh, KVMLAT_A_VCPU_STATE_SINCE, 28000);
	mnl_attr_put_u64(nlh, KVMLAT_A_VCPU_REENTRIES, 8);
	mnl_attr_put_u32(nlh, KVMLAT_A_VCPU_MEMORY, 16000);
	inner = mnl_attr_nest_start(nlh, KVMLAT_A_VCPU_OPEN);
	mnl_attr_put_u32(nlh, KVMLAT_A_OPEN_CLASS, KVMLAT_REASON_CLASS_NESTED);
	mnl_attr_put_u32(nlh, KVMLAT_A_OPEN_CODE, 0x78);
	mnl_attr_put_u64(nlh, KVMLAT_A_OPEN_SINCE, 27000);
	mnl_attr_nest_end(nlh, inner);
	mnl_attr_put_u64(nlh, KVMLAT_A_VCPU_PREEMPTED, 5500);
	mnl_attr_put_u64(nlh, KVMLAT_A_VCPU_DETAILS_EVICTED, 9);
	inner = mnl_attr_nest_start(nlh, KVMLAT_A_VCPU_TIMES);
	for (i = KVMLAT_A_TIMES_GUEST; i <= KVMLAT_A_TIMES_OFF; i++)
		mnl_attr_put_u64(nlh, i, 1000 * (i - KVMLAT_A_TIMES_GUEST + 1));
	mnl_attr_nest_end(nlh, inner);
	inner = mnl_attr_nest_start(nlh, KVMLAT_A_VCPU_HALT);
	mnl_attr_put_u32(nlh, KVMLAT_A_HALT_WINDOW, 20000);
	mnl_attr_put_u64(nlh, KVMLAT_A_HALT_GROW, 12);
	mnl_attr_put_u64(nlh, KVMLAT_A_HALT_SHRINK, 11);
	mnl_attr_put_u64(nlh, KVMLAT_A_HALT_INVALID, 10);
	mnl_attr_nest_end(nlh, inner);
	put_preemptor(nlh, "hog\033[31m", 7000);
	put_preemptor(nlh, "kworker/1:2", 8000);
	return nest;
}

static struct nlattr *begin_full(struct nlmsghdr *nlh)
{
	return begin_state(nlh, KVMLAT_STATE_WAIT);
}

static void put_row(struct nlmsghdr *nlh, uint32_t cls, uint64_t at, uint32_t cpu)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, KVMLAT_A_VCPU_REASON);

	mnl_attr_put_u32(nlh, KVMLAT_A_REASON_CLASS, cls);
	mnl_attr_put_u64(nlh, KVMLAT_A_REASON_COUNT, 3);
	mnl_attr_put_u64(nlh, KVMLAT_A_REASON_TOTAL, 900);
	mnl_attr_put_u64(nlh, KVMLAT_A_REASON_LONGEST, 500);
	mnl_attr_put_u64(nlh, KVMLAT_A_REASON_LONGEST_AT, at);
	mnl_attr_put_u32(nlh, KVMLAT_A_REASON_LONGEST_CPU, cpu);
	mnl_attr_put_u64(nlh, KVMLAT_A_REASON_AWAY, 700);
	mnl_attr_nest_end(nlh, nest);
}

static void all_is_read(void)
{
	struct kvmlat *k = start();
	const struct kvmlat_account *a;
	const struct kvmlat_reason *r;
	const struct kvmlat_vcpu *v;
	struct kvmlat_snapshot *s;
	struct kvmlat_error err;
	struct nlmsghdr *nlh;
	struct nlattr *nest;
	unsigned int i;

	info();
	nlh = message(true, FAMILY, NLM_F_MULTI);
	nest = begin_full(nlh);
	put_row(nlh, KVMLAT_REASON_CLASS_WAKE, 6000, 2);
	put_detail(nlh, KVMLAT_DETAIL_KIND_MSR_WRITE, 0x6e0, 40, 0);
	mnl_attr_nest_end(nlh, nest);
	mnl_attr_put(nlh, KVMLAT_A_MORE, 0, NULL);
	end(nlh);
	nlh = message(false, FAMILY, NLM_F_MULTI);
	nest = begin_full(nlh);
	put_row(nlh, KVMLAT_REASON_CLASS_HALT, 0, 0);
	put_detail(nlh, KVMLAT_DETAIL_KIND_PIO_IN, 0x3f8, 50, 7);
	mnl_attr_nest_end(nlh, nest);
	end(nlh);
	done(0);
	no_vms();
	EXPECT(!snapshot(k, &s, &err));
	v = &s->vcpus[0];
	EXPECT_EQ(v->vm_id, 4);
	EXPECT_EQ(v->pid, 4711);
	EXPECT_EQ(v->vcpu_id, 6);
	EXPECT_EQ(v->tid, 4712);
	EXPECT(!v->gone);
	EXPECT_EQ(v->state, KVMLAT_STATE_WAIT);
	EXPECT_EQ(v->state_since, 28000);
	EXPECT_EQ(v->memory, 16000);
	EXPECT(v->open);
	EXPECT_EQ(v->open_cls, KVMLAT_REASON_CLASS_NESTED);
	EXPECT_EQ(v->open_code, 0x78);
	EXPECT_EQ(v->open_since, 27000);
	a = &v->account;
	EXPECT_EQ(a->start, 1000);
	EXPECT_EQ(a->end, 29000);
	EXPECT_EQ(a->elapsed, 28000);
	EXPECT_EQ(a->nr_vcpus, 1);
	EXPECT_EQ(a->reentries, 8);
	for (i = 0; i < KVMLAT_NR_STATES; i++)
		EXPECT_EQ(a->times[i], 1000 * (i + 1));
	EXPECT_EQ(a->preempted, 5500);
	EXPECT_EQ(a->halt.window_min, 20000);
	EXPECT_EQ(a->halt.window_max, 20000);
	EXPECT_EQ(a->halt.grow, 12);
	EXPECT_EQ(a->halt.shrink, 11);
	EXPECT_EQ(a->halt.invalid, 10);

	/* Repeated in each message, and told once. */
	EXPECT_EQ(a->nr_preemptors, 2);
	EXPECT_STR(a->preemptors[0].comm, "hog?[31m");
	EXPECT_EQ(a->preemptors[1].at, 8000);
	EXPECT_EQ(a->preemptors[1].time, 300);
	EXPECT_EQ(a->preemptors[1].cpu, 3);
	EXPECT_EQ(a->preemptors[1].tid, 55);
	EXPECT_EQ(a->preemptors[1].vcpu_id, 6);

	EXPECT_EQ(a->nr_reasons, 2);
	r = kvmlat_find_reason(a, KVMLAT_REASON_CLASS_WAKE, 0);
	EXPECT_EQ(r->longest_at, 6000);
	EXPECT_EQ(r->longest_cpu, 2);
	EXPECT_EQ(r->away, 700);
	EXPECT_EQ(r->count, 3);
	EXPECT_EQ(r->total, 900);
	EXPECT_EQ(r->longest_min, 500);
	EXPECT_EQ(r->longest_max, 500);
	EXPECT_EQ(a->nr_details, 2);
	EXPECT_EQ(a->details[0].total, 1000);
	EXPECT_EQ(a->details[0].longest_min, 400);
	EXPECT_EQ(a->details[0].key, 0x3f8);
	EXPECT_EQ(a->details[0].count, 50);
	EXPECT_EQ(a->details[0].error, 7);
	EXPECT_EQ(a->details[1].kind, KVMLAT_DETAIL_KIND_MSR_WRITE);
	EXPECT_EQ(a->details[1].longest_max, 400);
	EXPECT_EQ(a->details_evicted, 9);
	EXPECT_EQ(kvmlat_details_unlisted(a), 0);
	kvmlat_snapshot_free(s);
	kvmlat_close(k);
}

static void one_that_ended_is_told(void)
{
	struct kvmlat *k = start();
	struct kvmlat_snapshot *s;
	struct kvmlat_error err;
	struct nlmsghdr *nlh;
	struct nlattr *nest;

	info();
	nlh = message(true, FAMILY, NLM_F_MULTI);
	nest = begin_vcpu(nlh, 1, 2000);
	mnl_attr_put(nlh, KVMLAT_A_VCPU_GONE, 0, NULL);
	mnl_attr_nest_end(nlh, nest);
	end(nlh);
	done(0);
	no_vms();
	EXPECT(!snapshot(k, &s, &err));
	EXPECT(s->vcpus[0].gone);
	EXPECT(!s->vcpus[0].open);
	kvmlat_snapshot_free(s);
	kvmlat_close(k);
}

/* A module that knows more states, classes and kinds than this library, and what is left of it. */
static void what_a_newer_module_adds_is_left_out(void)
{
	struct kvmlat *k = start();
	const struct kvmlat_account *a;
	struct kvmlat_snapshot *s;
	struct kvmlat_error err;
	struct nlattr *nest, *times;
	struct nlmsghdr *nlh;
	char text[128];

	info();
	nlh = message(true, FAMILY, NLM_F_MULTI);
	nest = begin_state(nlh, KVMLAT_STATE_MAX + 1);
	put_row(nlh, KVMLAT_REASON_CLASS_MAX + 1, 6000, 2);
	put_row(nlh, KVMLAT_REASON_CLASS_WAKE, 6000, 2);
	put_row(nlh, KVMLAT_REASON_CLASS_MAX + 9, 6000, 2);
	put_detail(nlh, KVMLAT_DETAIL_KIND_MAX + 1, 0x6e0, 40, 0);
	put_detail(nlh, KVMLAT_DETAIL_KIND_PIO_IN, 0x3f8, 50, 7);
	mnl_attr_put_u64(nlh, KVMLAT_A_VCPU_MAX + 1, 1);
	mnl_attr_nest_end(nlh, nest);
	end(nlh);
	nlh = message(false, FAMILY, NLM_F_MULTI);
	nest = mnl_attr_nest_start(nlh, KVMLAT_A_VCPU);
	mnl_attr_put_u32(nlh, KVMLAT_A_VCPU_VM_ID, 4);
	mnl_attr_put_u32(nlh, KVMLAT_A_VCPU_PID, 4711);
	mnl_attr_put_u32(nlh, KVMLAT_A_VCPU_VCPU_ID, 7);
	mnl_attr_put_u64(nlh, KVMLAT_A_VCPU_SINCE, 1000);
	mnl_attr_put_u64(nlh, KVMLAT_A_VCPU_NOW, 3000);
	times = mnl_attr_nest_start(nlh, KVMLAT_A_VCPU_TIMES);
	mnl_attr_put_u64(nlh, KVMLAT_A_TIMES_GUEST, 500);
	mnl_attr_put_u64(nlh, KVMLAT_A_TIMES_EXIT, 0);
	mnl_attr_put_u64(nlh, KVMLAT_A_TIMES_USER, 0);
	mnl_attr_put_u64(nlh, KVMLAT_A_TIMES_MAX + 1, 1500);
	mnl_attr_nest_end(nlh, times);
	mnl_attr_nest_end(nlh, nest);
	end(nlh);
	done(0);
	no_vms();
	EXPECT(!snapshot(k, &s, &err));
	EXPECT_EQ(s->nr_vcpus, 2);
	a = &s->vcpus[0].account;
	EXPECT_EQ(s->vcpus[0].state, KVMLAT_STATE_MAX + 1);
	EXPECT_STR(kvmlat_state_name(s->vcpus[0].state), "unknown");
	EXPECT_EQ(a->nr_reasons, 1);
	EXPECT(kvmlat_find_reason(a, KVMLAT_REASON_CLASS_WAKE, 0));
	EXPECT_EQ(a->nr_details, 1);
	EXPECT_EQ(a->details[0].key, 0x3f8);
	a = &s->vcpus[1].account;
	EXPECT_EQ(a->elapsed, 2000);
	EXPECT_EQ(a->times[KVMLAT_STATE_GUEST], 500);
	EXPECT_EQ(kvmlat_unknown(k, text, sizeof(text)), 5);
	EXPECT_STR(text, "the module is newer than libkvmlat: state 7 is not known here");
	kvmlat_snapshot_free(s);
	kvmlat_close(k);
}

/* Every byte of it broken: an error or not, but never a crash or a leak. */
static void broken_messages(void)
{
	struct kvmlat *k = start();
	struct kvmlat_snapshot *s;
	struct kvmlat_error err;
	struct nlmsghdr *nlh;
	struct nlattr *nest;
	unsigned int at, refused = 0;
	size_t i;

	info();
	nlh = message(true, FAMILY, NLM_F_MULTI);
	nest = begin_full(nlh);
	put_row(nlh, KVMLAT_REASON_CLASS_USER, 6000, 2);
	put_detail(nlh, KVMLAT_DETAIL_KIND_CPUID, 7, 40, 1);
	mnl_attr_nest_end(nlh, nest);
	end(nlh);
	at = script.nr - 1;
	done(0);
	no_vms();
	for (i = sizeof(*nlh); i < script.len[at]; i++) {
		script.text[at][i] ^= 0xff;
		script.next = 0;
		if (snapshot(k, &s, &err))
			refused++;
		else
			kvmlat_snapshot_free(s);
		script.text[at][i] ^= 0xff;
	}
	EXPECT(refused > 50);
	script.next = 0;
	EXPECT(!snapshot(k, &s, &err));
	kvmlat_snapshot_free(s);
	kvmlat_close(k);
}

static void an_error_above_the_count_is_refused(void)
{
	struct kvmlat *k = start();
	struct kvmlat_snapshot *s;
	struct kvmlat_error err;
	struct nlmsghdr *nlh;
	struct nlattr *nest;

	info();
	nlh = message(true, FAMILY, NLM_F_MULTI);
	nest = begin_full(nlh);
	put_detail(nlh, KVMLAT_DETAIL_KIND_CPUID, 7, 40, 41);
	mnl_attr_nest_end(nlh, nest);
	end(nlh);
	done(0);
	EXPECT(snapshot(k, &s, &err));
	EXPECT_EQ(err.status, KVMLAT_E_PROTOCOL);
	EXPECT_STR(err.text, "the module's reply is malformed: detail.error is more than count");
	kvmlat_close(k);
}

static void vms_tell_whether_details_are_on(void)
{
	struct kvmlat *k = start();
	struct kvmlat_snapshot *s;
	struct nlmsghdr *nlh;
	struct nlattr *nest;
	uint32_t id;

	info();
	for (id = 1; id <= 2; id++) {
		nlh = message(true, FAMILY, NLM_F_MULTI);
		nest = mnl_attr_nest_start(nlh, KVMLAT_A_VM);
		mnl_attr_put_u32(nlh, KVMLAT_A_VM_VM_ID, id);
		mnl_attr_put_u32(nlh, KVMLAT_A_VM_PID, 9);
		mnl_attr_put_u32(nlh, KVMLAT_A_VM_VCPUS, 1);
		mnl_attr_put_u64(nlh, KVMLAT_A_VM_SINCE, 1);
		if (id == 2)
			mnl_attr_put(nlh, KVMLAT_A_VM_DETAILS, 0, NULL);
		mnl_attr_nest_end(nlh, nest);
		end(nlh);
	}
	done(0);
	EXPECT(!kvmlat_get_vms(k, NULL, &s, NULL));
	EXPECT(!s->vms[0].details && s->vms[1].details);
	EXPECT_EQ(s->monotonic, INFO_LONG(KVMLAT_A_INFO_MONOTONIC));
	kvmlat_snapshot_free(s);
	kvmlat_close(k);
}

static const struct tap_case cases[] = {
	{ "all of a vCPU is read", all_is_read },
	{ "one that ended is told", one_that_ended_is_told },
	{ "what a newer module adds is left out", what_a_newer_module_adds_is_left_out },
	{ "broken messages", broken_messages },
	{ "an error above the count is refused", an_error_above_the_count_is_refused },
	{ "VMs tell whether details are on", vms_tell_whether_details_are_on },
};

int main(void)
{
	return tap_run(cases, TAP_CASES(cases));
}
