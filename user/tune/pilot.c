// SPDX-License-Identifier: GPL-2.0-only
#include <math.h>

#include "pilot.h"

#define SECOND		1000000000ULL

/* What is known counts for half after so long. */
#define HALF_LIFE_NS	(2 * SECOND)

/* A distance of half, of so many halts at least, is another load: what was known is not so. */
#define OTHER_LOAD	0.5
#define ENOUGH		20

/* An interval so many times as long as it was to be: the machine slept, or replies were lost. */
#define TOO_LONG	4

/*
 * The goal is met with a third less than what may be late, and given up only with all of that, and
 * a shorter window is worth a change only if it burns that much less, by the share and of a CPU.
 */
#define STRICT		0.67
#define LESS_SHARE	0.9
#define LESS_CPU	0.0005

/* So many intervals in a row before a window falls, and before a forecast is called wrong. */
#define PATIENCE	3

/* More than that share of its time was taken from it: somebody else wants the CPU. */
#define CROWDED		0.02
#define CALM_NS		(10 * SECOND)

/* A forecast of burnt time is wrong by half, and by half a per cent of a CPU. */
#define BURNS_SHARE	1.5
#define BURNS_CPU	0.005

#define PAUSE_NS	(60 * SECOND)
#define PAUSE_MAX_NS	(3600 * SECOND)

static const char * const reasons[NR_PILOT_WHYS] = {
	[PILOT_LOST]		= "nobody knows what happened in the interval",
	[PILOT_FEW]		= "too few halts to judge by",
	[PILOT_GOOD]		= "as good as any",
	[PILOT_WAITS]		= "less would do, but not for long enough yet",
	[PILOT_TURNED]		= "more would do better, but it went down and up within a minute",
	[PILOT_PAUSES]		= "left alone for a while, since polls did not do what was foretold",
	[PILOT_LATE]		= "the window before misses the goal",
	[PILOT_SPARES]		= "better than the window before",
	[PILOT_BUSY]		= "the CPU has something else to do",
	[PILOT_NO_EFFECT]	= "halts that the window outlasts sleep nevertheless",
	[PILOT_BURNS]		= "polls take more than was foretold",
};

const char *pilot_reason(enum pilot_why why)
{
	return reasons[why];
}

static bool is_sound(const struct pilot_interval *in)
{
	return in->account && in->account->elapsed &&
	       in->account->elapsed <= TOO_LONG * in->interval;
}

/* The load of the interval alone is left in @last. */
static void learn(struct pilot *p, const struct pilot_interval *in, struct window_load *last)
{
	*last = (struct window_load){ 0 };
	window_learn(last, in->account, 0);
	if (window_count(last) >= ENOUGH && window_count(&p->load) >= ENOUGH &&
	    window_distance(last, &p->load) > OTHER_LOAD) {
		/* How late who sleeps is woken is of the host, not of the load. */
		window_fade(&p->load, 0.01);
	} else {
		window_fade(&p->load, exp2(-(double)last->elapsed / HALF_LIFE_NS));
	}
	window_learn(&p->load, in->account, p->window);
}

static uint64_t count_of(const struct kvmlat_account *a, uint32_t cls)
{
	const struct kvmlat_reason *r = kvmlat_find_reason(a, cls, 0);

	return r ? r->count : 0;
}

static bool is_crowded(const struct pilot_interval *in)
{
	const struct kvmlat_account *a = in->account;

	return in->busy || a->preempted > CROWDED * a->elapsed;
}

/* Has the window done to the interval what it was said to do to such halts? */
static enum pilot_why verify(const struct pilot *p, const struct pilot_interval *in,
			     const struct window_load *last)
{
	const struct kvmlat_account *a = in->account;
	double burnt = (double)a->times[KVMLAT_STATE_POLL] / a->elapsed;
	uint64_t hits = count_of(a, KVMLAT_REASON_CLASS_POLL_HIT);
	struct window_forecast f;

	window_predict(last, p->window, &f);
	if (f.halts - f.slept >= ENOUGH && hits * 2 < f.halts - f.slept)
		return PILOT_NO_EFFECT;
	if (burnt > f.burnt * BURNS_SHARE + BURNS_CPU)
		return PILOT_BURNS;
	return PILOT_GOOD;
}

static bool meets(const struct window_goal *goal, const struct window_forecast *f)
{
	return f->wake <= goal->wake && f->burnt <= goal->budget;
}

/* Is what is in effect as good as the best, or nearly? */
static bool is_good(const struct window_goal *goal, const struct window_forecast *now,
		    const struct window_forecast *best, bool met)
{
	if (now->burnt > goal->budget)
		return false;
	if (best->burnt < now->burnt * LESS_SHARE - LESS_CPU)
		return false;
	if (met)
		return meets(goal, now);
	/* Nothing meets the goal: what spares as many, within a twentieth of all, is as good. */
	return now->slept <= best->slept + 0.05 * now->halts;
}

/* A step up is bounded: who was wrong once is not wrong by much. */
static uint64_t step_to(uint64_t from, uint64_t to)
{
	uint64_t base = from > PILOT_STEP_FROM_NS ? from : PILOT_STEP_FROM_NS;

	return to > base * PILOT_STEP ? base * PILOT_STEP : to;
}

static bool may_rise(const struct pilot *p, uint64_t now)
{
	return !p->fell || !p->turned || now >= p->turned_at + PILOT_TURN_NS;
}

static void decide(struct pilot_decision *d, enum pilot_act act, enum pilot_why why)
{
	d->act = act;
	d->why = why;
}

static void decide_window(struct pilot *p, const struct window_goal *goal, uint64_t now,
			  struct pilot_decision *d)
{
	struct window_forecast best, current = d->forecast;
	bool met = window_choose(&p->load, goal, STRICT, &best);

	if (p->has_window && is_good(goal, &current, &best, met)) {
		p->lower = 0;
		return decide(d, PILOT_KEEP, PILOT_GOOD);
	}
	if (best.window < p->window) {
		if (++p->lower < PATIENCE && current.burnt <= goal->budget)
			return decide(d, PILOT_KEEP, PILOT_WAITS);
	} else {
		p->lower = 0;
		if (best.window > p->window && !may_rise(p, now))
			return decide(d, PILOT_KEEP, PILOT_TURNED);
	}
	if (p->has_window && best.window == p->window)
		return decide(d, PILOT_KEEP, PILOT_GOOD);
	decide(d, PILOT_SET,
	       met && best.window > p->window ? PILOT_LATE : PILOT_SPARES);
	window_predict(&p->load, step_to(p->window, best.window), &d->forecast);
}

/* Polling gives way at once, whatever turned when. */
static void give_way(struct pilot *p, uint64_t now, struct pilot_decision *d)
{
	p->was_busy = true;
	p->busy_at = now;
	p->lower = 0;
	if (p->has_window && !p->window)
		return decide(d, PILOT_KEEP, PILOT_BUSY);
	decide(d, PILOT_SET, PILOT_BUSY);
	window_predict(&p->load, 0, &d->forecast);
}

void pilot_step(struct pilot *p, const struct window_goal *goal, const struct pilot_interval *in,
		struct pilot_decision *d)
{
	struct window_load last;
	enum pilot_why verdict;

	*d = (struct pilot_decision){ 0 };
	if (!is_sound(in)) {
		p->wrong = 0;
		window_predict(&p->load, p->window, &d->forecast);
		return decide(d, PILOT_KEEP, PILOT_LOST);
	}
	learn(p, in, &last);
	window_predict(&p->load, p->window, &d->forecast);
	if (in->now < p->paused_until)
		return decide(d, PILOT_KEEP, PILOT_PAUSES);
	if (is_crowded(in))
		return give_way(p, in->now, d);
	verdict = p->has_window ? verify(p, in, &last) : PILOT_GOOD;
	p->wrong = verdict == PILOT_GOOD ? 0 : p->wrong + 1;
	if (p->wrong >= PATIENCE)
		return decide(d, PILOT_RELEASE, verdict);
	if (p->was_busy && in->now < p->busy_at + CALM_NS)
		return decide(d, PILOT_KEEP, PILOT_BUSY);
	if (window_count(&p->load) < ENOUGH)
		return decide(d, PILOT_KEEP, PILOT_FEW);
	decide_window(p, goal, in->now, d);
}

void pilot_did(struct pilot *p, const struct pilot_decision *d, uint64_t now)
{
	uint64_t window = d->act == PILOT_SET ? d->forecast.window : 0;

	if (window > p->window && p->fell) {
		p->turned = true;
		p->turned_at = now;
	}
	if (window != p->window)
		p->fell = window < p->window;
	p->lower = 0;
	p->has_window = d->act == PILOT_SET;
	p->window = window;
	if (d->act != PILOT_RELEASE)
		return;
	p->wrong = 0;
	/* Each time it is wrong again it waits twice as long. */
	p->pause = !p->pause ? PAUSE_NS : p->pause < PAUSE_MAX_NS / 2 ? p->pause * 2 : PAUSE_MAX_NS;
	p->paused_until = now + p->pause;
}
