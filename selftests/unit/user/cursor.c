// SPDX-License-Identifier: GPL-2.0-only
/* What a reader asks for: changes since a cursor, or everything, if that one is no good. */
#include "changes.h"

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
	drop(k, old, s);
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
	drop(k, old, s);
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
	drop(k, NULL, s);
}

/* What is refused for another reason is not asked again without a cursor. */
static void other_refusals_are_told(void)
{
	static const struct { int error; bool of_cursor; } refusals[] = {
		{ EINVAL, false }, { EPERM, true },
	};
	struct kvmlat_filter f = { 0 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(refusals); i++) {
		struct kvmlat *k = start();
		struct kvmlat_error err = { 0 };
		struct kvmlat_snapshot *s;

		info();
		refuse(refusals[i].error, "No.", refusals[i].of_cursor ?
		       sizeof(struct nlmsghdr) + sizeof(struct genlmsghdr) : 0, true, false);
		EXPECT(kvmlat_refresh(k, &f, NULL, &s, &err));
		EXPECT_EQ(err.error, refusals[i].error);
		EXPECT_EQ(script.requests, 2);
		kvmlat_close(k);
	}
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
	drop(k, old, s);
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
	drop(k, old, s);
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

int main(void)
{
	static const struct tap_case cases[] = {
		{ "interrupted ones are asked for again", interrupted_ones_are_asked_again },
		{ "what follows an interrupted one is whole",
		  what_follows_an_interrupted_one_is_whole },
		{ "a module that is older is read whole", an_older_module_is_read_whole },
		{ "other refusals are told", other_refusals_are_told },
		{ "an unreadable one is thrown away", an_unreadable_one_is_thrown_away },
		{ "what was taken away is read again", what_was_taken_away_is_read_again },
		{ "a dump without its end is refused", a_dump_without_end_is_refused },
	};

	return tap_run(cases, TAP_CASES(cases));
}
