/* SPDX-License-Identifier: GPL-2.0-only */
/* Which part of which recording a command shows. */
#ifndef _KVMLAT_SPAN_H
#define _KVMLAT_SPAN_H

#include "base/times.h"
#include "record/recording.h"

/** struct span - @file is NULL for what happens now */
struct span {
	const char		*file;
	struct told_time	since;
	struct told_time	until;
};

/* False after a complaint. */
bool span_agrees(const char *command, const struct span *span);

/**
 * struct shown - what a replay has to be shown
 * @in: the last interval of it
 * @begin: of its first, by CLOCK_MONOTONIC; 0 if @whole
 * @delta: what happened in it, and in @quotas meanwhile
 * @whole: it is all
 */
struct shown {
	const struct interval	*in;
	int64_t			begin;
	struct kvmlat_snapshot	*delta;
	const struct quotas	*quotas;
	bool			whole;
};

/**
 * struct replay - intervals of a recording one after the other
 * @interval: of so many ns at least, 0 for those of the recording; @show may change it
 * @duration: end after so many ns; 0 for at the end
 * @show: what happened in one, or in all of them; an exit code, having complained
 * @total: show all of them together, too
 * @only_total: and nothing else; @since_start: since the start of the accounts
 * @each: likewise for each interval of the recording; may be NULL
 */
struct replay {
	const struct span	*span;
	uint64_t		interval;
	uint64_t		duration;
	bool			total;
	bool			only_total;
	bool			since_start;
	void			*ctx;
	int			(*show)(void *ctx, const struct shown *shown);
	int			(*each)(void *ctx, const struct interval *in);
};

/*
 * Shows those of the span's file; at the end tells what of it is missing. An exit code, having
 * complained.
 */
int replay_file(const struct replay *replay);

/* The same of one that is open; @losses are those before @show is called for the whole. */
int replay_run(const struct replay *replay, struct recording *r, struct losses *losses);

/* For wish.thread, with the labels as its context. */
const char *replay_thread(const void *labels, uint32_t vm_id, uint32_t vcpu_id);

#endif /* _KVMLAT_SPAN_H */
