// SPDX-License-Identifier: GPL-2.0-only
/*
 * With a window w a halt of length t burns min(t, w), and sleeps if t > w. Windows between two
 * bounds of buckets spare no halt more, so only bounds are worth a look: some 270 at most.
 */
#include <math.h>
#include <string.h>

#include "window.h"

/* A window that spares less than that of the halts is not worth what it burns. */
#define WORTH_SHARE	0.1

/* What spares nearly as many is as good, and burns less. */
#define NEARLY		0.95

static double count(const double *buckets)
{
	double sum = 0;
	size_t i;

	for (i = 0; i < KVMLAT_HIST_BUCKETS; i++)
		sum += buckets[i];
	return sum;
}

/* Halts of a bucket are taken for even between its bounds. */
static double mean_of(unsigned int index)
{
	double lower = kvmlat_bucket_lower(index), upper = kvmlat_bucket_upper(index);

	/* The last bucket has no bound. */
	return index && upper > 2 * lower ? lower : (lower + upper) / 2;
}

/* What so many of those that sleep exceed at most. */
static uint64_t late_of(const struct window_load *load, double share)
{
	double rest = count(load->late) * share;
	size_t i;

	if (rest <= 0)
		return UINT64_MAX;
	for (i = KVMLAT_HIST_BUCKETS; i--;) {
		rest -= load->late[i];
		if (rest < 0)
			return mean_of(i);
	}
	return 0;
}

/* Of all wake-ups those that slept are the latest; a poll that had success is one, too. */
static void add_late(double *to, const struct kvmlat_reason *wakes, uint64_t slept)
{
	size_t i;

	for (i = wakes ? wakes->nr_buckets : 0; i-- && slept;) {
		const struct kvmlat_bucket *b = &wakes->buckets[i];
		uint64_t nr = b->count < slept ? b->count : slept;

		if (b->index < KVMLAT_HIST_BUCKETS)
			to[b->index] += nr;
		slept -= nr;
	}
}

/* Those that slept are the longest, too. */
static void add_halts(double *to, const struct kvmlat_reason *halts, uint64_t slept, uint64_t late,
		      uint64_t outlasted)
{
	size_t i;

	for (i = halts ? halts->nr_buckets : 0; i--;) {
		const struct kvmlat_bucket *b = &halts->buckets[i];
		uint64_t nr = b->count < slept ? b->count : slept;
		uint64_t ns = kvmlat_bucket_lower(b->index);

		if (b->index >= KVMLAT_HIST_BUCKETS)
			continue;
		ns = ns > late ? ns - late : 0;
		if (ns <= outlasted)
			ns = outlasted + 1;
		to[nr ? kvmlat_bucket_of(ns) : b->index] += nr;
		to[b->index] += b->count - nr;
		slept -= nr;
	}
}

void window_learn(struct window_load *load, const struct kvmlat_account *interval,
		  uint64_t outlasted)
{
	const struct kvmlat_reason *halts, *hits, *wakes;
	struct window_load slept = { 0 };
	uint64_t nr = 0;
	size_t i;

	halts = kvmlat_find_reason(interval, KVMLAT_REASON_CLASS_HALT, 0);
	hits = kvmlat_find_reason(interval, KVMLAT_REASON_CLASS_POLL_HIT, 0);
	wakes = kvmlat_find_reason(interval, KVMLAT_REASON_CLASS_WAKE, 0);
	if (halts && halts->count > (hits ? hits->count : 0))
		nr = halts->count - (hits ? hits->count : 0);
	add_late(slept.late, wakes, nr);
	add_halts(load->halts, halts, nr, nr && wakes ? late_of(&slept, 0.5) : 0, outlasted);
	for (i = 0; i < KVMLAT_HIST_BUCKETS; i++)
		load->late[i] += slept.late[i];
	load->elapsed += interval->elapsed;
}

void window_fade(struct window_load *load, double share)
{
	size_t i;

	for (i = 0; i < KVMLAT_HIST_BUCKETS; i++) {
		load->halts[i] *= share;
		load->late[i] *= share;
	}
	load->elapsed *= share;
}

double window_count(const struct window_load *load)
{
	return count(load->halts);
}

/* By octaves: what fell into the bucket beside is no other load. */
double window_distance(const struct window_load *a, const struct window_load *b)
{
	double of_a = count(a->halts), of_b = count(b->halts), in_a, in_b, sum = 0;
	size_t i, j;

	if (!of_a || !of_b)
		return 0;
	for (i = 0; i < KVMLAT_HIST_BUCKETS; i = j) {
		in_a = 0;
		in_b = 0;
		for (j = i; j < KVMLAT_HIST_BUCKETS && j / 8 == i / 8; j++) {
			in_a += a->halts[j];
			in_b += b->halts[j];
		}
		sum += fabs(in_a / of_a - in_b / of_b);
	}
	return sum / 2;
}

/* Of those that sleep, who are later than that; all if nobody knows. */
static double share_later(const struct window_load *load, uint64_t ns)
{
	double all = count(load->late), later = 0;
	size_t i;

	for (i = KVMLAT_HIST_BUCKETS; i-- && mean_of(i) > ns;)
		later += load->late[i];
	return all ? later / all : 1;
}

/**
 * struct walk - windows from the shortest to the longest
 * @spared: halts that the window outlasts
 * @time: of these
 */
struct walk {
	const struct window_load	*load;
	double				halts;
	double				spared;
	double				time;
};

static void forecast(const struct walk *w, uint64_t window, struct window_forecast *f)
{
	*f = (struct window_forecast){
		.window = window, .halts = w->halts, .slept = w->halts - w->spared,
	};
	if (w->load->elapsed)
		f->burnt = (w->time + f->slept * window) / w->load->elapsed;
}

static void spare(struct walk *w, size_t bucket)
{
	w->spared += w->load->halts[bucket];
	w->time += w->load->halts[bucket] * mean_of(bucket);
}

static void foretell_wake(const struct window_load *load, struct window_forecast *f)
{
	double allowed = WINDOW_LATE * f->halts;

	f->wake = f->slept <= allowed ? 0 : late_of(load, allowed / f->slept);
}

void window_predict(const struct window_load *load, uint64_t window, struct window_forecast *f)
{
	struct walk w = { .load = load, .halts = count(load->halts) };
	size_t i;

	for (i = 0; i < KVMLAT_HIST_BUCKETS && kvmlat_bucket_upper(i) <= window; i++)
		spare(&w, i);
	forecast(&w, window, f);
	foretell_wake(load, f);
}

bool window_choose(const struct window_load *load, const struct window_goal *goal, double strict,
		   struct window_forecast *best)
{
	double later = goal->wake ? share_later(load, goal->wake) : 1, most = 0;
	struct walk w = { .load = load, .halts = count(load->halts) };
	double allowed = goal->wake ? WINDOW_LATE * strict * w.halts : -1;
	struct window_forecast f;
	size_t i, last;
	bool met;

	forecast(&w, 0, best);
	met = w.halts && best->slept * later <= allowed;
	for (i = 0; i < KVMLAT_HIST_BUCKETS && !met; i++) {
		if (kvmlat_bucket_upper(i) > WINDOW_MAX_NS)
			break;
		if (!load->halts[i])
			continue;
		spare(&w, i);
		forecast(&w, kvmlat_bucket_upper(i), &f);
		/* A longer window burns no less. */
		if (f.burnt > goal->budget)
			break;
		met = f.slept * later <= allowed;
		if (met)
			*best = f;
		else
			most = w.spared;
	}
	last = i;
	if (!met && most >= WORTH_SHARE * w.halts) {
		w = (struct walk){ .load = load, .halts = w.halts };
		for (i = 0; i < last && (!w.spared || w.spared < NEARLY * most); i++)
			spare(&w, i);
		if (w.spared)
			forecast(&w, kvmlat_bucket_upper(i - 1), best);
	}
	foretell_wake(load, best);
	return met;
}
