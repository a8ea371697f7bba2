// SPDX-License-Identifier: GPL-2.0-only
/* How late interrupts of a guest's timer are, as far as KVM tells. */
#include <linux/kvm_host.h>
#include <linux/math64.h>
#include <linux/preempt.h>

#include "clock.h"
#include "thread.h"
#include "timer.h"

#define MS_MAX		86400000	/* a day */

/*
 * The guest can set its TSC to anything, and its VMM the frequency to 1 kHz: of neither the product
 * with a million nor a quotient of that, which traps if it has more than 64 bits.
 */
static u64 ns_of_ticks(const struct kvm_vcpu *kvm_vcpu, s64 ticks)
{
	u32 khz = kvm_vcpu->arch.virtual_tsc_khz, rest;
	u64 ms;

	if (ticks <= 0 || !khz)
		return 0;
	ms = div_u64_rem(ticks, khz, &rest);
	if (ms >= MS_MAX)
		return MS_MAX * (u64)NSEC_PER_MSEC;
	return ms * NSEC_PER_MSEC + (u64)rest * NSEC_PER_MSEC / khz;
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
