// SPDX-License-Identifier: GPL-2.0-only
/* What happens to a ledger now and then; what happens at every event is in ledger.h. */
#include <linux/string.h>

#include "ledger.h"

/* So often does a reader start again before its caller had better wait. */
#define KVMLAT_READ_TRIES	1000

static void clear(struct kvmlat_ledger *l, u64 now)
{
	u32 i;

	memset(&l->none, 0, sizeof(l->none));
	memset(l->cell, 0, sizeof(l->cell));
	memset(l->map, 0, sizeof(l->map));
	memset(&l->other, 0, sizeof(l->other));
	memset(l->other_seg, 0, sizeof(l->other_seg));
	for (i = 0; i < KVMLAT_SEGS; i++)
		l->other.seg[i] = &l->other_seg[i];
	l->other.class = KVMLAT_REASON_CLASS_OTHER;
	l->cells = 0;
	l->segs = 0;
	l->held = NULL;
	l->guest = 0;
	l->user = 0;
	l->reentries = 0;
	l->spilled = 0;
	l->since = now;
	l->mark = now;
}

static u32 state(const struct kvmlat_ledger *l)
{
	if (!READ_ONCE(l->open))
		return KVMLAT_STATE_GUEST;
	return READ_ONCE(l->user_at) ? KVMLAT_STATE_USER : KVMLAT_STATE_EXIT;
}

/**
 * kvmlat_ledger_init() - start an account
 * @l: zeroed memory that nobody else sees yet
 * @now: start of the account
 * @first: what the vCPU has been doing up to its first event, guest or exit
 */
void kvmlat_ledger_init(struct kvmlat_ledger *l, u64 now, u32 first)
{
	clear(l, now);
	l->open = first == KVMLAT_STATE_GUEST ? NULL : &l->none;
}

/**
 * kvmlat_ledger_new_cell() - the cell of an exit code that the map does not know
 * @l: ledger, between begin and commit
 * @code: exit code, or KVMLAT_CODE_UNKNOWN
 *
 * Return: the code's cell, or the one for all others when there is no memory.
 */
struct kvmlat_cell *kvmlat_ledger_new_cell(struct kvmlat_ledger *l, u32 code)
{
	struct kvmlat_cell *cell;
	u32 i;

	for (i = 0; i < l->cells; i++) {
		if (l->cell[i]->code == code)
			return l->cell[i];
	}
	cell = l->cells < KVMLAT_CELLS_MAX ? kvmlat_reserve_cell() : NULL;
	if (!cell) {
		l->spilled++;
		return &l->other;
	}
	cell->code = code;
	cell->class = code == KVMLAT_CODE_UNKNOWN ? KVMLAT_REASON_CLASS_UNKNOWN :
						    KVMLAT_REASON_CLASS_EXIT;
	l->cell[l->cells++] = cell;
	if (code < KVMLAT_MAP_LOW)
		l->map[code] = cell;
	else if (code - KVMLAT_MAP_HIGH < KVMLAT_MAP_LEN - KVMLAT_MAP_LOW)
		l->map[code - KVMLAT_MAP_HIGH + KVMLAT_MAP_LOW] = cell;
	return cell;
}

/* The cell's segment for a bucket; without memory the one of the cell for all others. */
static struct kvmlat_cell *with_seg(struct kvmlat_ledger *l, struct kvmlat_cell *cell, u32 seg)
{
	if (cell->seg[seg])
		return cell;
	if (l->segs < KVMLAT_SEGS_MAX)
		cell->seg[seg] = kvmlat_reserve_seg();
	if (!cell->seg[seg]) {
		l->spilled++;
		return &l->other;
	}
	l->segs++;
	return cell;
}

/**
 * kvmlat_ledger_close() - the open exit is complete, whichever state it is in
 * @l: ledger with an open exit, between begin and commit
 * @now: time of the event
 */
void kvmlat_ledger_close(struct kvmlat_ledger *l, u64 now)
{
	struct kvmlat_cell *cell = l->open;
	u64 ns = now - l->mark;
	u32 bucket = kvmlat_hist_bucket(ns);

	if (cell == &l->none) {
		cell = l->held;
		l->held = NULL;
	}
	if (l->user_at) {
		l->user += now - l->user_at;
		l->user_at = 0;
	}
	if (cell) {
		cell = with_seg(l, cell, bucket / KVMLAT_SEG_LEN);
		kvmlat_cell_add(cell, cell->seg[bucket / KVMLAT_SEG_LEN], bucket, ns);
	} else {
		l->none.total += ns;
	}
	l->mark = now;
	l->open = NULL;
}

/**
 * kvmlat_ledger_entry_slow() - an entry after anything but an exit with all its memory
 * @l: ledger, after begin; this commits
 * @now: time of the event
 */
void kvmlat_ledger_entry_slow(struct kvmlat_ledger *l, u64 now)
{
	if (l->open) {
		kvmlat_ledger_close(l, now);
	} else {
		l->reentries++;
		l->guest += now - l->mark;
		l->mark = now;
	}
	kvmlat_ledger_commit(l);
}

/**
 * kvmlat_ledger_user() - KVM hands the exit to the VMM
 * @l: ledger, not between begin and commit
 * @now: time of the event
 *
 * Without an open exit there is nothing to hand over: KVM_RUN returned before it entered.
 */
void kvmlat_ledger_user(struct kvmlat_ledger *l, u64 now)
{
	if (!l->open || l->user_at)
		return;
	kvmlat_ledger_begin(l);
	if (l->open != &l->none) {
		l->held = l->open;
		l->open = &l->none;
	}
	l->user_at = now;
	kvmlat_ledger_commit(l);
}

/**
 * kvmlat_ledger_reset() - start the account anew at @now
 * @l: ledger of a vCPU that exists; called under kvmlat_mutex, not by the writer
 * @now: start of the new account
 *
 * Only the writer may write the account, so this leaves a note: the vCPU's next event
 * finds that it is not the owner any more and calls kvmlat_ledger_own(). Until then
 * readers see the note and show an empty account. The order of the two stores pairs
 * with the one there.
 */
void kvmlat_ledger_reset(struct kvmlat_ledger *l, u64 now)
{
	WRITE_ONCE(l->reset_at, now);
	/* The time before the NULL that sends the writer to look for it. */
	smp_mb();
	WRITE_ONCE(l->owner, NULL);
}

static u64 start_of_state(const struct kvmlat_ledger *l)
{
	return state(l) == KVMLAT_STATE_USER ? READ_ONCE(l->user_at) : READ_ONCE(l->mark);
}

/* Between begin and commit. An event that raced with the note moves the start past it. */
static void obey_reset(struct kvmlat_ledger *l)
{
	struct kvmlat_cell *dead = NULL;
	u64 at = READ_ONCE(l->reset_at);
	u64 since = start_of_state(l);
	u32 i;

	if (!at)
		return;
	WRITE_ONCE(l->reset_at, 0);
	for (i = 0; i < l->cells; i++) {
		l->cell[i]->next_dead = dead;
		dead = l->cell[i];
	}
	clear(l, at > since ? at : since);
	if (l->open)
		l->open = &l->none;
	if (l->user_at)
		l->user_at = l->mark;
	if (dead)
		kvmlat_reserve_bury(dead);
}

/**
 * kvmlat_ledger_own() - the writer takes note of a new thread or a reset
 * @l: ledger, not between begin and commit
 * @owner: the task that runs the vCPU from now on
 * @now: time of the event that is about to be recorded
 *
 * Return: @now, or the start of the account if that is later: the event took its time stamp,
 * then a reset came, and only then it got here.
 */
u64 kvmlat_ledger_own(struct kvmlat_ledger *l, const void *owner, u64 now)
{
	WRITE_ONCE(l->owner, owner);
	/*
	 * A reset that stored its NULL before our store has stored its time before that, so
	 * we see it; one that stores it later makes the next event come here again.
	 */
	smp_mb();
	kvmlat_ledger_begin(l);
	obey_reset(l);
	kvmlat_ledger_commit(l);
	return now < l->mark ? l->mark : now;
}

/**
 * kvmlat_ledger_end() - the vCPU is gone: close what is open
 * @l: ledger; the caller has become its writer, as nobody can run the vCPU any more
 * @now: end of the account
 */
void kvmlat_ledger_end(struct kvmlat_ledger *l, u64 now)
{
	kvmlat_ledger_begin(l);
	obey_reset(l);
	if (now < start_of_state(l))
		now = start_of_state(l);
	l->last_state = state(l);
	if (l->open)
		kvmlat_ledger_close(l, now);
	else
		l->guest += now - l->mark;
	l->mark = now;
	l->ended = now;
	kvmlat_ledger_commit(l);
}

/**
 * kvmlat_ledger_memory() - bytes that the ledger takes
 * @l: ledger
 */
u32 kvmlat_ledger_memory(const struct kvmlat_ledger *l)
{
	return sizeof(*l) + READ_ONCE(l->cells) * sizeof(struct kvmlat_cell) +
	       READ_ONCE(l->segs) * sizeof(struct kvmlat_seg);
}

static void read_cell(const struct kvmlat_cell *cell, struct kvmlat_row *row)
{
	u32 i;

	row->cell = cell;
	row->count = READ_ONCE(cell->count);
	/* Pairs with the one before count grows, in kvmlat_cell_add(). */
	smp_rmb();
	row->total = READ_ONCE(cell->total);
	row->longest = READ_ONCE(cell->longest);
	row->code = READ_ONCE(cell->code);
	row->class = READ_ONCE(cell->class);
	for (i = 0; i < KVMLAT_SEGS; i++) {
		const struct kvmlat_seg *seg = READ_ONCE(cell->seg[i]);
		u64 *to = row->bucket + i * KVMLAT_SEG_LEN;

		if (seg)
			memcpy(to, seg->n, sizeof(seg->n));
		else
			memset(to, 0, sizeof(seg->n));
	}
}

/*
 * A row whose cell and count are those of the last try needs no second copy: the writer
 * changes count last, we read it first, so what was torn has an old count. That is what
 * lets a reader keep up with a vCPU that exits faster than a whole account can be copied.
 */
static void read_row(const struct kvmlat_cell *cell, struct kvmlat_row *row)
{
	if (row->cell != cell || row->count != READ_ONCE(cell->count))
		read_cell(cell, row);
}

static void read_body(const struct kvmlat_ledger *l, struct kvmlat_snap *snap)
{
	const struct kvmlat_cell *open = READ_ONCE(l->open);
	u64 exits = READ_ONCE(l->none.total);
	u32 i, cells = READ_ONCE(l->cells);

	if (open == &l->none)
		open = READ_ONCE(l->held);
	snap->since = READ_ONCE(l->since);
	snap->reentries = READ_ONCE(l->reentries);
	snap->spilled = READ_ONCE(l->spilled);
	snap->memory = kvmlat_ledger_memory(l);
	snap->is_open = open;
	if (open) {
		snap->open_code = READ_ONCE(open->code);
		snap->open_class = READ_ONCE(open->class);
		snap->open_since = READ_ONCE(l->mark);
	}
	snap->rows = 0;
	for (i = 0; i < cells && i < KVMLAT_CELLS_MAX; i++) {
		const struct kvmlat_cell *cell = READ_ONCE(l->cell[i]);

		if (!cell)
			break;
		read_row(cell, &snap->row[snap->rows++]);
	}
	if (snap->spilled)
		read_row(&l->other, &snap->row[snap->rows++]);
	for (i = 0; i < snap->rows; i++)
		exits += snap->row[i].total;
	snap->times[KVMLAT_STATE_GUEST] = READ_ONCE(l->guest);
	snap->times[KVMLAT_STATE_USER] = READ_ONCE(l->user);
	snap->times[KVMLAT_STATE_EXIT] = exits - snap->times[KVMLAT_STATE_USER];
	/* In the VMM: what the exit took in KVM before. */
	if (snap->state == KVMLAT_STATE_USER)
		snap->times[KVMLAT_STATE_EXIT] += snap->state_since - READ_ONCE(l->mark);
}

/* What a reset that the writer has not seen yet leaves: nothing but the open interval. */
static void read_nothing(const struct kvmlat_ledger *l, struct kvmlat_snap *snap, u64 at)
{
	memset(snap->times, 0, sizeof(snap->times));
	snap->since = at > snap->state_since ? at : snap->state_since;
	snap->state_since = snap->since;
	snap->is_open = false;
	snap->reentries = 0;
	snap->spilled = 0;
	snap->memory = kvmlat_ledger_memory(l);
	snap->rows = 0;
}

/**
 * kvmlat_ledger_read() - take a snapshot
 * @l: ledger; the caller holds kvmlat_mutex
 * @snap: where to; its rows may hold those of an earlier read of the same ledger, or
 *	rows whose cell is NULL
 * @clock: tells the time, in the ledger's clock
 *
 * Return: false if the writer did not pause long enough. It cannot be preempted in the
 * middle of an update, but where its CPU is itself a virtual one, that can. Try again later;
 * @snap then is to be thrown away.
 */
bool kvmlat_ledger_read(const struct kvmlat_ledger *l, struct kvmlat_snap *snap,
			u64 (*clock)(void))
{
	u32 tries, seq;
	u64 at;

	for (tries = 0; tries < KVMLAT_READ_TRIES; tries++) {
		seq = READ_ONCE(l->seq);
		/* Pairs with kvmlat_ledger_commit(). */
		smp_rmb();
		if (seq & 1)
			continue;
		at = READ_ONCE(l->reset_at);
		snap->state = state(l);
		snap->state_since = start_of_state(l);
		if (at)
			read_nothing(l, snap, at);
		else
			read_body(l, snap);
		snap->now = READ_ONCE(l->ended);
		snap->ended = snap->now;
		if (!snap->ended)
			snap->now = clock();
		/* Pairs with kvmlat_ledger_begin(). */
		smp_rmb();
		if (READ_ONCE(l->seq) != seq)
			continue;
		/* Time stamps of two CPUs may disagree by a few ns. */
		if (snap->now < snap->state_since)
			snap->now = snap->state_since;
		snap->times[snap->state] += snap->now - snap->state_since;
		if (snap->ended)
			snap->state = l->last_state;
		return true;
	}
	return false;
}
