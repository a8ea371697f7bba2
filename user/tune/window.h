/* SPDX-License-Identifier: GPL-2.0-only */
/* What a poll window would do to halts that were measured. Pure: histograms in, a window out. */
#ifndef _KVMLAT_WINDOW_H
#define _KVMLAT_WINDOW_H

#include "lib/kvmlat.h"

/* The longest that is ever asked for: a CPU that polls longer is worth more than a wake-up. */
#define WINDOW_MAX_NS	1000000

/* The goal is of the 99th percentile: so many wake-ups may be later. */
#define WINDOW_LATE	0.01

/**
 * struct window_load - what was measured of a vCPU; counts are no whole numbers once they are old
 * @halts: how long it took until what they waited for came, by bucket
 * @late: how late the guest ran after those that slept, by bucket
 * @elapsed: ns in which the halts were
 */
struct window_load {
	double	halts[KVMLAT_HIST_BUCKETS];
	double	late[KVMLAT_HIST_BUCKETS];
	double	elapsed;
};

/**
 * struct window_goal - what is asked for
 * @wake: ns that 99 in 100 wake-ups may take; 0 is no goal
 * @budget: the share of a CPU that polls may take
 */
struct window_goal {
	uint64_t	wake;
	double		budget;
};

/**
 * struct window_forecast - what a window would do
 * @slept: of @halts, those that would outlast it
 * @burnt: the share of a CPU that polls would take
 * @wake: ns that 99 in 100 wake-ups would take at most: 0 if they are polled, UINT64_MAX if nobody
 *	knows
 */
struct window_forecast {
	uint64_t	window;
	double		halts;
	double		slept;
	double		burnt;
	uint64_t	wake;
};

/*
 * Adds what happened in an interval. A halt that slept is over when the vCPU runs again: what it
 * waited for came earlier by how late that was, but not before a window of @outlasted was over.
 */
void window_learn(struct window_load *load, const struct kvmlat_account *interval,
		  uint64_t outlasted);

/* What is known counts for @share of what it did. */
void window_fade(struct window_load *load, double share);

double window_count(const struct window_load *load);

/* How little the lengths of halts have in common: 0 is nothing that differs, 1 all. */
double window_distance(const struct window_load *a, const struct window_load *b);

void window_predict(const struct window_load *load, uint64_t window, struct window_forecast *to);

/*
 * The shortest window that meets the goal for wake-ups within the budget, with only @strict of the
 * late ones that are allowed; true. If there is none, or no such goal, the shortest that spares
 * nearly as many as any within the budget, or none if that is hardly worth it; false.
 */
bool window_choose(const struct window_load *load, const struct window_goal *goal, double strict,
		   struct window_forecast *best);

#endif /* _KVMLAT_WINDOW_H */
