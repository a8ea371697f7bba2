// SPDX-License-Identifier: GPL-2.0-only
/* Snapshots by what changed: as the kernel tells it, put into what was known. */
#include "changes.h"

static void changes_are_put_in(void)
{
	struct kvmlat *k = start_noting();
	struct kvmlat_snapshot *old = first(k), *s, *delta;
	const struct kvmlat_account *a;

	EXPECT_EQ(asked, 0);
	EXPECT_EQ(old->cursor, 77);
	EXPECT_EQ(old->nr_vcpus, 2);
	EXPECT_EQ(old->vcpus[0].account.nr_reasons, 3);
	EXPECT_EQ(old->vcpus[0].account.reasons[2].code, 30);
	info();
	tell(&(struct told){ 0, 1000, 3000, KVMLAT_STATE_GUEST, 0, { 15, 20 }, 9 });
	finish(78, 2990, true);
	s = refresh(k, old);
	EXPECT_EQ(asked, 77);
	EXPECT_EQ(s->cursor, 78);
	EXPECT_EQ(s->nr_vcpus, 2);
	a = &s->vcpus[0].account;
	EXPECT_EQ(a->end, 3000);
	EXPECT_EQ(a->nr_reasons, 4);
	EXPECT_EQ(kvmlat_find_reason(a, 0, 10)->count, 5);
	EXPECT_EQ(kvmlat_find_reason(a, 0, 15)->count, 9);
	EXPECT_EQ(kvmlat_find_reason(a, 0, 20)->count, 9);
	EXPECT_EQ(kvmlat_find_reason(a, 0, 30)->nr_buckets, 4);
	/* What is not told of did what it did, and what was known before stays known. */
	a = &s->vcpus[1].account;
	EXPECT_EQ(a->end, 2990);
	EXPECT_EQ(a->elapsed, 1990);
	EXPECT_EQ(a->times[KVMLAT_STATE_WAIT], 980);
	EXPECT_EQ(a->times[KVMLAT_STATE_GUEST], 1010);
	EXPECT_EQ(a->nr_reasons, 3);
	EXPECT_EQ(old->vcpus[1].account.end, 2010);
	EXPECT_EQ(old->vcpus[0].account.reasons[1].count, 5);
	delta = kvmlat_delta(s, old);
	EXPECT_EQ(delta->vcpus[0].account.reasons[1].count, 9);
	EXPECT_EQ(delta->vcpus[0].account.reasons[2].count, 4);
	EXPECT_EQ(delta->vcpus[0].account.reasons[0].count, 0);
	EXPECT_EQ(delta->vcpus[1].account.nr_reasons, 3);
	EXPECT_EQ(delta->vcpus[1].account.reasons[2].count, 0);
	EXPECT_EQ(delta->vcpus[1].account.times[KVMLAT_STATE_WAIT], 980);
	kvmlat_snapshot_free(delta);
	/* The one before may go first. */
	kvmlat_snapshot_free(old);
	EXPECT_EQ(s->vcpus[1].account.reasons[0].buckets[3].count, 4);
	drop(k, NULL, s);
}

static void a_reset_replaces(void)
{
	struct kvmlat *k = start();
	struct kvmlat_snapshot *old = first(k), *s;

	info();
	tell(&(struct told){ 1, 2500, 3000, KVMLAT_STATE_GUEST, 0, { 20 }, 1 });
	finish(78, 2990, true);
	s = refresh(k, old);
	EXPECT_EQ(s->vcpus[1].account.nr_reasons, 1);
	EXPECT_EQ(s->vcpus[1].account.start, 2500);
	EXPECT_EQ(s->vcpus[0].account.nr_reasons, 3);
	drop(k, old, s);
}

static void who_waits_for_a_cpu_waits_on(void)
{
	struct kvmlat *k = start();
	struct kvmlat_snapshot *old, *s;
	const struct kvmlat_account *a;

	info();
	tell(&(struct told){ 0, 1000, 2000, KVMLAT_STATE_RUNQ, 40, { 10 }, 5 });
	finish(77, 1990, false);
	old = refresh(k, NULL);
	info();
	finish(78, 2500, true);
	s = refresh(k, old);
	a = &s->vcpus[0].account;
	EXPECT_EQ(a->preempted, 540);
	EXPECT_EQ(a->times[KVMLAT_STATE_RUNQ], 540);
	EXPECT_EQ(a->preemptors[0].time, 540);
	EXPECT_EQ(old->vcpus[0].account.preemptors[0].time, 40);
	drop(k, old, s);
}

static void a_whole_answer_replaces_all(void)
{
	struct kvmlat *k = start();
	struct kvmlat_snapshot *old = first(k), *s;

	info();
	tell(&(struct told){ 1, 1000, 3000, KVMLAT_STATE_GUEST, 0, { 40 }, 1 });
	finish(5, 2990, false);
	s = refresh(k, old);
	EXPECT_EQ(s->nr_vcpus, 1);
	EXPECT_EQ(s->vcpus[0].account.nr_reasons, 1);
	EXPECT_EQ(s->cursor, 5);
	drop(k, old, s);
}

static void forgotten_vms_go(void)
{
	struct kvmlat *k = start();
	struct kvmlat_snapshot *old = first(k), *s;

	info();
	finish(78, 2990, true);
	/* Another VM in its place in the list. */
	script.nr -= 2;
	memset(script.text[script.nr], 0, ROOM);
	script.len[script.nr] = 0;
	script.len[script.nr + 1] = 0;
	list_vm(5);
	done(0);
	s = refresh(k, old);
	EXPECT_EQ(s->nr_vms, 1);
	EXPECT_EQ(s->nr_vcpus, 0);
	drop(k, old, s);
}

/* More rows than a module sends today, out of order, in memory that others used before. */
static void rows_and_spare_room_are_in_order(void)
{
	struct kvmlat *k = start();
	struct kvmlat_snapshot *s;
	const struct kvmlat_account *a;
	struct nlmsghdr *nlh;
	struct nlattr *nest;
	uint32_t i;

	info();
	nlh = message(true, FAMILY, NLM_F_MULTI);
	nest = begin_vcpu(nlh, 0, 2000);
	for (i = 100; i; i--)
		put_reason(nlh, i, i, 1);
	mnl_attr_nest_end(nlh, nest);
	end(nlh);
	tell(&(struct told){ 1, 1000, 2000, KVMLAT_STATE_RUNQ, 40, { 10 }, 5 });
	finish(77, 1990, false);
	s = refresh(k, NULL);
	EXPECT_EQ(s->nr_vcpus, 2);
	a = &s->vcpus[0].account;
	EXPECT_EQ(a->nr_reasons, 100);
	for (i = 0; i < a->nr_reasons; i++) {
		EXPECT_EQ(a->reasons[i].code, i + 1);
		EXPECT_EQ(a->reasons[i].buckets[0].count, 1);
	}
	EXPECT_EQ(s->vcpus[1].account.preemptors[0].spare[1], 0);
	EXPECT_EQ(s->vcpus[1].account.preemptors[0].comm[sizeof("hog")], 0);
	drop(k, NULL, s);
}

/* Nothing that is made of an account has room for that. */
static void a_row_that_comes_twice_is_refused(void)
{
	struct kvmlat *k = start();
	struct kvmlat_error err = { 0 };
	struct kvmlat_snapshot *s;

	info();
	tell(&(struct told){ 0, 1000, 2000, KVMLAT_STATE_GUEST, 0, { 10, 20, 10 }, 5 });
	finish(77, 1990, false);
	EXPECT(kvmlat_refresh(k, NULL, NULL, &s, &err));
	EXPECT_EQ(err.status, KVMLAT_E_PROTOCOL);
	EXPECT(strstr(err.text, "twice"));
	kvmlat_close(k);
}

/* Accounts that share their rows can be added to; the others keep theirs. */
static void shared_rows_are_left_alone(void)
{
	struct kvmlat *k = start();
	struct kvmlat_snapshot *old = first(k), *s;

	info();
	finish(78, 2990, true);
	s = refresh(k, old);
	EXPECT(!kvmlat_merge(&s->vcpus[0].account, &s->vcpus[1].account));
	EXPECT_EQ(s->vcpus[0].account.reasons[0].count, 10);
	EXPECT_EQ(s->vcpus[0].account.reasons[0].buckets[3].count, 8);
	EXPECT_EQ(old->vcpus[0].account.reasons[0].count, 5);
	EXPECT_EQ(old->vcpus[0].account.reasons[0].buckets[3].count, 4);
	drop(k, old, s);
}

int main(void)
{
	static const struct tap_case cases[] = {
		{ "changes are put into what was known", changes_are_put_in },
		{ "an account that began anew is replaced", a_reset_replaces },
		{ "who waits for a CPU waits on", who_waits_for_a_cpu_waits_on },
		{ "a whole answer replaces all", a_whole_answer_replaces_all },
		{ "VMs that were forgotten go", forgotten_vms_go },
		{ "rows and spare room are in order", rows_and_spare_room_are_in_order },
		{ "a row that comes twice is refused", a_row_that_comes_twice_is_refused },
		{ "shared rows are left alone", shared_rows_are_left_alone },
	};

	return tap_run(cases, TAP_CASES(cases));
}
