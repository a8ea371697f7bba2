/* SPDX-License-Identifier: GPL-2.0-only */
/* What OUTLIER_GET says, as structs. */
#ifndef SELFTESTS_OUTLIER_H
#define SELFTESTS_OUTLIER_H

#include "account.h"
#include "wire.h"

#define OUTLIER_KINDS	(KVMLAT_OUTLIER_KIND_MAX + 1)
#define OF(kind)	(1U << KVMLAT_OUTLIER_KIND_ ## kind)

struct part {
	uint32_t kind;
	uint32_t state;
	uint64_t time;
	uint32_t count;
	uint32_t id;
	uint32_t cpu;
	char comm[32];
	uint32_t prio;
	bool preempted;
};

#define PARTS_MAX	8

struct outlier {
	uint32_t vm;
	uint32_t pid;
	uint32_t vcpu;
	uint32_t tid;
	uint32_t kind;
	uint64_t dropped;
	uint64_t begin;
	uint64_t end;
	uint64_t total;
	uint64_t threshold;
	uint64_t times[KVMLAT_STATE_MAX + 1];
	uint32_t class;
	uint32_t code;
	bool visited;
	uint32_t visit;
	bool detail;
	uint32_t detail_kind;
	uint64_t detail_key;
	struct preemptor culprit;
	uint32_t prio;
	bool preempted;
	uint32_t cpu_before;
	uint32_t cpu;
	unsigned int nr_parts;
	struct part parts[PARTS_MAX];
	uint32_t waker;		/* tid, if woken */
	bool woken;
	uint32_t moves;
};

/* All that were read, in the order in which they came */
struct outliers {
	struct outlier *all;
	unsigned int nr;
	uint64_t dropped;	/* as END says */
	uint64_t told;		/* as the outliers say */
	unsigned int ends;
	char bad[BAD_SIZE];	/* the first breach of the contract */
};

/* Of @kinds, a bit each, what takes longer than @ns; without a kind: no more */
int outlier_watch(struct wire *w, const struct filter *f, uint32_t kinds, uint64_t ns);
/* Adds what there is to @outliers, which may be all zero */
int outlier_get(struct wire *w, struct outliers *outliers);
void outliers_free(struct outliers *outliers);
/* How much of it is the part of that kind and id in any state; 0 if it is not told */
uint64_t outlier_part(const struct outlier *o, uint32_t kind, uint32_t id);
unsigned int outliers_count(const struct outliers *outliers, uint32_t kind);

#endif
