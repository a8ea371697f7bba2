/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which poll window a vCPU should have now, from what it did interval by interval. Pure: it changes
 * nothing, has no clock of its own, and does not know who asks.
 */
#ifndef _KVMLAT_PILOT_H
#define _KVMLAT_PILOT_H

#include "window.h"

/* A window that went down goes up again, but not twice in so long. */
#define PILOT_TURN_NS		(60 * 1000000000ULL)

/* How many times as long a window becomes in one step, and from where at least. */
#define PILOT_STEP		4
#define PILOT_STEP_FROM_NS	10000

/**
 * enum pilot_act - what to do
 * @PILOT_RELEASE: the vCPU gets back what it had before it had a window
 */
enum pilot_act {
	PILOT_KEEP,
	PILOT_SET,
	PILOT_RELEASE,
};

/** enum pilot_why - for what reason */
enum pilot_why {
	PILOT_LOST,		/* nobody knows what happened in the interval */
	PILOT_FEW,		/* too few halts to judge by */
	PILOT_GOOD,		/* what is in effect is as good */
	PILOT_WAITS,		/* less would do, but not for long enough yet */
	PILOT_TURNED,		/* more would do better, but it went up and down lately */
	PILOT_PAUSES,		/* it was let go of, and not for long enough yet */
	PILOT_LATE,		/* what is in effect misses the goal */
	PILOT_SPARES,		/* less, or more, is better */
	PILOT_BUSY,		/* the CPU has something else to do */
	PILOT_NO_EFFECT,	/* halts that the window outlasts sleep nevertheless */
	PILOT_BURNS,		/* polls take more than they were to */
	NR_PILOT_WHYS,
};

/**
 * struct pilot - what is remembered of a vCPU; all zero at first
 * @has_window: the vCPU has @window, by PILOT_SET and pilot_did()
 * @fell: the last change was down
 * @turned: it went up after that once, at @turned_at
 * @lower: so many intervals in a row less would have done
 * @wrong: so many the forecast was
 * @was_busy: the CPU had something else to do, last at @busy_at
 * @paused_until: it is left alone until then; @pause is for how long
 */
struct pilot {
	struct window_load	load;
	uint64_t		window;
	bool			has_window;
	bool			fell;
	bool			turned;
	uint64_t		turned_at;
	unsigned int		lower;
	unsigned int		wrong;
	bool			was_busy;
	uint64_t		busy_at;
	uint64_t		paused_until;
	uint64_t		pause;
};

/**
 * struct pilot_interval - what happened
 * @account: of the vCPU, with histograms
 * @interval: how long it was to be, in ns; one that is much longer tells of no load
 * @busy: the host's CPUs have hardly any idle time left
 * @now: of a clock that never goes back, in ns
 */
struct pilot_interval {
	const struct kvmlat_account	*account;
	uint64_t			interval;
	bool				busy;
	uint64_t			now;
};

/**
 * struct pilot_decision - what to do, and what it will do
 * @forecast: of @act PILOT_SET the new window's, else that of the one in effect
 */
struct pilot_decision {
	enum pilot_act		act;
	enum pilot_why		why;
	struct window_forecast	forecast;
};

void pilot_step(struct pilot *pilot, const struct window_goal *goal,
		const struct pilot_interval *interval, struct pilot_decision *decision);

/* The decision was carried out. Without that the next step decides anew. */
void pilot_did(struct pilot *pilot, const struct pilot_decision *decision, uint64_t now);

/* A sentence for people, without the figures. */
const char *pilot_reason(enum pilot_why why);

#endif /* _KVMLAT_PILOT_H */
