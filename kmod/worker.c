// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bitops.h>
#include <linux/bug.h>
#include <linux/irq_work.h>
#include <linux/kernel.h>

#include "worker.h"

/*
 * Unbound: who asks is on a vCPU's CPU, and a vCPU of a real-time class may leave that to nobody
 * for as long as it likes. A worker bound to it would not run, and the reserves run dry. Before
 * other tasks of the normal class, since those may be vCPUs that use the reserves up.
 */
static struct workqueue_struct *queue;

/* As many as there are; each has its work, since one may wait for whoever reads. */
static struct kvmlat_job *jobs[6];
static unsigned int nr_jobs;

static void run(struct work_struct *work)
{
	struct kvmlat_job *job = container_of(work, struct kvmlat_job, work);

	clear_bit(0, &job->asked);
	/* Before it looks: who asks from now on may have come too late for this time. */
	smp_mb__after_atomic();
	job->run();
}

void kvmlat_worker_register(struct kvmlat_job *job)
{
	if (WARN_ON(nr_jobs == ARRAY_SIZE(jobs)))
		return;
	INIT_WORK(&job->work, run);
	jobs[nr_jobs++] = job;
}

static void pass_on(struct irq_work *unused)
{
	unsigned int i;

	for (i = 0; i < nr_jobs; i++) {
		if (test_bit(0, &jobs[i]->asked))
			queue_work(queue, &jobs[i]->work);
	}
}

/*
 * A probe cannot queue work: it may hold what the scheduler needs. On PREEMPT_RT other irq_work
 * than the hard one is for a thread of that CPU, which waits behind the vCPU.
 */
static struct irq_work irq_work = IRQ_WORK_INIT_HARD(pass_on);

/*
 * Once until it has begun. The interrupt of an irq_work ends the guest's turn with an exit, and
 * if that exit asked again because it finds no memory for a row, the guest would never go on.
 */
void kvmlat_worker_ask(struct kvmlat_job *job)
{
	if (!test_and_set_bit(0, &job->asked))
		irq_work_queue(&irq_work);
}

void kvmlat_worker_drain(void)
{
	unsigned int i;

	irq_work_sync(&irq_work);
	for (i = 0; i < nr_jobs; i++)
		cancel_work_sync(&jobs[i]->work);
}

int kvmlat_worker_init(void)
{
	queue = alloc_workqueue("kvmlat", WQ_UNBOUND | WQ_HIGHPRI, 0);
	return queue ? 0 : -ENOMEM;
}

void kvmlat_worker_exit(void)
{
	kvmlat_worker_drain();
	destroy_workqueue(queue);
}
