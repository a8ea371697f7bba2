/* SPDX-License-Identifier: GPL-2.0-only */
/* The probes that tell what made a vCPU late; they cost nothing while nobody watches. */
#ifndef KVMLAT_CAUSE_H
#define KVMLAT_CAUSE_H

/*
 * Both under kvmlat_mutex, may sleep. Without memory, or a tracepoint, those parts of outliers are
 * missing that it is for, and nothing else.
 */
void kvmlat_cause_on(void);
/* Waits for probes. */
void kvmlat_cause_off(void);

#endif
