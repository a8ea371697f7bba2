/* SPDX-License-Identifier: GPL-2.0-only */
/* What the module says of one vCPU, as a struct. */
#ifndef SELFTESTS_ACCOUNT_H
#define SELFTESTS_ACCOUNT_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/kvmlat.h>
#include <netlink/attr.h>

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
	bool unreadable;
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

/* A VCPU nest. What the contract does not allow goes to @bad, unless that is taken */
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
