/* SPDX-License-Identifier: GPL-2.0-only */
/* The probes, one per tracepoint; attach.c attaches them. */
#ifndef KVMLAT_PROBE_H
#define KVMLAT_PROBE_H

#include <linux/types.h>

struct tracepoint;

struct kvmlat_probe {
	const char *name;
	void *func;
	void *func_any;		/* where the plain TSC is no clock, NULL: the same */
	bool builtin;		/* of the kernel itself, not of kvm.ko */
	bool details;		/* attached while details of exits are collected */
	const char *optional;	/* what is lost without it, in a sentence; NULL: all */
	struct tracepoint *tp;	/* while it is known */
	void *attached;		/* of the two functions the one that is */
	int err;		/* why not */
};

/* In the order in which they are attached. */
extern struct kvmlat_probe kvmlat_probes[];
extern const size_t kvmlat_nr_probes;

#endif
