/* SPDX-License-Identifier: GPL-2.0-only */
/* What probes leave to be done where one may sleep. */
#ifndef KVMLAT_WORKER_H
#define KVMLAT_WORKER_H

#include <linux/workqueue.h>

/* Lives where what it does lives; KVMLAT_JOB() makes one. */
struct kvmlat_job {
	void (*run)(void);
	/* The worker's: */
	struct work_struct work;
	unsigned long asked;
};

#define KVMLAT_JOB(run_)	{ .run = run_ }

/* While the module is loaded, before the first can ask for it. */
void kvmlat_worker_register(struct kvmlat_job *job);

/* From any context. It runs at least once after this, and once for all who ask before it begins. */
void kvmlat_worker_ask(struct kvmlat_job *job);

/* Waits for what it does. Nobody asks any more. */
void kvmlat_worker_drain(void);
int kvmlat_worker_init(void);
void kvmlat_worker_exit(void);

#endif
