// SPDX-License-Identifier: GPL-2.0-only
/* Reading by what changed: what readers keep by their cursors is what the ledgers hold. */
#include "events.h"
#include "ledger/detail.h"
#include "ledger/look.h"

#define LEDGERS		5
#define READERS		3
#define ROWS		24
#define BASE		1000

struct place {
	u32 class;
	u32 code;
	u64 count;
	u64 total;
	u64 longest;
};

/* What a reader holds of a ledger. */
struct copy {
	u64 since;
	u32 nr;
	struct place row[ROWS];
};

struct reader {
	struct kvmlat_looking looking;
	u64 cursor;
	u32 next;		/* ledger that its dump looks at next */
	bool begun;
	u32 sent;		/* rows of this dump, and ledgers */
	u32 told;
	struct copy copy[LEDGERS];
};

static struct kvmlat_looks looks;
static struct kvmlat_ledger *ledgers[LEDGERS];
static struct kvmlat_look *looked[LEDGERS];
static struct reader readers[READERS];

static void pair(u32 i, u32 code)
{
	do_exit(ledgers[i], test_now += 100, code);
	do_entry(ledgers[i], test_now += 100);
}

/* Ledgers of so many rows each. */
static void setup(u32 rows)
{
	kvmlat_looks_init(&looks, BASE);
	memset(readers, 0, sizeof(readers));
	test_now = 2000;
	for (u32 i = 0; i < LEDGERS; i++) {
		ledgers[i] = ledger_new(1000, KVMLAT_STATE_GUEST);
		looked[i] = calloc(1, sizeof(**looked) + ROWS * sizeof(*looked[i]->row));
		looked[i]->room = ROWS;
		for (u32 code = 1; code <= rows; code++)
			pair(i, code);
	}
}

static void teardown(void)
{
	for (u32 i = 0; i < LEDGERS; i++) {
		ledger_free(ledgers[i]);
		free(looked[i]);
	}
}

static void take(const struct kvmlat_ledger *l, const struct kvmlat_look *look, u64 since)
{
	memset(&snap, 0, sizeof(snap));
	snap.look = look;
	snap.look_since = since;
	EXPECT(kvmlat_snapshot_take(l, &snap, test_clock));
	EXPECT_EQ(sum_times(), snap.now - snap.since);
}

static void put(struct copy *c, const struct kvmlat_row *row)
{
	struct place is = { row->class, row->code, row->count, row->total, row->longest };
	u32 i;

	for (i = 0; i < c->nr; i++)
		if (c->row[i].class == is.class && c->row[i].code == is.code)
			break;
	c->nr += i == c->nr;
	c->row[i] = is;
}

static void expect_copy(const struct copy *c, const struct kvmlat_ledger *l)
{
	struct copy truth = { 0 };

	take(l, NULL, 0);
	truth.since = snap.since;
	for (u32 i = 0; i < snap.rows; i++)
		put(&truth, &snap.row[i]);
	EXPECT_EQ(c->since, truth.since);
	EXPECT_EQ(c->nr, truth.nr);
	/* A reader may have learned of rows in another order. */
	for (u32 i = 0; i < truth.nr; i++) {
		u32 n;

		for (n = 0; n < c->nr; n++)
			if (!memcmp(&c->row[n], &truth.row[i], sizeof(*truth.row)))
				break;
		EXPECT(n < c->nr);
	}
}

/* As kmod/netlink/dump.c does it, and a reader with what he gets. */
static void look_at(struct reader *r, u32 i)
{
	struct kvmlat_look *look = looked[i];
	struct copy *c = &r->copy[i];

	if (look->stamp && look->stamp <= r->looking.since &&
	    kvmlat_look_same(look, ledgers[i], 0)) {
		expect_copy(c, ledgers[i]);
		return;
	}
	take(ledgers[i], look, r->looking.since);
	EXPECT(kvmlat_look_last(&snap) < look->room);
	kvmlat_look_keep(look, &snap, looks.stamp);
	r->told++;
	r->sent += snap.rows;
	if (!r->looking.since || c->since != snap.since)
		*c = (struct copy){ .since = snap.since };
	for (u32 n = 0; n < snap.rows; n++)
		put(c, &snap.row[n]);
	expect_copy(c, ledgers[i]);
}

static void step(struct reader *r, u32 nr)
{
	if (!r->begun) {
		kvmlat_looks_begin(&looks, &r->looking, r->cursor);
		r->begun = true;
		r->next = 0;
		r->sent = 0;
		r->told = 0;
	}
	kvmlat_looks_turn(&looks, &r->looking);
	for (; nr && r->next < LEDGERS; nr--)
		look_at(r, r->next++);
	if (r->next < LEDGERS)
		return;
	r->cursor = kvmlat_looks_end(&looks, &r->looking);
	r->begun = false;
}

static void dump(struct reader *r)
{
	step(r, LEDGERS);
}

static void only_what_changed(void)
{
	struct reader *a = &readers[0], *b = &readers[1];

	setup(7);
	dump(a);
	EXPECT(!a->looking.since);
	EXPECT_EQ(a->sent, LEDGERS * 7);
	dump(a);
	EXPECT(a->looking.since);
	EXPECT_EQ(a->told, 0);
	pair(3, 5);
	dump(a);
	EXPECT_EQ(a->told, 1);
	EXPECT_EQ(a->sent, 1);
	/* Another reader has another cursor, and takes nothing away from the first. */
	dump(b);
	EXPECT_EQ(b->sent, LEDGERS * 7);
	pair(1, 2);
	dump(b);
	EXPECT_EQ(b->sent, 1);
	pair(1, 3);
	dump(b);
	EXPECT_EQ(b->sent, 1);
	dump(a);
	EXPECT_EQ(a->told, 1);
	EXPECT_EQ(a->sent, 2);
	/* A state is a change, too, though of no row. */
	do_exit(ledgers[2], test_now += 100, 1);
	dump(a);
	EXPECT_EQ(a->told, 1);
	EXPECT_EQ(a->sent, 0);
	teardown();
}

/* What a look does not know is sent, whatever lies behind it. */
static void rows_beyond_its_room(void)
{
	setup(9);
	take(ledgers[0], NULL, 0);
	EXPECT_EQ(snap.rows, 9);
	kvmlat_look_keep(looked[0], &snap, 1);
	take(ledgers[0], looked[0], 1);
	EXPECT_EQ(snap.rows, 0);
	looked[0]->room = kvmlat_look_room(7);
	EXPECT_EQ(looked[0]->room, 8);
	take(ledgers[0], looked[0], 1);
	EXPECT_EQ(snap.rows, 2);
	EXPECT_EQ(snap.row[0].place, 8);
	teardown();
}

static void resets_are_changes(void)
{
	struct reader *a = &readers[0];

	setup(7);
	dump(a);
	kvmlat_ledger_reset(ledgers[0], test_now += 100);
	dump(a);
	EXPECT_EQ(a->told, 1);
	EXPECT_EQ(a->sent, 0);
	dump(a);
	EXPECT_EQ(a->told, 0);
	/* The row is in another place than before, and has the same count and total. */
	do_obey(ledgers[0]);
	pair(0, 7);
	dump(a);
	EXPECT_EQ(a->sent, 1);
	do_end(ledgers[0], test_now += 100);
	dump(a);
	EXPECT_EQ(a->told, 1);
	dump(a);
	EXPECT_EQ(a->told, 0);
	teardown();
}

/* No event tells of details; those that are switched on again may get the same memory. */
static void details_are_changes(void)
{
	struct kvmlat_detail detail = { .since = 2000 };
	struct reader *a = &readers[0];

	setup(1);
	dump(a);
	ledgers[0]->detail = &detail;
	dump(a);
	EXPECT_EQ(a->told, 1);
	EXPECT_EQ(a->sent, 0);
	dump(a);
	EXPECT_EQ(a->told, 0);
	detail.since = 3000;
	dump(a);
	EXPECT_EQ(a->told, 1);
	ledgers[0]->detail = NULL;
	dump(a);
	EXPECT_EQ(a->told, 1);
	teardown();
}

/* What finds no memory is in the row of others, and a row that exists has no piece for it. */
static void spilled_rows_are_changes(void)
{
	struct reader *a = &readers[0];

	setup(2);
	dump(a);
	cells_left = 0;
	segs_left = 0;
	pair(0, 3);
	EXPECT_EQ(ledgers[0]->spilled, 1);
	dump(a);
	EXPECT_EQ(a->told, 1);
	EXPECT_EQ(a->sent, 1);
	pair(0, 4);
	do_exit(ledgers[0], test_now += 100, 1);
	do_entry(ledgers[0], test_now += 1000000000);
	EXPECT_EQ(ledgers[0]->spilled, 3);
	dump(a);
	EXPECT_EQ(a->sent, 1);
	pair(0, 2);
	dump(a);
	EXPECT_EQ(a->sent, 1);
	teardown();
}

/* One whose look is lost, as after it could not be read, is sent whole to everybody. */
static void looks_that_are_lost(void)
{
	struct reader *a = &readers[0], *b = &readers[1];

	setup(7);
	dump(a);
	dump(b);
	memset(looked[0], 0, sizeof(**looked) + ROWS * sizeof(*looked[0]->row));
	looked[0]->room = ROWS;
	memset(&b->copy[0], 0, sizeof(b->copy[0]));
	dump(a);
	EXPECT_EQ(a->sent, 7);
	dump(b);
	EXPECT_EQ(b->sent, 7);
	teardown();
}

static void cursors_of_others(void)
{
	struct reader *a = &readers[0];

	setup(1);
	dump(a);
	EXPECT_EQ(a->cursor, BASE + 1);
	a->cursor = BASE;
	dump(a);
	EXPECT(!a->looking.since);
	a->cursor = looks.stamp + 1;
	dump(a);
	EXPECT(!a->looking.since);
	EXPECT_EQ(a->sent, LEDGERS);
	dump(a);
	EXPECT(a->looking.since);
	teardown();
}

/* Dumps that take turns: each finds something that the other would have found later. */
static void dumps_that_mix(void)
{
	struct reader *a = &readers[0], *b = &readers[1];

	setup(1);
	dump(a);
	dump(b);
	step(a, 2);
	pair(0, 1);
	pair(4, 1);
	step(b, 1);
	step(a, LEDGERS);
	step(b, LEDGERS);
	/* What b found in ledger 0, after a had been there. */
	dump(a);
	EXPECT(a->sent >= 1);
	dump(a);
	EXPECT_EQ(a->told, 0);
	dump(b);
	dump(b);
	EXPECT_EQ(b->told, 0);
	teardown();
}

static void change(void)
{
	u32 i = random() % LEDGERS;
	struct kvmlat_ledger *l = ledgers[i];

	test_now += random() % 200;
	switch (l->ended ? 7 : random() % 32) {
	case 0:
		kvmlat_ledger_reset(l, test_now);
		break;
	case 1:
		do_obey(l);
		break;
	case 2:
		if (!(random() % 64))
			do_end(l, kvmlat_ledger_after(l, test_now));
		break;
	case 3:
		do_user(l, kvmlat_ledger_after(l, test_now), 2);
		break;
	case 4:
		if (!l->out_at)
			do_out(l, kvmlat_ledger_after(l, test_now), KVMLAT_STATE_OFF, false);
		break;
	case 5:
		/* Memory runs out, and comes again. */
		cells_left = random() % 2 * 8;
		segs_left = random() % 2 * 16;
		break;
	case 7:
		break;
	default:
		if (l->out_at)
			do_in(l, kvmlat_ledger_after(l, test_now), 0);
		EVENT(l, kvmlat_ledger_exit_slow(l, kvmlat_ledger_after(l, test_now),
						 random() % 12));
		test_now += random() % 50;
		if (random() % 8)
			EVENT(l, kvmlat_ledger_entry_slow(l, kvmlat_ledger_after(l, test_now)));
	}
}

static void random_dumps(void)
{
	u32 partial = 0, mixed = 0;

	setup(0);
	srandom(1);
	for (u32 n = 0; n < 60000 && !tap_failed; n++) {
		struct reader *r = &readers[random() % READERS];

		for (u32 i = random() % 4; i; i--)
			change();
		if (!r->begun && !(random() % 50))
			r->cursor = 0;
		step(r, random() % 3 ? LEDGERS : 1 + random() % 3);
		partial += !r->begun && r->looking.since && r->told < LEDGERS;
		mixed += !r->begun && looks.stamp != r->looking.first;
	}
	EXPECT(partial > 1000);
	EXPECT(mixed > 1000);
	printf("# %u dumps of changes, %u that others came between\n", partial, mixed);
	teardown();
}

int main(void)
{
	static const struct tap_case cases[] = {
		{ "only what changed is read", only_what_changed },
		{ "rows beyond its room are changes", rows_beyond_its_room },
		{ "a reset and an end are changes", resets_are_changes },
		{ "details that come and go are changes", details_are_changes },
		{ "rows without memory are changes", spilled_rows_are_changes },
		{ "a vCPU whose look is lost is sent whole", looks_that_are_lost },
		{ "a cursor of another load is none", cursors_of_others },
		{ "dumps that take turns", dumps_that_mix },
		{ "random events and dumps against copies", random_dumps },
	};

	return tap_run(cases, TAP_CASES(cases));
}
