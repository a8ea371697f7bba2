/* SPDX-License-Identifier: GPL-2.0-only */
/* Why an outlier was late. Pure: a record in, causes out; and which causes cost most in all. */
#ifndef _KVMLAT_CAUSE_H
#define _KVMLAT_CAUSE_H

#include "lib/kvmlat.h"

/**
 * enum cause_kind - what kept the guest
 * @CAUSE_TASK: a task had the CPU
 * @CAUSE_IRQ: an interrupt of the host, its handler or that of the processor's own
 * @CAUSE_SOFTIRQ: a softirq
 * @CAUSE_NMI: NMIs
 * @CAUSE_THROTTLED: nobody had the CPU that was taken: a quota, or another limit, ran out
 * @CAUSE_IDLE: the CPU was idle when the vCPU became runnable, and came out of that
 * @CAUSE_VMM: the VMM ran
 * @CAUSE_VMM_ASLEEP: the VMM did not run, and did not want to
 * @CAUSE_BLOCKED: the thread was blocked in KVM: memory that was not there, a lock
 * @CAUSE_KVM: KVM ran
 * @CAUSE_ASLEEP: the vCPU slept as if halted, in a visit to the VMM
 * @CAUSE_UNKNOWN: nothing that the record tells
 */
enum cause_kind {
	CAUSE_TASK,
	CAUSE_IRQ,
	CAUSE_SOFTIRQ,
	CAUSE_NMI,
	CAUSE_THROTTLED,
	CAUSE_IDLE,
	CAUSE_VMM,
	CAUSE_VMM_ASLEEP,
	CAUSE_BLOCKED,
	CAUSE_KVM,
	CAUSE_ASLEEP,
	CAUSE_UNKNOWN,
	NR_CAUSES,
};

#define CAUSE_WHAT_SIZE		128

/** struct cause - @what: which task, which exit, ...; empty if the kind says it all; @cpu: where */
struct cause {
	enum cause_kind	kind;
	uint64_t	ns;
	uint32_t	cpu;
	char		what[CAUSE_WHAT_SIZE];
};

/* At most one for each part of a record, each kind of state, and what is left of them. */
#define CAUSES_MAX	24

/** struct causes - the longest first; together they are all of the outlier */
struct causes {
	size_t		nr;
	struct cause	cause[CAUSES_MAX];
};

void causes_of(const struct kvmlat_outlier *outlier, uint32_t vendor, struct causes *causes);

/* As JSON has it: "task", "throttled", ... */
const char *cause_name(enum cause_kind kind);

/* "71.4us kworker/3:1 (prio 120) had CPU 3" */
void cause_text(const struct cause *cause, char *text, size_t size);

/* What can be done about it, in a sentence. */
const char *cause_advice(enum cause_kind kind);

/** struct toll - what a cause cost in all outliers; @worst is the longest share of one of them */
struct toll {
	struct cause	cause;
	uint64_t	count;
	uint64_t	worst;
};

/* Different causes that are told apart; more go together into one without @what for each kind. */
#define TOLLS_MAX	256

/** struct tolls - all zero at first; @total is that of all outliers */
struct tolls {
	uint64_t	outliers;
	uint64_t	total;
	size_t		nr;
	struct toll	toll[TOLLS_MAX];
};

void tolls_add(struct tolls *tolls, const struct kvmlat_outlier *outlier,
	       const struct causes *causes);

/* What cost most first. */
void tolls_sort(struct tolls *tolls);

#endif /* _KVMLAT_CAUSE_H */
