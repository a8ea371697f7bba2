/* SPDX-License-Identifier: GPL-2.0-only */
/* Halt polling of single VMs and vCPUs. */
#ifndef KVMLAT_KNOB_VM_H
#define KVMLAT_KNOB_VM_H

#include <linux/types.h>

struct kvm_vcpu;
struct kvmlat_knob_of;
struct kvmlat_knob_value;
struct kvmlat_vcpu;

/* Part of struct kvmlat_vm. */
struct kvmlat_knob_vm {
	bool active;		/* a vCPU has a fixed window */
	bool raised;		/* KVM's maximum for the VM is @wrote, for the sake of that vCPU */
	bool own;		/* while raised: what the VM's maximum really is, @max, */
	u32 max;		/* or, unless own, the host's */
	u32 wrote;
	u32 widest;		/* of the fixed windows */
};

/* Part of struct kvmlat_vcpu. */
struct kvmlat_knob_vcpu {
	bool fixed;
	u32 window;		/* if fixed */
	u32 before;		/* poll window: before it was fixed, or after the last halt */
};

int kvmlat_knob_vm_read(const struct kvmlat_knob_of *of, struct kvmlat_knob_value *value,
			const char **why);
int kvmlat_knob_vm_write(const struct kvmlat_knob_of *of,
			 const struct kvmlat_knob_value *value, const char **why);

/* The host's maximum was changed. */
void kvmlat_knob_vm_host(void);

void kvmlat_knob_vm_halted(struct kvmlat_vcpu *vcpu, struct kvm_vcpu *kvm_vcpu, u64 ns,
			   bool valid);

#endif
