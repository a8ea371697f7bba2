// SPDX-License-Identifier: GPL-2.0-only
/* How late interrupts of a guest's timer are, as far as KVM tells. */
#include <linux/kvm_host.h>
#include <linux/math64.h>
#include <linux/preempt.h>

#include "clock.h"
#include "thread.h"
#include "timer.h"

#define TICKS_MAX	(S64_MAX >> 13)	/* days */

/* Of the guest's TSC, which it can set to anything: a quotient of more than 64 bits would trap. */
static u64 ns_of_ticks(const struct kvm_vcpu *kvm_vcpu, s64 ticks)
{
	u32 khz = kvm_vcpu->arch.virtual_tsc_khz;

	return ticks <= 0 || !khz ? 0 : mul_u64_u32_div(min(ticks, TICKS_MAX), NSEC_PER_MSEC, khz);
}

/*
 * After kvm_entry, with IRQs off, if KVM has an interrupt of the guest's timer for it; in ticks of
 * the guest's own TSC since its deadline. KVM aims to be here before that, and waits. One that is
 * posted to a vCPU of another CPU comes in an interrupt, which knows nothing of that vCPU.
 */
notrace void kvmlat_timer_probe(void *data, unsigned int vcpu_id, s64 ticks)
{
	struct kvmlat_ledger *l = in_hardirq() ? NULL : kvmlat_thread_begin();
	const struct kvmlat_vcpu *vcpu;

	if (!l)
		return;
	vcpu = container_of(l, struct kvmlat_vcpu, ledger);
	kvmlat_ledger_add(l, KVMLAT_REASON_CLASS_TIMER, 0, ns_of_ticks(vcpu->kvm_vcpu, ticks),
			  kvmlat_ledger_after(l, kvmlat_clock()));
	kvmlat_ledger_commit(l);
}
