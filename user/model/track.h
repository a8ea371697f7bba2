/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_TRACK_H
#define _KVMLAT_TRACK_H

#include "lib/kvmlat.h"
#include "subject.h"

/* A snapshot and whether it was asked for with histograms. */
struct reading {
	struct kvmlat_snapshot	*snap;
	bool			histograms;
};

/* The few rows of each account that VMs and vCPUs show. Points into the snapshot it is of. */
struct excerpt {
	struct kvmlat_snapshot	snap;
	size_t			room;
	struct kvmlat_vcpu	*vcpus;
	struct kvmlat_reason	*rows;
};

/* Whose account: of one vCPU, else of a VM, else (vm_id 0) of all. */
struct owner {
	uint32_t	vm_id;
	bool		has_vcpu;
	uint32_t	vcpu_id;
};

/**
 * struct track - what snapshots told, one after the other; all zero but for the two functions,
 *	which may be NULL
 * @name_vm: finds a VM's name, once
 * @name_vcpu: finds that of a vCPU's thread, once for each thread
 * @since_start: those of the first snapshot are since the accounts began, else they are of no time
 * @total: the figures are since @base, not of the last interval
 * @second: when the last snapshot came
 */
struct track {
	name_vm_fn	name_vm;
	name_vcpu_fn	name_vcpu;
	bool		since_start;
	bool		total;
	uint32_t	second;
	struct reading	base;
	struct reading	older;
	struct reading	newer;
	struct subject	all;
	struct subjects	vms;
	struct subjects	vcpus;
	struct excerpt	before;
	struct excerpt	after;
};

/*
 * track_feed - take the next snapshot, which is the track's from then on
 * @second: of a clock that never goes back
 *
 * The first one is where since begins. -1 if memory is short.
 */
int track_feed(struct track *m, struct kvmlat_snapshot *snap, bool histograms, uint32_t second);

/* Make the figures anew after @total has changed. */
int track_recompute(struct track *m);

/* What was until now is not counted any more. */
int track_reset(struct track *m);

/* What happened to an owner, for kvmlat_account_free. -1 if memory is short. */
int track_account(const struct track *m, const struct owner *owner, struct kvmlat_account *to);

/* The rate of a row in each of the last seconds, oldest first. */
void track_rates(const struct track *m, const struct owner *owner, uint32_t cls, uint32_t code,
		 float values[HISTORY_SECONDS]);

void track_free(struct track *m);

#endif /* _KVMLAT_TRACK_H */
