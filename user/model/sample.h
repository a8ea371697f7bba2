/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_SAMPLE_H
#define _KVMLAT_SAMPLE_H

#include "guests.h"
#include "histogram.h"
#include "quota.h"
#include "row.h"
#include "lib/kvmlat.h"
#include "sort.h"

enum grouping {
	GROUP_ALL,
	GROUP_VM,
	GROUP_VCPU,
};

/* What to show of an account. */
enum view {
	VIEW_EXITS,
	VIEW_STATES,
	VIEW_HALT,
	VIEW_LATENESS,
	VIEW_DETAIL,
	VIEW_HIST,
	NR_VIEWS,
};

/*
 * All of a VM, of a vCPU or of all. The open exit, which no line counts yet, the state and the
 * thread are those of a vCPU. @details is that they are being collected in all its VMs. @count,
 * @total and @own are of all exits. @rows are of the view; those of VIEW_DETAIL are in @account,
 * sorted.
 */
struct block {
	enum grouping		grouping;
	uint32_t		vm_id;
	uint32_t		pid;
	const char		*guest;
	bool			gone;
	bool			details;
	uint32_t		vcpu_id;
	uint32_t		tid;
	char			thread[32];
	bool			open;
	char			open_name[64];
	uint32_t		open_cls;
	uint32_t		open_code;
	uint64_t		open_for;
	uint32_t		state;
	uint64_t		state_for;
	uint64_t		duration;
	uint64_t		count;
	uint64_t		total;
	uint64_t		own;
	struct kvmlat_account	account;
	size_t			nr_rows;
	struct row		*rows;
	size_t			nr_histograms;
	struct histogram	*histograms;
};

/* @wall is what to add to a time of the module's clock to get the time since the epoch. */
struct sample {
	int64_t			time_ms;
	int64_t			wall;
	enum view		view;
	bool			cumulative;
	bool			interrupted;
	uint32_t		unreadable;	/* vCPUs that are not here */
	bool			whole;
	uint32_t		vendor;
	const struct hist_wish	*hist;
	const struct quotas	*quotas;
	size_t			nr_blocks;
	struct block		*blocks;
};

/* One moment by two clocks, CLOCK_REALTIME and CLOCK_MONOTONIC, in ns. */
struct moment {
	int64_t	real;
	int64_t	monotonic;
};

/* What to add to a time of the module's clock to get the time since the epoch. */
static inline int64_t moment_wall(const struct moment *m, const struct kvmlat_snapshot *snap)
{
	/* What the module's clock was at a moment whose time is known tells it at any other. */
	return m->real - m->monotonic + (int64_t)(snap->monotonic - snap->now);
}

/**
 * struct wish - what to make a sample of
 * @skip_zeros: leave out rows in which nothing happened
 * @skip_empty: and blocks without any row
 * @whole: it is of a whole run, of which the intervals have been shown
 * @cumulative: it is since the start of the accounts
 * @now: the moment at which it is shown; all zero for the present one
 * @thread: tells names of threads, "" for none; NULL for asking /proc
 * @quotas: with VIEW_LATENESS, of the same time; may be NULL, must outlive the sample
 * @hist: with VIEW_HIST, of what and how; must outlive the sample
 */
struct wish {
	enum grouping		grouping;
	enum view		view;
	enum sort_key		key;
	bool			skip_zeros;
	bool			cumulative;
	const struct hist_wish	*hist;
	const struct quotas	*quotas;
	bool			skip_empty;
	bool			whole;
	struct moment		now;
	const char		*(*thread)(const void *ctx, uint32_t vm_id, uint32_t vcpu_id);
	const void		*thread_ctx;
};

/**
 * sample_make - from a snapshot, or what kvmlat_delta made of two, to what is shown
 * @g: must outlive the sample
 *
 * NULL if memory is short.
 */
struct sample *sample_make(const struct kvmlat_snapshot *snap, const struct guests *g,
			   const struct wish *wish);
void sample_free(struct sample *s);

/* One row for all rows of a block: without percentiles, since they are not additive. */
struct row block_sum(const struct block *b);

#endif /* _KVMLAT_SAMPLE_H */
