/* SPDX-License-Identifier: GPL-2.0-only */
/* What the module says of its vCPUs and VMs, as structs, and what must hold of any such answer. */
#ifndef SELFTESTS_SNAP_H
#define SELFTESTS_SNAP_H

#include "wire.h"

#define BAD_SIZE 256

struct row {
	uint32_t class;
	uint32_t code;
	uint64_t count;
	uint64_t total;
	uint64_t longest;
	uint64_t longest_at;
	uint32_t longest_cpu;
	bool hist;
	uint64_t hist_sum;
	uint64_t hist_low;	/* the least and most that the histogram allows total to be */
	uint64_t hist_high;
	unsigned int last_bucket;
};

#define MAX_PREEMPTORS 32

struct preemptor {
	char comm[32];
	uint32_t tid;
	uint32_t cpu;
	uint64_t at;
	uint64_t time;
};

struct detail {
	uint32_t kind;
	uint64_t key;
	uint64_t count;
	uint64_t total;
	uint64_t longest;
	uint64_t error;
};

struct acct {
	uint32_t vm;
	uint32_t pid;
	uint32_t vcpu;
	uint32_t tid;
	uint64_t since;
	uint64_t now;
	bool gone;
	uint32_t state;
	uint64_t state_since;
	bool open;
	uint32_t open_class;
	uint32_t open_code;
	uint64_t open_since;
	uint64_t times[KVMLAT_STATE_MAX + 1];
	uint64_t reentries;
	uint32_t memory;
	uint64_t preempted;
	uint32_t poll_window;
	uint64_t poll_grow;
	uint64_t poll_shrink;
	uint64_t invalid_wakeups;
	struct preemptor preemptors[MAX_PREEMPTORS];
	unsigned int nr_preemptors;
	bool has_details;	/* they are switched on */
	uint64_t evicted;
	struct detail *details;
	unsigned int nr_details;
	unsigned int messages;
	struct row *rows;
	unsigned int nr_rows;
};

struct snap {
	struct acct *accts;
	unsigned int nr;
	bool intr;
	bool hist;
	bool more;
	unsigned int messages;
	char bad[BAD_SIZE];	/* the first breach of the contract */
};

struct vm_entry {
	uint32_t vm;
	uint32_t pid;
	uint32_t vcpus;
	bool gone;
	uint64_t since;
	uint64_t gone_at;
	uint64_t memory;
	bool details;
	char comm[32];
};

struct vm_list {
	struct vm_entry *vms;
	unsigned int nr;
	bool intr;
};

struct info {
	uint32_t abi;
	uint32_t vendor;
	uint32_t clock;
	uint32_t clock_khz;
	uint64_t now;
	uint64_t monotonic;
	uint32_t vms;
	uint32_t gone;
	uint32_t gone_max;
	uint32_t vcpus;
	uint64_t memory;
	uint32_t vcpu_memory_max;
	uint64_t missed;
	uint64_t spilled;
	unsigned int probes;
	unsigned int attached;
	char version[32];
};

int info_get(struct wire *w, struct info *info);
int vms_get(struct wire *w, const struct filter *f, struct vm_list *list);
void vms_free(struct vm_list *list);

/* Whether that many VMs of a process have ended, as the module sees it; for wait_until() */
struct gone_wait {
	struct wire *wire;
	uint32_t pid;
	unsigned int vms;
};

bool vms_are_gone(void *gone_wait);

/* One dump as it came, or one "do"; snap_steady() asks anew as long as the dump is flagged */
int snap_dump(struct wire *w, const struct filter *f, struct snap *snap);
int snap_do(struct wire *w, const struct filter *f, struct snap *snap);
int snap_steady(struct wire *w, const struct filter *f, struct snap *snap);
void snap_free(struct snap *snap);

/* For wait_until(): whether the thread of the only vCPU that there is sleeps in the VMM */
struct sleep_wait {
	struct wire *wire;
	struct snap *snap;	/* the snapshot that says so, with histograms */
};

bool thread_sleeps(void *sleep_wait);

/* NULL, or the first thing in @snap that the contract does not allow */
const char *snap_breach(const struct snap *snap);

/* acct.c: a VCPU nest. What the contract does not allow goes to @bad, unless that is taken */
int acct_parse_head(struct acct *acct, struct nlattr *nest, char *bad);
void acct_parse_rows(struct acct *acct, struct nlattr *nest, char *bad);
bool acct_same_head(const struct acct *a, const struct acct *b);
void acct_free(struct acct *acct);
void breach(char *bad, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Whether rows of the class are exits; the others are spans of their own */
static inline bool is_exit_class(uint32_t class)
{
	return class <= KVMLAT_REASON_CLASS_REFLECTED;
}

const struct acct *snap_find(const struct snap *snap, uint32_t pid, uint32_t tid, uint32_t vcpu);
const struct row *acct_row(const struct acct *acct, uint32_t class, uint32_t code);
/* Completed exits of a reason and the one that is open */
uint64_t acct_count(const struct acct *acct, uint32_t code);
uint64_t acct_count_of(const struct acct *acct, uint32_t class, uint32_t code);
uint64_t acct_total(const struct acct *acct);
/* A row's count and total, 0 without one */
uint64_t acct_row_count(const struct acct *acct, uint32_t class, uint32_t code);
uint64_t acct_row_total(const struct acct *acct, uint32_t class, uint32_t code);
const struct detail *acct_detail(const struct acct *acct, uint32_t kind, uint64_t key);

#endif
