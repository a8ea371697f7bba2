/* SPDX-License-Identifier: GPL-2.0-only */
/* Knobs on the wire, through libnl. */
#ifndef SELFTESTS_KNOB_H
#define SELFTESTS_KNOB_H

#include "wire.h"

/* What a KNOB nest says; in a request only what a request has */
struct knob {
	uint32_t id;
	uint32_t scope;
	uint32_t vm;
	uint32_t pid;
	int64_t vcpu;		/* -1: none */
	uint64_t value;
	uint32_t source;
	uint64_t old;
	uint32_t old_source;
	uint64_t original;
	uint64_t expect;
	uint64_t min;
	uint64_t max;
	uint32_t unit;
	uint32_t change;
	uint32_t result;
	bool inherit;
	bool has_value;
	bool has_original;
	bool has_expect;
	bool expect_inherit;
	bool later;
	char name[40];
	char why[256];
};

/* The knobs of a reply; or of an event, with its author */
struct knobs {
	struct knob *knob;
	unsigned int nr;
	uint32_t change;
	uint32_t action;
	uint32_t pid;
	uint32_t uid;
	char comm[16];
};

#define KNOB(name, ...) { .id = KVMLAT_KNOB_##name, .vcpu = -1, ##__VA_ARGS__ }
#define ASK(name, ...) (&(struct knob)KNOB(name, ##__VA_ARGS__))

/* All return 0 or an errno, with the refusal in @w. Whatever they return, knobs_free() is right. */
int knob_dump(struct wire *w, const struct filter *f, int which, int scope, struct knobs *knobs);
int knob_change(struct wire *w, const struct knob *ask, unsigned int nr, bool dry_run,
		struct knobs *knobs);
int knob_undo(struct wire *w, uint32_t change, bool dry_run, struct knobs *knobs);
void knobs_free(struct knobs *knobs);

/* Sets one; returns its change, 0 with the refusal in @w */
uint32_t knob_set(struct wire *w, const struct knob *ask);

/* The one knob that @of names by id, scope, VM and vCPU */
int knob_get(struct wire *w, const struct knob *of, struct knob *knob);
const struct knob *knobs_find(const struct knobs *knobs, const struct knob *of);

/* A second socket, for events. @ms: how long to wait; ETIMEDOUT if none came */
int knob_listen(struct wire *w);
int knob_event(struct wire *w, int ms, struct knobs *event);

#endif
