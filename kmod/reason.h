/* SPDX-License-Identifier: GPL-2.0-only */
/* Where an exit's reason comes from. */
#ifndef KVMLAT_REASON_H
#define KVMLAT_REASON_H

#include <linux/static_call.h>
#include <linux/types.h>

#include "ledger.h"

struct kvm_vcpu;
struct module;

/* What of a reason is its code: VMX has flags above the 16 bits of the basic reason. */
extern u32 kvmlat_reason_mask;

void kvmlat_reason_none(struct kvm_vcpu *vcpu, u32 *reason, u64 *info1, u64 *info2,
			u32 *intr_info, u32 *error_code);
DECLARE_STATIC_CALL(kvmlat_reason_info, kvmlat_reason_none);

/* Keeps CONFIG_INIT_STACK_ALL_ZERO away from a local that somebody else fills in. */
#define KVMLAT_FILLED_IN __attribute__((__uninitialized__))

/*
 * In the kvm_exit probe only: the exit's fields are valid there. Those that nobody reads
 * share their places.
 */
static __always_inline u32 kvmlat_reason(struct kvm_vcpu *vcpu)
{
	KVMLAT_FILLED_IN u32 reason, unused;
	KVMLAT_FILLED_IN u64 unused_info;

	static_call(kvmlat_reason_info)(vcpu, &reason, &unused_info, &unused_info, &unused,
					&unused);
	return reason & kvmlat_reason_mask;
}

u32 kvmlat_reason_vendor(void);
/* One sentence, NULL when reasons can be read. */
const char *kvmlat_reason_why(void);
void kvmlat_reason_module(const struct module *mod, unsigned long state);
void kvmlat_reason_init(void);
void kvmlat_reason_exit(void);

#endif
