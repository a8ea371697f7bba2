/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's own tracing as a witness. */
#ifndef SELFTESTS_TRACEFS_H
#define SELFTESTS_TRACEFS_H

#include <stdbool.h>
#include <stdint.h>

#define TRACEFS "/sys/kernel/tracing"

int tracefs_mount(void);

/* Histogram triggers; @event as in "kvm/kvm_exit", @spec without its "hist:" */
int hist_start(const char *event, const char *spec);
void hist_stop(const char *event, const char *spec);

#define HIST_MAX_KEYS 512

struct hist_key {
	uint64_t key[2];
	uint64_t hits;
	uint64_t sum;		/* of the second value, if the spec has one */
};

struct hist {
	struct hist_key keys[HIST_MAX_KEYS];
	unsigned int nr;
	uint64_t hits;
	uint64_t dropped;
};

int hist_read(const char *event, struct hist *hist);
/* Hits, or sum, of all entries with these keys */
uint64_t hist_hits(const struct hist *hist, uint64_t key0, uint64_t key1);
uint64_t hist_sum(const struct hist *hist, uint64_t key0, uint64_t key1);

/*
 * How long calls of a function took that no interrupt came into, by the function graph tracer. An
 * interrupt comes only where IRQs are on, and whatever follows it is not the function's.
 */
struct graph {
	unsigned int calls;
	unsigned int interrupted;
	uint64_t sum;		/* of the others */
	uint64_t longest;
};

int graph_start(const char *function);
int graph_stop(struct graph *graph);

/* How often a function is called, by a kprobe: one at a time */
int calls_watch(const char *function);
int calls_unwatch(void);
/* Since calls_watch(), -1 if nobody knows */
int calls_seen(void);

#endif
