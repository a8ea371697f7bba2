/* SPDX-License-Identifier: GPL-2.0-only */
/* Where the time of vCPUs went. Part of kvmlat.h, which includes it. */
#ifndef _KVMLAT_ACCOUNT_H
#define _KVMLAT_ACCOUNT_H

#include "error.h"

#ifdef __cplusplus
extern "C" {
#endif

/* States that this header knows, and what an account has room for: that does not grow. */
#define KVMLAT_NR_STATES	(KVMLAT_STATE_MAX + 1)
#define KVMLAT_STATES_ROOM	16
#define KVMLAT_DETAIL_BINS	16

/** struct kvmlat_bucket - a bucket of a histogram that is not empty */
struct kvmlat_bucket {
	uint16_t	index;
	uint64_t	count;
};

/**
 * struct kvmlat_reason - what events of one kind cost
 * @cls: enum kvmlat_reason_class. Exits, for which kvmlat_reason_is_exit() is true, have their
 *	time from kvm_exit to kvm_entry here, whatever happened between. All other classes are
 *	spans of their own that overlap with exits: never add them up.
 * @code: of the classes for which kvmlat_reason_has_code() is true, else 0
 * @count: events that are complete
 * @total: time of them all
 * @away: the part of @total that exits spent in the states user, poll, wait, runq and off; what is
 *	left is KVM's own
 * @longest_min: the longest of them took at least this
 * @longest_max: and at most this. Both are equal when the longest is known exactly, which is so
 *	since the start of an account. In a delta it is known if it grew meanwhile; if not, all
 *	that is known is the bucket it fell into.
 * @longest_at: when the longest ended; 0 if that is not known
 * @longest_cpu: on which CPU; meaningless without @longest_at
 * @nr_buckets: length of @buckets; 0 without histograms
 * @buckets: ascending by index
 */
struct kvmlat_reason {
	uint32_t		cls;
	uint32_t		code;
	uint64_t		count;
	uint64_t		total;
	uint64_t		away;
	uint64_t		longest_min;
	uint64_t		longest_max;
	uint64_t		longest_at;
	uint32_t		longest_cpu;
	size_t			nr_buckets;
	struct kvmlat_bucket	*buckets;
	uint64_t		spare[2];
};

/**
 * struct kvmlat_halt - the adaptive polling of halts
 * @window_min: poll window in ns for the next halt, of several vCPUs the least
 * @window_max: of several vCPUs the greatest
 * @grow: times that KVM grew it
 * @shrink: times that KVM shrank it
 * @invalid: wakeups for which there was nothing to do
 */
struct kvmlat_halt {
	uint32_t		window_min;
	uint32_t		window_max;
	uint64_t		grow;
	uint64_t		shrink;
	uint64_t		invalid;
	uint64_t		spare[2];
};

/**
 * struct kvmlat_preemptor - a task that took the CPU of a vCPU
 * @comm: its name
 * @tid: its thread id
 * @vcpu_id: whom it took it
 * @cpu: the CPU
 * @at: when
 * @time: until the vCPU had a CPU again, or up to the instant of the snapshot
 */
struct kvmlat_preemptor {
	char			comm[64];
	uint32_t		tid;
	uint32_t		vcpu_id;
	uint32_t		cpu;
	uint64_t		at;
	uint64_t		time;
	uint64_t		spare[2];
};

/**
 * struct kvmlat_detail - exits of one port, page, MSR, hypercall or CPUID leaf
 * @kind: enum kvmlat_detail_kind, what @key is
 * @count: exits, at most so many, and at least @count - @error
 * @total: time of those @count - @error that are known to be of this key
 * @longest_min: the longest of these took at least this
 * @longest_max: and at most this
 */
struct kvmlat_detail {
	uint32_t		kind;
	uint64_t		key;
	uint64_t		count;
	uint64_t		error;
	uint64_t		total;
	uint64_t		longest_min;
	uint64_t		longest_max;
	uint64_t		spare[2];
};

struct kvmlat_store;

/**
 * struct kvmlat_account - where the time of one or several vCPUs went
 * @start: begin of the time it covers; of several vCPUs the earliest
 * @end: end of it; of several vCPUs the latest
 * @elapsed: the time covered, of several vCPUs their sum. Equals the sum of @times, unless the
 *	module has a state that this library does not know, see kvmlat_unknown.
 * @times: time in each enum kvmlat_state
 * @preempted: the part of the state runq that began with a preemption
 * @reentries: entries that followed an entry
 * @halt: the adaptive polling of halts
 * @nr_vcpus: so many vCPUs are merged here
 * @nr_reasons: length of @reasons
 * @reasons: ascending by class and code
 * @nr_preemptors: length of @preemptors
 * @preemptors: the last few, ascending by when it was
 * @nr_details: length of @details
 * @details: ascending by kind and key
 * @details_since: from when on details count, of several vCPUs the earliest; 0 where they are off
 * @details_evicted: so often had a detail to make room for another
 * @details_floor: what a key that is not in @details can have had, see kvmlat_details_unlisted
 * @store: the library's. If it is not NULL the arrays may be those of other accounts, too, and are
 *	not to be written
 */
struct kvmlat_account {
	uint64_t		start;
	uint64_t		end;
	uint64_t		elapsed;
	uint64_t		times[KVMLAT_STATES_ROOM];
	uint64_t		preempted;
	uint64_t		reentries;
	struct kvmlat_halt	halt;
	uint32_t		nr_vcpus;
	size_t			nr_reasons;
	struct kvmlat_reason	*reasons;
	size_t			nr_preemptors;
	struct kvmlat_preemptor	*preemptors;
	size_t			nr_details;
	struct kvmlat_detail	*details;
	uint64_t		details_since;
	uint64_t		details_evicted;
	uint64_t		details_floor[KVMLAT_DETAIL_BINS];
	struct kvmlat_store	*store;
	uint64_t		spare[7];
};

/** kvmlat_find_reason - the row of this class and code; NULL if there is none */
KVMLAT_API const struct kvmlat_reason *kvmlat_find_reason(const struct kvmlat_account *account,
							  uint32_t cls, uint32_t code);

/** kvmlat_merge - add @from to @into, which may be all zero. -1 if memory is short. */
KVMLAT_API int kvmlat_merge(struct kvmlat_account *into, const struct kvmlat_account *from);

/** kvmlat_account_free - free what is in @account, but not @account */
KVMLAT_API void kvmlat_account_free(struct kvmlat_account *account);

/** kvmlat_reason_add - add @from to @into, which may be all zero. -1 if memory is short. */
KVMLAT_API int kvmlat_reason_add(struct kvmlat_reason *into, const struct kvmlat_reason *from);

/** kvmlat_bucket_lower - the least time that falls into a bucket */
KVMLAT_API uint64_t kvmlat_bucket_lower(unsigned int index);

/** kvmlat_bucket_upper - the greatest time that falls into a bucket, UINT64_MAX for the last */
KVMLAT_API uint64_t kvmlat_bucket_upper(unsigned int index);

/** kvmlat_bucket_of - the bucket that a time falls into */
KVMLAT_API unsigned int kvmlat_bucket_of(uint64_t ns);

/**
 * kvmlat_percentile - the time that so many per mille of the exits did not exceed
 * @permille: 0 to 1000; 500 is the median
 * @ns: the middle of the bucket: at most 1/16 off for 64 ns to 2^40 ns
 *
 * False if there is no histogram, or nothing in it.
 */
KVMLAT_API bool kvmlat_percentile(const struct kvmlat_reason *reason, unsigned int permille,
				  uint64_t *ns);

/** kvmlat_details_unlisted - a key that is not among the details had at most so many exits */
KVMLAT_API uint64_t kvmlat_details_unlisted(const struct kvmlat_account *account);

/** kvmlat_reason_is_exit - rows of this class are exits, and add up to all exits */
KVMLAT_API bool kvmlat_reason_is_exit(uint32_t cls);

/** kvmlat_reason_has_code - rows of this class have a code */
KVMLAT_API bool kvmlat_reason_has_code(uint32_t cls);

#ifdef __cplusplus
}
#endif

#endif /* _KVMLAT_ACCOUNT_H */
