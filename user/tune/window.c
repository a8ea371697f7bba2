// SPDX-License-Identifier: GPL-2.0-only
/*
 * With a window w a halt of length t burns min(t, w), and sleeps if t > w. Windows between two
 * bounds of buckets save no halt more, so only bounds are worth a look: some 270 at most.
 */
#include <math.h>

#include "window.h"

/* Halts of a bucket are taken for even between its bounds. */
static double mean_of(const struct kvmlat_bucket *b)
{
	double lower = kvmlat_bucket_lower(b->index), upper = kvmlat_bucket_upper(b->index);

	/* The last bucket has no bound. */
	return b->index && upper > 2 * lower ? lower : (lower + upper) / 2;
}

/*
 * So many per mille of all may be late: of those that sleep, which are the late ones, the rest is
 * on time.
 */
static uint64_t wake_of(const struct window_halts *m, unsigned int permille,
			const struct window_forecast *f)
{
	double late = (1000.0 - permille) / 1000 * f->halts;
	uint64_t ns;

	if (f->slept <= late)
		return 0;
	if (!m->wakes ||
	    !kvmlat_percentile(m->wakes, lround(1000 - 1000 * late / f->slept), &ns))
		return UINT64_MAX;
	return ns;
}

void window_predict(const struct window_halts *m, unsigned int permille, uint64_t window,
		    struct window_forecast *f)
{
	size_t i;

	*f = (struct window_forecast){ .window = window };
	for (i = 0; m->halts && i < m->halts->nr_buckets; i++) {
		const struct kvmlat_bucket *b = &m->halts->buckets[i];

		f->halts += b->count;
		if (kvmlat_bucket_upper(b->index) <= window) {
			f->burnt += b->count * mean_of(b);
		} else {
			f->slept += b->count;
			f->burnt += b->count * (double)window;
		}
	}
	f->wake = wake_of(m, permille, f);
}

static bool is_affordable(const struct window_halts *m, const struct window_goal *goal,
			  const struct window_forecast *f)
{
	return !goal->budget || f->burnt * 1000 <= (double)goal->budget * m->elapsed;
}

bool window_choose(const struct window_halts *m, const struct window_goal *goal,
		   struct window_forecast *best)
{
	struct window_forecast next;
	size_t i;

	window_predict(m, goal->permille, 0, best);
	if (goal->wake && best->halts && best->wake <= goal->wake)
		return true;
	for (i = 0; m->halts && i < m->halts->nr_buckets; i++) {
		uint64_t window = kvmlat_bucket_upper(m->halts->buckets[i].index);

		if (window > WINDOW_MAX_NS)
			break;
		window_predict(m, goal->permille, window, &next);
		/* A longer window burns no less. */
		if (!is_affordable(m, goal, &next))
			break;
		*best = next;
		if (goal->wake && best->wake <= goal->wake)
			return true;
	}
	return !goal->wake && best->halts;
}
