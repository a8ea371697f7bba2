/* SPDX-License-Identifier: GPL-2.0-only */
/* What probes leave to be done where one may sleep. */
#ifndef KVMLAT_WORKER_H
#define KVMLAT_WORKER_H

/* From any context: reserves are low; something is to be freed, given or forgotten. */
void kvmlat_worker_fill(void);
void kvmlat_worker_tidy(void);

/* Waits for what it does. Nobody asks any more. */
void kvmlat_worker_drain(void);
int kvmlat_worker_init(void);
void kvmlat_worker_exit(void);

#endif
