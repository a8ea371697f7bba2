// SPDX-License-Identifier: GPL-2.0-only
#include <linux/string.h>

#include "detail.h"
#include "look.h"
#include "snapshot.h"

/* So often does a reader start again before its caller had better wait. */
#define READ_TRIES	1000

/* By hand: the compiler's way to copy is a call, and here the sum comes along. */
static u64 read_seg(const struct kvmlat_seg *seg, u64 *to)
{
	u64 sum = 0, n;
	u32 b;

	for (b = 0; b < KVMLAT_SEG_LEN; b++) {
		n = READ_ONCE(seg->n[b]);
		to[b] = n;
		sum += n;
	}
	return sum;
}

static u64 count_seg(const struct kvmlat_seg *seg)
{
	u64 sum = 0;
	u32 b;

	for (b = 0; b < KVMLAT_SEG_LEN; b++)
		sum += READ_ONCE(seg->n[b]);
	return sum;
}

static void read_cell(const struct kvmlat_cell *cell, struct kvmlat_row *row, bool histograms)
{
	u32 i;

	row->cell = cell;
	row->total = READ_ONCE(cell->total);
	row->empty = READ_ONCE(cell->empty);
	/* Pairs with the one before total grows, in kvmlat_cell_add(). */
	smp_rmb();
	row->count = 0;
	row->away = READ_ONCE(cell->away);
	row->longest = READ_ONCE(cell->longest);
	row->longest_at = READ_ONCE(cell->longest_at);
	row->longest_cpu = READ_ONCE(cell->longest_cpu);
	row->code = READ_ONCE(cell->code);
	row->class = READ_ONCE(cell->class);
	row->segs = 0;
	for (i = 0; i < KVMLAT_SEGS; i++) {
		const struct kvmlat_seg *seg = READ_ONCE(cell->seg[i]);

		if (!seg)
			continue;
		row->segs |= 1U << i;
		row->count += histograms ? read_seg(seg, row->bucket + i * KVMLAT_SEG_LEN) :
					   count_seg(seg);
	}
}

/*
 * A row that is of the same cell and as it was at the last try needs no second copy: the
 * writer changes total last, or empty, and we read them first, so what was torn shows. That
 * is what lets a reader keep up with a vCPU that exits faster than a whole account can be copied.
 */
static void read_row(const struct kvmlat_cell *cell, u32 place, struct kvmlat_snap *snap)
{
	struct kvmlat_row *row = &snap->row[snap->rows];
	u64 total = READ_ONCE(cell->total), empty = READ_ONCE(cell->empty);
	const struct kvmlat_look *look = snap->look;

	/* One that is open for the first time, or turned out to be nested. */
	if (!total && !empty)
		return;
	if (kvmlat_class_is_exit(READ_ONCE(cell->class)))
		snap->outside += total;
	/* Rows of before a reset are in the same places. */
	if (look && place < look->room && look->since == snap->since) {
		const struct kvmlat_look_row *was = &look->row[place];

		if (was->stamp && was->stamp <= snap->look_since && was->grown == total + empty)
			return;
	}
	if (row->cell != cell || row->total != total || row->empty != empty)
		read_cell(cell, row, snap->histograms);
	row->place = place;
	snap->rows++;
}

static void read_rows(const struct kvmlat_ledger *l, struct kvmlat_snap *snap)
{
	u32 i, cells = READ_ONCE(l->cells);

	snap->rows = 0;
	snap->outside = READ_ONCE(l->none.total);
	for (i = 0; i < cells && i < KVMLAT_CELLS_MAX; i++) {
		const struct kvmlat_cell *cell = READ_ONCE(l->cell[i]);

		if (!cell)
			break;
		read_row(cell, i + 1, snap);
	}
	read_row(&l->other, 0, snap);
}

static void read_preemptors(const struct kvmlat_ledger *l, struct kvmlat_snap *snap)
{
	u32 n = READ_ONCE(l->preemptions), i;

	snap->preemptors = n < KVMLAT_PREEMPTORS ? n : KVMLAT_PREEMPTORS;
	for (i = 0; i < snap->preemptors; i++)
		memcpy(&snap->preemptor[i],
		       &l->preemptor[(n - snap->preemptors + i) % KVMLAT_PREEMPTORS],
		       sizeof(snap->preemptor[i]));
}

static void read_body(const struct kvmlat_ledger *l, struct kvmlat_snap *snap)
{
	const struct kvmlat_cell *open = READ_ONCE(l->open);
	u32 i;

	if (open == &l->none)
		open = READ_ONCE(l->held);
	snap->since = READ_ONCE(l->since);
	snap->preempted = READ_ONCE(l->preempted);
	snap->halt_grow = READ_ONCE(l->halt_grow);
	snap->halt_shrink = READ_ONCE(l->halt_shrink);
	snap->halt_invalid = READ_ONCE(l->halt_invalid);
	snap->reentries = READ_ONCE(l->reentries);
	snap->spilled = READ_ONCE(l->spilled);
	snap->is_open = open;
	if (open) {
		snap->open_code = READ_ONCE(open->code);
		snap->open_class = READ_ONCE(open->class);
		snap->open_since = READ_ONCE(l->mark);
	}
	read_rows(l, snap);
	read_preemptors(l, snap);
	for (i = 0; i < KVMLAT_STATES; i++)
		snap->times[i] = READ_ONCE(l->spent[i]);
	/* add_up() takes off what was spent in other states. */
	snap->times[KVMLAT_STATE_EXIT] = snap->outside;
}

/* What a reset that the writer has not seen yet leaves: nothing but the open interval. */
static void read_nothing(struct kvmlat_snap *snap, u64 at)
{
	memset(snap->times, 0, sizeof(snap->times));
	snap->since = at > snap->state_since ? at : snap->state_since;
	snap->state_since = snap->since;
	snap->is_open = false;
	snap->preempted = 0;
	snap->halt_grow = 0;
	snap->halt_shrink = 0;
	snap->halt_invalid = 0;
	snap->reentries = 0;
	snap->spilled = 0;
	snap->preemptors = 0;
	snap->rows = 0;
}

/* The open interval up to now, and what follows. @exit_at: begin of the open exit. */
static void add_up(struct kvmlat_snap *snap, u64 exit_at)
{
	u64 inside = 0, open = snap->now - snap->state_since;
	u32 i;

	if (snap->state == KVMLAT_STATE_RUNQ) {
		snap->preempted += open;
		if (snap->preemptors)
			snap->preemptor[snap->preemptors - 1].time = open;
	}
	if (snap->state >= KVMLAT_STATE_USER)
		snap->times[snap->state] += open;
	if (snap->state != KVMLAT_STATE_GUEST)
		snap->times[KVMLAT_STATE_EXIT] += snap->now - exit_at;
	snap->times[KVMLAT_STATE_GUEST] =
		snap->now - snap->since - snap->times[KVMLAT_STATE_EXIT];
	for (i = KVMLAT_STATE_USER; i < KVMLAT_STATES; i++)
		inside += snap->times[i];
	snap->times[KVMLAT_STATE_EXIT] -= inside;
}

/** kvmlat_snapshot_seen() - what tells later whether anything has happened to a ledger */
void kvmlat_snapshot_seen(const struct kvmlat_ledger *l, struct kvmlat_seen *seen)
{
	seen->seq = READ_ONCE(l->seq);
	/* Pairs with kvmlat_ledger_commit(): what is of an event that the count has not. */
	smp_rmb();
	seen->mark = READ_ONCE(l->mark);
	seen->out_at = READ_ONCE(l->out_at);
	seen->reset_at = READ_ONCE(l->reset_at);
	seen->detail = READ_ONCE(l->detail);
	seen->detail_since = seen->detail ? READ_ONCE(seen->detail->since) : 0;
}

/**
 * kvmlat_snapshot_take() - take a snapshot
 * @l: ledger; the caller holds kvmlat_mutex
 * @snap: where to; its rows may hold those of an earlier read of the same ledger, or
 *	rows whose cell is NULL
 * @clock: tells the time, in the ledger's clock
 *
 * Return: false if the writer did not pause long enough. It cannot be preempted in the
 * middle of an update, but where its CPU is itself a virtual one, that can. Try again later;
 * @snap then is to be thrown away.
 */
bool kvmlat_snapshot_take(const struct kvmlat_ledger *l, struct kvmlat_snap *snap,
			  u64 (*clock)(void))
{
	u64 at, exit_at;
	u32 tries, seq;

	snap->unreadable = false;
	for (tries = 0; tries < READ_TRIES; tries++) {
		kvmlat_snapshot_seen(l, &snap->seen);
		seq = snap->seen.seq;
		if (seq & 1)
			continue;
		at = snap->seen.reset_at;
		snap->state = kvmlat_ledger_state(l);
		snap->state_since = kvmlat_ledger_state_since(l);
		snap->memory = kvmlat_ledger_memory(l);
		snap->halt_window = READ_ONCE(l->halt_window);
		exit_at = snap->seen.mark;
		if (at > KVMLAT_RESET_NONE) {
			read_nothing(snap, at);
			exit_at = snap->since;
		} else {
			read_body(l, snap);
		}
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
		add_up(snap, exit_at);
		if (snap->ended)
			snap->state = l->last_state;
		return true;
	}
	return false;
}

void kvmlat_snapshot_none(struct kvmlat_snap *snap)
{
	snap->unreadable = true;
	snap->now = 0;
	snap->ended = false;
	snap->state = KVMLAT_STATE_GUEST;
	snap->state_since = 0;
	snap->memory = 0;
	snap->halt_window = 0;
	snap->has_details = false;
	read_nothing(snap, 0);
}
