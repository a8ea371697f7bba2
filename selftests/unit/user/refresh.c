// SPDX-License-Identifier: GPL-2.0-only
/* Snapshots by what changed: as the kernel tells it, put into what was known. */
#include "kernel.h"
#include "tap.h"

static void list_vm(uint32_t id)
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
static void finish_as(uint64_t cursor, uint64_t now, bool changes, uint16_t flags)
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

static void finish(uint64_t cursor, uint64_t now, bool changes)
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

static void tell(const struct told *t)
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

static ssize_t note_send(struct kvmlat *k, const void *buf, size_t len)
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

static struct kvmlat *start_noting(void)
{
	struct kvmlat *k = start();

	k->send = note_send;
	return k;
}

static struct kvmlat_snapshot *refresh(struct kvmlat *k, const struct kvmlat_snapshot *old)
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
static struct kvmlat_snapshot *first(struct kvmlat *k)
{
	info();
	tell(&(struct told){ 0, 1000, 2000, KVMLAT_STATE_GUEST, 0, { 30, 10, 20 }, 5 });
	tell(&(struct told){ 1, 1000, 2010, KVMLAT_STATE_WAIT, 0, { 20, 30, 10 }, 5 });
	finish(77, 1990, false);
	return refresh(k, NULL);
}

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
	kvmlat_snapshot_free(s);
	kvmlat_close(k);
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
	kvmlat_snapshot_free(s);
	kvmlat_snapshot_free(old);
	kvmlat_close(k);
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
	kvmlat_snapshot_free(s);
	kvmlat_snapshot_free(old);
	kvmlat_close(k);
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
	kvmlat_snapshot_free(s);
	kvmlat_snapshot_free(old);
	kvmlat_close(k);
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
	kvmlat_snapshot_free(s);
	kvmlat_snapshot_free(old);
	kvmlat_close(k);
}

/* An interrupted dump is asked for again with the cursor that is still good. */
static void interrupted_ones_are_asked_again(void)
{
	struct kvmlat *k = start_noting();
	struct kvmlat_snapshot *old = first(k), *s;

	info();
	tell(&(struct told){ 0, 1000, 2500, KVMLAT_STATE_GUEST, 0, { 10 }, 6 });
	done(NLM_F_DUMP_INTR);
	tell(&(struct told){ 0, 1000, 3000, KVMLAT_STATE_GUEST, 0, { 10, 20 }, 7 });
	finish(79, 2990, true);
	s = refresh(k, old);
	EXPECT_EQ(asked, 77);
	EXPECT(!s->interrupted);
	EXPECT_EQ(s->cursor, 79);
	EXPECT_EQ(kvmlat_find_reason(&s->vcpus[0].account, 0, 10)->count, 7);
	EXPECT_EQ(kvmlat_find_reason(&s->vcpus[0].account, 0, 30)->count, 5);
	kvmlat_snapshot_free(s);
	kvmlat_snapshot_free(old);
	kvmlat_close(k);
}

/* One that was interrupted to the last may lack something that no later cursor tells of. */
static void what_follows_an_interrupted_one_is_whole(void)
{
	struct kvmlat *k = start_noting();
	struct kvmlat_snapshot *old = first(k), *s;
	unsigned int i;

	info();
	for (i = 0; i < 2; i++)
		done(NLM_F_DUMP_INTR);
	finish_as(79, 2990, true, NLM_F_DUMP_INTR);
	s = refresh(k, old);
	EXPECT(s->interrupted);
	EXPECT_EQ(s->cursor, 0);
	kvmlat_snapshot_free(s);
	kvmlat_snapshot_free(old);
	kvmlat_close(k);
}

/* A module that is older than cursors knows no such attribute. */
static void an_older_module_is_read_whole(void)
{
	struct kvmlat *k = start_noting();
	struct kvmlat_snapshot *s;

	info();
	refuse(EINVAL, "Unknown attribute type", sizeof(struct nlmsghdr) +
	       sizeof(struct genlmsghdr) + 4, true, false);
	info();
	tell(&(struct told){ 0, 1000, 2000, KVMLAT_STATE_GUEST, 0, { 10 }, 5 });
	done(0);
	list_vm(4);
	done(0);
	s = refresh(k, NULL);
	EXPECT(s);
	EXPECT_EQ(asked, ~0ULL);
	EXPECT_EQ(s->nr_vcpus, 1);
	EXPECT_EQ(s->cursor, 0);
	kvmlat_snapshot_free(s);
	kvmlat_close(k);
}

static void tell_unreadable(uint32_t id)
{
	struct nlmsghdr *nlh = message(true, FAMILY, NLM_F_MULTI);
	struct nlattr *nest = begin_vcpu(nlh, id, 1000);

	mnl_attr_put(nlh, KVMLAT_A_VCPU_UNREADABLE, 0, NULL);
	mnl_attr_nest_end(nlh, nest);
	end(nlh);
}

/* What was known of it is thrown away, and comes again as a whole. */
static void an_unreadable_one_is_thrown_away(void)
{
	struct kvmlat *k = start();
	struct kvmlat_snapshot *old = first(k), *s;

	info();
	tell_unreadable(1);
	finish(78, 2990, true);
	s = refresh(k, old);
	EXPECT_EQ(s->unreadable, 1);
	EXPECT_EQ(s->nr_vcpus, 1);
	kvmlat_snapshot_free(old);
	old = s;
	info();
	tell(&(struct told){ 1, 1000, 3000, KVMLAT_STATE_GUEST, 0, { 20, 30 }, 9 });
	finish(79, 3100, true);
	s = refresh(k, old);
	EXPECT_EQ(s->unreadable, 0);
	EXPECT_EQ(s->nr_vcpus, 2);
	EXPECT_EQ(s->vcpus[1].account.nr_reasons, 2);
	kvmlat_snapshot_free(s);
	kvmlat_snapshot_free(old);
	kvmlat_close(k);
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
	kvmlat_snapshot_free(s);
	kvmlat_close(k);
}

/* Who shows a part takes the others away, and may want them again: their rows are not here. */
static void what_was_taken_away_is_read_again(void)
{
	struct kvmlat *k = start_noting();
	struct kvmlat_snapshot *old = first(k), *s;

	kvmlat_account_free(&old->vcpus[--old->nr_vcpus].account);
	info();
	tell(&(struct told){ 0, 1000, 3000, KVMLAT_STATE_GUEST, 0, { 10 }, 6 });
	finish(78, 2990, false);
	s = refresh(k, old);
	EXPECT_EQ(asked, 0);
	EXPECT_EQ(s->cursor, 78);
	kvmlat_snapshot_free(s);
	kvmlat_snapshot_free(old);
	kvmlat_close(k);
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

static void a_dump_without_end_is_refused(void)
{
	struct kvmlat *k = start();
	struct kvmlat_error err = { 0 };
	struct kvmlat_snapshot *s;

	info();
	tell(&(struct told){ 0, 1000, 2000, KVMLAT_STATE_GUEST, 0, { 10 }, 5 });
	done(0);
	EXPECT(kvmlat_refresh(k, NULL, NULL, &s, &err));
	EXPECT_EQ(err.status, KVMLAT_E_PROTOCOL);
	EXPECT(strstr(err.text, "no end"));
	EXPECT(!s);
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
	kvmlat_snapshot_free(s);
	kvmlat_snapshot_free(old);
	kvmlat_close(k);
}

int main(void)
{
	static const struct tap_case cases[] = {
		{ "changes are put into what was known", changes_are_put_in },
		{ "an account that began anew is replaced", a_reset_replaces },
		{ "who waits for a CPU waits on", who_waits_for_a_cpu_waits_on },
		{ "a whole answer replaces all", a_whole_answer_replaces_all },
		{ "VMs that were forgotten go", forgotten_vms_go },
		{ "interrupted ones are asked for again", interrupted_ones_are_asked_again },
		{ "what follows an interrupted one is whole",
		  what_follows_an_interrupted_one_is_whole },
		{ "a module that is older is read whole", an_older_module_is_read_whole },
		{ "an unreadable one is thrown away", an_unreadable_one_is_thrown_away },
		{ "rows and spare room are in order", rows_and_spare_room_are_in_order },
		{ "what was taken away is read again", what_was_taken_away_is_read_again },
		{ "a row that comes twice is refused", a_row_that_comes_twice_is_refused },
		{ "a dump without its end is refused", a_dump_without_end_is_refused },
		{ "shared rows are left alone", shared_rows_are_left_alone },
	};

	return tap_run(cases, TAP_CASES(cases));
}
