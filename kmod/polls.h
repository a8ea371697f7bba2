/* SPDX-License-Identifier: GPL-2.0-only */
/* KVM's own counters of halt polling. */
#ifndef KVMLAT_POLLS_H
#define KVMLAT_POLLS_H

#include <linux/kvm_host.h>

#include "ledger/ledger.h"

/* In the vCPU's own thread, which is the only one that changes them. */
static __always_inline struct kvmlat_polls kvmlat_polls_of(const struct kvm_vcpu *kvm_vcpu)
{
	return (struct kvmlat_polls) {
		.attempted = kvm_vcpu->stat.generic.halt_attempted_poll,
		.successful = kvm_vcpu->stat.generic.halt_successful_poll,
		.success_ns = kvm_vcpu->stat.generic.halt_poll_success_ns,
		.fail_ns = kvm_vcpu->stat.generic.halt_poll_fail_ns,
	};
}

#endif
