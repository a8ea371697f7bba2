/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_TOP_TOP_H
#define _KVMLAT_TOP_TOP_H

#include <time.h>

#include "base/options.h"
#include "base/wait.h"
#include "model/selection.h"
#include "table.h"
#include "throttling.h"
#include "pane.h"

/* What the last line asks for. */
enum prompt {
	PROMPT_NONE,
	PROMPT_FILTER,
	PROMPT_GUEST,
	PROMPT_INTERVAL,
	PROMPT_RESET,
};

/**
 * struct top - all of a run
 * @sel: which VMs the user named, if any; @filter, which the kernel has, may let more through
 * @guests: names of theirs
 * @count: end after so many refreshes; 0 for never
 * @duration: end after so many ns; 0 for never
 * @once: one table, since the start of the accounts
 * @output: for a program instead of a table, without a screen
 * @since: when what totals count began
 * @taken: when the last snapshot came
 * @wait: with the signals that end the program
 * @page: rows that fit on the screen
 * @name_width: of the widest name so far, in tables without a screen
 * @message: in the last line until the next key
 * @help: the help screen is shown, from its line @help_top
 */
struct top {
	struct kvmlat		*k;
	struct kvmlat_filter	filter;
	struct selection	sel;
	struct guests		guests;
	struct track		track;
	struct throttling	throttling;
	struct pane		pane;
	uint64_t		interval;
	uint32_t		count;
	uint64_t		duration;
	bool			once;
	enum output		output;
	bool			utf8;
	bool			colour;
	struct wait		wait;

	time_t			since;
	time_t			taken;
	bool			paused;
	bool			help;
	unsigned int		help_top;
	unsigned int		page;
	unsigned int		name_width;
	enum prompt		prompt;
	char			input[FILTER_SIZE];
	char			message[256];
};

/* This process itself is what fails, not the module. Returns -1. */
int top_fail(struct kvmlat_error *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Read the accounts. -1 with the reason in *err, also if memory is short. */
int top_take(struct top *t, bool histograms, struct kvmlat_error *err);

/* Have all VMs that the user named ended? */
bool top_over(const struct top *t);

/* The two lines over a table, for exactly @width columns; 0 for as many as it takes. */
void top_title(const struct top *t, unsigned int width, char *line);
void top_path(const struct top *t, unsigned int width, char *line);

/* The CPU quota that makes what is shown wait, in a line likewise; false if none does. */
bool top_quota(const struct top *t, unsigned int width, char *line);

/* Each until the user ends it: 0, or -1 with the reason in *err. */
int top_plain(struct top *t, struct kvmlat_error *err);
int top_live(struct top *t, struct kvmlat_error *err);

#endif /* _KVMLAT_TOP_TOP_H */
