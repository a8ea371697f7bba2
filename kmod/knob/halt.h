/* SPDX-License-Identifier: GPL-2.0-only */
/* Halt polling of single VMs and vCPUs. */
#ifndef KVMLAT_KNOB_HALT_H
#define KVMLAT_KNOB_HALT_H

#include "knob.h"
#include "vcpu.h"

int kvmlat_knob_halt_read(const struct kvmlat_knob_of *of, struct kvmlat_knob_value *value,
			  const char **why);
/* -ECANCELED if @old is not in effect any more, of a VM. */
int kvmlat_knob_halt_write(const struct kvmlat_knob_of *of, const struct kvmlat_knob_value *old,
			   const struct kvmlat_knob_value *value, const char **why);

/* The host's maximum was changed. */
void kvmlat_knob_halt_host(void);

/* Whether any vCPU of the VM has a window of its own. */
static __always_inline bool kvmlat_knob_halt_is_active(const struct kvmlat_vcpu *vcpu)
{
	/* Pairs with the release in write_vcpu(): the parameters are known. */
	return smp_load_acquire(&vcpu->vm->polling.active);
}

void kvmlat_knob_halt_adapt(struct kvmlat_vcpu *vcpu, struct kvm_vcpu *kvm_vcpu, u64 ns,
			    bool valid);

#endif
