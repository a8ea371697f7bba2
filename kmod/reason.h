/* SPDX-License-Identifier: GPL-2.0-only */
/* Where an exit's reason comes from. */
#ifndef KVMLAT_REASON_H
#define KVMLAT_REASON_H

#include <linux/static_call.h>
#include <linux/types.h>

#include "ledger.h"

struct kvm_vcpu;
struct module;

#define KVMLAT_ISA_VMX	1	/* KVM_ISA_VMX of arch/x86/kvm/trace.h, which headers lack */
#define KVMLAT_VMX_MASK	0xffff	/* the basic reason; flags are above */

void kvmlat_reason_none(struct kvm_vcpu *vcpu, u32 *reason, u64 *info1, u64 *info2,
			u32 *intr_info, u32 *error_code);
DECLARE_STATIC_CALL(kvmlat_reason_info, kvmlat_reason_none);

/* In the kvm_exit probe only: the exit's fields are valid there. */
static __always_inline u32 kvmlat_reason(struct kvm_vcpu *vcpu, u32 isa)
{
	u32 reason = 0, intr_info, error_code;
	u64 info1, info2;

	static_call(kvmlat_reason_info)(vcpu, &reason, &info1, &info2, &intr_info, &error_code);
	if (isa == KVMLAT_ISA_VMX && reason != KVMLAT_CODE_UNKNOWN)
		reason &= KVMLAT_VMX_MASK;
	return reason;
}

u32 kvmlat_reason_vendor(void);
/* One sentence, NULL when reasons can be read. */
const char *kvmlat_reason_why(void);
void kvmlat_reason_module(const struct module *mod, unsigned long state);
void kvmlat_reason_init(void);
void kvmlat_reason_exit(void);

#endif
