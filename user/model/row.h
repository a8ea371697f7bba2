/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_ROW_H
#define _KVMLAT_ROW_H

#include "lib/kvmlat.h"

/*
 * One line of a table: what the exits of one reason, or spans of one kind, cost. Shares are those
 * of all exits, but @time_percent of a span is its share of the time of the block. @own is what KVM
 * itself took of @total; the rest were others, see struct kvmlat_reason. @max_at is in
 * ns since the epoch, as all times that are shown.
 */
struct row {
	char		name[64];
	uint32_t	cls;
	uint32_t	code;
	uint64_t	count;
	double		rate;
	double		exit_percent;
	uint64_t	total;
	double		time_percent;
	uint64_t	own;
	double		own_percent;
	bool		has_mean;
	double		mean;
	bool		has_percentiles;
	uint64_t	p50;
	uint64_t	p99;
	uint64_t	p999;
	bool		has_max;
	bool		max_exact;
	uint64_t	max;
	bool		has_at;
	int64_t		max_at;
	uint32_t	max_cpu;
};

/**
 * struct whole - what rows are parts of
 * @count: of all exits
 * @total: what the time of exits is a share of
 * @own: what KVM's own time of exits is a share of
 * @elapsed: what the time of spans is a share of
 * @duration: what rates are of
 */
struct whole {
	uint64_t	count;
	uint64_t	total;
	uint64_t	own;
	uint64_t	elapsed;
	uint64_t	duration;
};

/* @max_at is by the module's clock then. */
void row_fill(struct row *row, const struct kvmlat_reason *r, uint32_t vendor,
	      const struct whole *of);

/*
 * A percentile is the middle of a bucket, which is up to 1/16 off: as far as it is known, that is
 * two digits, of no more than the longest.
 */
double percentile_round(double ns, double longest);

/* As a share of @whole in per cent; 0 of nothing. */
double share(uint64_t part, uint64_t whole);

/* In a second; 0 of no time. */
double rate_of(uint64_t count, uint64_t duration);

#endif /* _KVMLAT_ROW_H */
