// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bitops.h>
#include <linux/irq_work.h>
#include <linux/workqueue.h>

#include "reserve.h"
#include "vcpu.h"
#include "worker.h"

/*
 * Unbound: who asks is on a vCPU's CPU, and a vCPU of a real-time class may leave that to nobody
 * for as long as it likes. A worker bound to it would not run, and the reserves run dry. Before
 * other tasks of the normal class, since those may be vCPUs that use the reserves up.
 */
static struct workqueue_struct *queue;

/* Two, since tidying waits for whoever reads, as long as that takes. */
enum { FILL, TIDY };

/* Which were asked for and have not begun. */
static unsigned long asked;

static void begin(int job)
{
	clear_bit(job, &asked);
	/* Before it looks: who asks from now on may have come too late for this time. */
	smp_mb__after_atomic();
}

static void fill(struct work_struct *unused)
{
	begin(FILL);
	kvmlat_reserve_fill();
}

static void tidy(struct work_struct *unused)
{
	begin(TIDY);
	kvmlat_vcpu_tidy();
}

static DECLARE_WORK(fill_work, fill);
static DECLARE_WORK(tidy_work, tidy);

static void pass_on(struct irq_work *unused)
{
	if (test_bit(FILL, &asked))
		queue_work(queue, &fill_work);
	if (test_bit(TIDY, &asked))
		queue_work(queue, &tidy_work);
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
static void ask(int job)
{
	if (!test_and_set_bit(job, &asked))
		irq_work_queue(&irq_work);
}

void kvmlat_worker_fill(void)
{
	ask(FILL);
}

void kvmlat_worker_tidy(void)
{
	ask(TIDY);
}

void kvmlat_worker_drain(void)
{
	irq_work_sync(&irq_work);
	cancel_work_sync(&fill_work);
	cancel_work_sync(&tidy_work);
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
