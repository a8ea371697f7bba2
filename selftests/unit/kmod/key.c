// SPDX-License-Identifier: GPL-2.0-only
/* An exit that is held for what KVM tells of it later, and the details that come of its key. */
#include "events.h"
#include "ledger/detail.h"

#define PORT	KVMLAT_DETAIL_KEY(KVMLAT_DETAIL_KIND_PIO_OUT, 0x3f8)
#define PAGE	KVMLAT_DETAIL_KEY(KVMLAT_DETAIL_KIND_MMIO_READ, 0xfee00)

static struct kvmlat_detail detail;

static struct kvmlat_ledger *fresh(void)
{
	struct kvmlat_ledger *l = ledger_new(1000, KVMLAT_STATE_GUEST);

	kvmlat_detail_clear(&detail);
	l->detail = &detail;
	return l;
}

static struct kvmlat_detail_entry entry_of(u64 key)
{
	struct kvmlat_detail_entry e;

	for (u32 i = 0; i < KVMLAT_DETAIL_KEYS; i++)
		if (kvmlat_detail_read(&detail, i, &e) && e.key == key)
			return e;
	return (struct kvmlat_detail_entry){};
}

static void hold(struct kvmlat_ledger *l, u64 now, u32 code, u64 key)
{
	EVENT(l, kvmlat_ledger_exit_held(l, now, code, key));
}

static void known_at_the_exit(void)
{
	struct kvmlat_ledger *l = fresh();

	hold(l, 1100, 0x7b, PORT);
	look(l, 1150);
	EXPECT(snap.is_open);
	EXPECT_EQ(snap.open_code, 0x7b);
	EXPECT_EQ(snap.open_since, 1100);
	EXPECT_EQ(snap.state, KVMLAT_STATE_EXIT);
	do_entry(l, 1400);
	look(l, 1500);
	EXPECT_EQ(row_of(0x7b)->count, 1);
	EXPECT_EQ(row_of(0x7b)->total, 300);
	EXPECT_EQ(entry_of(PORT).count, 1);
	EXPECT_EQ(entry_of(PORT).total, 300);
	/* The next exit has none of it, be it held or not. */
	do_exit(l, 2000, 0x7b);
	do_entry(l, 2100);
	hold(l, 3000, 0x72, 0);
	do_entry(l, 3100);
	EXPECT_EQ(entry_of(PORT).count, 1);
	look(l, 3100);
	EXPECT_EQ(row_of(0x7b)->count, 2);
	EXPECT_EQ(row_of(0x72)->count, 1);
	EXPECT_EQ(snap.times[KVMLAT_STATE_EXIT], 500);
	ledger_free(l);
}

static void known_later(void)
{
	struct kvmlat_ledger *l = fresh();

	hold(l, 1100, 0x400, 0);
	EVENT(l, kvmlat_ledger_key(l, PAGE));
	do_user(l, 1200, 6);
	do_entry(l, 1300);
	EXPECT_EQ(entry_of(PAGE).count, 1);
	EXPECT_EQ(entry_of(PAGE).total, 200);
	/* Of an exit that is not held, nobody would look for it. */
	do_exit(l, 2000, 0x400);
	EVENT(l, kvmlat_ledger_key(l, PAGE));
	EXPECT_EQ(l->key, 0);
	do_entry(l, 2100);
	/* Nor in the guest. */
	EVENT(l, kvmlat_ledger_key(l, PAGE));
	EXPECT_EQ(l->key, 0);
	EXPECT_EQ(entry_of(PAGE).count, 1);
	ledger_free(l);
}

static void held_exits_follow_each_other(void)
{
	struct kvmlat_ledger *l = fresh();

	hold(l, 1100, 0x7b, PORT);
	/* The processor refused the entry between them. */
	hold(l, 1300, 0x400, PAGE);
	look(l, 1350);
	EXPECT_EQ(snap.open_code, 0x400);
	EXPECT_EQ(snap.open_since, 1300);
	do_entry(l, 1400);
	look(l, 1400);
	EXPECT_EQ(row_of(0x7b)->total, 200);
	EXPECT_EQ(row_of(0x400)->total, 100);
	EXPECT_EQ(entry_of(PORT).total, 200);
	EXPECT_EQ(entry_of(PAGE).total, 100);
	ledger_free(l);
}

static void switched_off_between(void)
{
	struct kvmlat_ledger *l = fresh();

	hold(l, 1100, 0x7b, PORT);
	l->detail = NULL;
	do_entry(l, 1200);
	look(l, 1200);
	EXPECT_EQ(row_of(0x7b)->total, 100);
	EXPECT_EQ(entry_of(PORT).count, 0);
	ledger_free(l);
}

static void memory_of_details(void)
{
	struct kvmlat_ledger *l = fresh();
	u32 with = kvmlat_ledger_memory(l);

	l->detail = NULL;
	EXPECT_EQ(kvmlat_ledger_memory(l), sizeof(*l));
	EXPECT_EQ(with, sizeof(*l) + sizeof(detail));
	do_exit(l, 1100, 1);
	do_entry(l, 1200);
	EXPECT_EQ(kvmlat_ledger_memory(l),
		  sizeof(*l) + sizeof(struct kvmlat_cell) + sizeof(struct kvmlat_seg));
	ledger_free(l);
}

static void cleared_by_a_reset(void)
{
	struct kvmlat_ledger *l = fresh();

	hold(l, 1100, 0x7b, PORT);
	do_entry(l, 1200);
	detail.evicted = 3;
	hold(l, 1300, 0x400, PAGE);
	kvmlat_ledger_reset(l, 1350);
	/* The writer has not seen the note yet. */
	EXPECT_EQ(entry_of(PORT).count, 1);
	do_obey(l);
	EXPECT_EQ(entry_of(PORT).count, 0);
	EXPECT_EQ(detail.evicted, 0);
	/* The exit that was open is in no row, so its key is in none either. */
	do_entry(l, 1400);
	EXPECT_EQ(entry_of(PAGE).count, 0);
	look(l, 1400);
	EXPECT_EQ(snap.rows, 0);
	EXPECT_EQ(snap.times[KVMLAT_STATE_EXIT], 50);
	/* There are details afterwards, too. */
	hold(l, 1500, 0x7b, PORT);
	do_entry(l, 1600);
	EXPECT_EQ(entry_of(PORT).count, 1);
	/* Without a note nothing goes. */
	do_obey(l);
	EXPECT_EQ(entry_of(PORT).count, 1);
	ledger_free(l);
}

int main(void)
{
	static const struct tap_case cases[] = {
		{ "a key that is known at the exit", known_at_the_exit },
		{ "a key that is known later", known_later },
		{ "held exits that follow each other", held_exits_follow_each_other },
		{ "details that are switched off during an exit", switched_off_between },
		{ "details take memory", memory_of_details },
		{ "details cleared by a reset", cleared_by_a_reset },
	};

	return tap_run(cases, TAP_CASES(cases));
}
