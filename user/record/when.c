// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "when.h"

static void put_instant(struct bytes *to, const struct instant *i)
{
	put_u64(to, i->moment.real);
	put_u64(to, i->moment.monotonic);
	put_u64(to, i->now);
	put_u64(to, i->monotonic);
	put_u64(to, i->idle);
	put_u64(to, i->interrupted);
}

/* Times of a hundred years are far from where sums of two would overflow. */
#define LAST_TIME	(1ULL << 62)

static int64_t get_time(struct input *in)
{
	uint64_t time = get_u64(in);

	in->bad |= time > LAST_TIME;
	return in->bad ? 0 : (int64_t)time;
}

static void get_instant(struct input *in, struct instant *i)
{
	i->moment.real = get_time(in);
	i->moment.monotonic = get_time(in);
	i->now = get_time(in);
	i->monotonic = get_time(in);
	i->idle = get_u64(in);
	i->interrupted = get_u64(in);
}

void put_when(struct bytes *to, const struct when *w)
{
	put_u64(to, w->vendor);
	put_u64(to, w->unreadable);
	put_instant(to, &w->newer);
	put_instant(to, &w->older);
}

void get_when(struct input *in, struct when *w)
{
	memset(w, 0, sizeof(*w));
	w->vendor = get_u32(in);
	w->unreadable = get_u32(in);
	get_instant(in, &w->newer);
	get_instant(in, &w->older);
}
