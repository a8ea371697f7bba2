/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_SAMPLE_H
#define _KVMLAT_SAMPLE_H

#include "guests.h"
#include "lib/kvmlat.h"
#include "options.h"

enum scope {
	SCOPE_ALL,
	SCOPE_VM,
	SCOPE_VCPU,
};

/* One line of a table: what the exits of one reason cost. */
struct row {
	char		name[64];
	uint32_t	cls;
	uint32_t	code;
	uint64_t	count;
	double		rate;
	double		exit_percent;
	uint64_t	total;
	double		time_percent;
	bool		has_mean;
	double		mean;
	bool		has_percentiles;
	uint64_t	p50;
	uint64_t	p99;
	uint64_t	p999;
	bool		has_max;
	bool		max_exact;
	uint64_t	max;
};

/*
 * All lines of a VM, of a vCPU or of all. The open exit, which no line counts yet, and the thread
 * are those of a vCPU.
 */
struct block {
	enum scope	scope;
	uint32_t	vm_id;
	uint32_t	pid;
	const char	*guest;
	bool		gone;
	uint32_t	vcpu_id;
	uint32_t	tid;
	char		thread[32];
	bool		open;
	char		open_name[64];
	uint32_t	open_cls;
	uint32_t	open_code;
	uint64_t	open_for;
	uint32_t	vcpus;
	uint64_t	duration;
	uint64_t	elapsed;
	uint64_t	times[KVMLAT_NR_STATES];
	uint64_t	reentries;
	uint64_t	count;
	uint64_t	total;
	size_t		nr_rows;
	struct row	*rows;
};

struct sample {
	int64_t		time_ms;
	bool		cumulative;
	bool		interrupted;
	uint32_t	vendor;
	size_t		nr_blocks;
	struct block	*blocks;
};

/**
 * sample_make - from a snapshot, or what kvmlat_delta made of two, to what is shown
 * @g: must outlive the sample
 * @skip_zeros: leave out rows, and blocks, in which nothing happened
 *
 * NULL if memory is short.
 */
struct sample *sample_make(const struct kvmlat_snapshot *snap, const struct guests *g,
			   enum scope scope, enum sort_key key, bool skip_zeros, bool cumulative);
void sample_free(struct sample *s);

/* One row for all rows of a block: without percentiles, since they are not additive. */
struct row block_sum(const struct block *b);

#endif /* _KVMLAT_SAMPLE_H */
