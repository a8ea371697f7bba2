/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What readers remember of a ledger, so that the next one need only look at what changed. Pure,
 * see ledger.h. Under kvmlat_mutex, all of it; no writer knows of it or pays for it.
 *
 * A dump that takes part is a kvmlat_looking. All of them have one clock of stamps, which goes on
 * whenever another dump looks than the last one; what is found changed gets the stamp of that time.
 * So after a dump's first look nobody else has its stamp: what others find after it was there has
 * a higher one. That makes the first stamp the dump's cursor, and the next dump sends what is
 * above it. If others came between its looks, that includes what it found itself after them.
 */
#ifndef KVMLAT_LOOK_H
#define KVMLAT_LOOK_H

#include "snapshot.h"

/* A row at the last look. Without events it has no stamp. */
struct kvmlat_look_row {
	u64 grown;			/* total + empty, of which every event makes one grow */
	u64 stamp;
};

struct kvmlat_look {
	struct kvmlat_seen seen;	/* when it was read last */
	u64 since;
	u32 tid;
	u32 room;
	u64 stamp;			/* of the last look that found anything changed */
	struct kvmlat_look_row row[];	/* by kvmlat_row.place */
};

/* A look has room for so many rows when a snapshot has one in the place @last. */
static inline u32 kvmlat_look_room(u32 last)
{
	return (last + 8) / 8 * 8;
}

bool kvmlat_look_same(const struct kvmlat_look *look, const struct kvmlat_ledger *l, u32 tid);
u32 kvmlat_look_last(const struct kvmlat_snap *snap);
void kvmlat_look_keep(struct kvmlat_look *look, const struct kvmlat_snap *snap, u64 stamp);

/* The clock of all dumps. */
struct kvmlat_looks {
	u64 base;
	u64 stamp;
	const struct kvmlat_looking *last;	/* who looked last; compared and never followed */
};

struct kvmlat_looking {
	u64 since;		/* send what has a higher stamp; 0: all */
	u64 first;		/* its first stamp, 0 before it looked */
};

void kvmlat_looks_init(struct kvmlat_looks *looks, u64 base);
void kvmlat_looks_begin(struct kvmlat_looks *looks, struct kvmlat_looking *looking, u64 cursor);
u64 kvmlat_looks_end(struct kvmlat_looks *looks, struct kvmlat_looking *looking);

/* Before @looking looks, after others may have. */
void kvmlat_looks_turn(struct kvmlat_looks *looks, struct kvmlat_looking *looking);

#endif
