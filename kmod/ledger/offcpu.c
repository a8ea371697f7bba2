// SPDX-License-Identifier: GPL-2.0-only
#include <linux/string.h>

#include "offcpu.h"

/**
 * kvmlat_ledger_preempted() - whom the thread had to make room for
 * @l: ledger, between begin and commit, after out in the state runq
 * @now: time of the event
 * @comm: command name, KVMLAT_COMM_LEN bytes
 * @tid: thread id
 */
void kvmlat_ledger_preempted(struct kvmlat_ledger *l, u64 now, const char *comm, u32 tid)
{
	struct kvmlat_preemptor *p = &l->preemptor[l->preemptions++ % KVMLAT_PREEMPTORS];

	memcpy(p->comm, comm, KVMLAT_COMM_LEN);
	p->tid = tid;
	p->cpu = raw_smp_processor_id();
	p->at = now;
	p->time = 0;
}
