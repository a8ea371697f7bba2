/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_LIVE_H
#define _KVMLAT_LIVE_H

#include "base/wait.h"
#include "base/workload.h"
#include "lib/kvmlat.h"

/**
 * struct live - one interval shown after the other, and then all of them together
 * @interval: in ns
 * @duration: end after so many ns; 0 for never
 * @total: together, too: not as JSON or CSV, where who adds up lines would count all twice
 * @workload: ends with that; NULL if there is none
 * @take: reads the accounts, of which @old is the last reading; an exit code, having complained
 * @show: shows what happened in an interval, or, if @whole, in all of them; likewise
 * @reopen: SIGHUP came, which @wait is for: the output's file may be another one; likewise
 * @over: what was asked for ended, and with it what can be shown of it
 */
struct live {
	struct wait	*wait;
	uint64_t	interval;
	uint64_t	duration;
	bool		total;
	struct workload	*workload;
	void		*ctx;
	int		(*take)(void *ctx, const struct kvmlat_snapshot *old,
				struct kvmlat_snapshot **snap);
	int		(*show)(void *ctx, struct kvmlat_snapshot *delta, bool whole);
	int		(*reopen)(void *ctx);
	bool		(*over)(void *ctx, const struct kvmlat_snapshot *snap);
};

/* @first is what the first interval begins at, and is freed. An exit code, having complained. */
int live_run(const struct live *live, struct kvmlat_snapshot *first);

/* What happened between two snapshots. */
int live_show(const struct live *live, const struct kvmlat_snapshot *newer,
	      const struct kvmlat_snapshot *older, bool whole);

#endif /* _KVMLAT_LIVE_H */
