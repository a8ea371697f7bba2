/* SPDX-License-Identifier: GPL-2.0-only */
/* What a poll window would do to halts that were measured. Pure: histograms in, a window out. */
#ifndef _KVMLAT_WINDOW_H
#define _KVMLAT_WINDOW_H

#include "lib/kvmlat.h"

/* The longest that is ever asked for: a CPU that polls longer is worth more than a wake-up. */
#define WINDOW_MAX_NS	1000000

/**
 * struct window_halts - what was measured of a vCPU, or of several
 * @halts: how long they were, with buckets; those that were polled, too
 * @wakes: how late the guest ran after those that slept
 * @elapsed: ns in which this was
 */
struct window_halts {
	const struct kvmlat_reason	*halts;
	const struct kvmlat_reason	*wakes;
	uint64_t			elapsed;
};

/**
 * struct window_goal - what is asked for; 0 is no goal
 * @wake: ns that the @permille of wake-ups may take
 * @budget: per mille of a CPU that may be burnt
 */
struct window_goal {
	uint64_t	wake;
	unsigned int	permille;
	unsigned int	budget;
};

/**
 * struct window_forecast - what a window would do
 * @slept: of @halts, those that would outlast it
 * @burnt: ns of polling
 * @wake: ns that the goal's per mille of wake-ups would take at most; 0 if they would be polled
 */
struct window_forecast {
	uint64_t	window;
	uint64_t	halts;
	uint64_t	slept;
	double		burnt;
	uint64_t	wake;
};

void window_predict(const struct window_halts *measured, unsigned int permille, uint64_t window,
		    struct window_forecast *forecast);

/*
 * The least window that meets the goal for wake-ups. If none does within the budget, the longest
 * that the budget allows, and false; so it is without a halt. Without a goal for wake-ups it is
 * that one, and true.
 */
bool window_choose(const struct window_halts *measured, const struct window_goal *goal,
		   struct window_forecast *best);

#endif /* _KVMLAT_WINDOW_H */
