/* SPDX-License-Identifier: GPL-2.0-only */
/* Where an exit's reason comes from. */
#ifndef KVMLAT_REASON_H
#define KVMLAT_REASON_H

#include <linux/static_call.h>
#include <linux/types.h>

#include "ledger/ledger.h"

struct kvm_vcpu;
struct module;

/* What of a reason is its code: VMX has flags above the 16 bits of the basic reason. */
extern u32 kvmlat_reason_mask;

void kvmlat_reason_none(struct kvm_vcpu *vcpu, u32 *reason, u64 *info1, u64 *info2,
			u32 *intr_info, u32 *error_code);
DECLARE_STATIC_CALL(kvmlat_reason_info, kvmlat_reason_none);

unsigned long kvmlat_reason_asked(const struct kvm_vcpu *vcpu);
DECLARE_STATIC_CALL(kvmlat_reason_code, kvmlat_reason_asked);

/* Keeps CONFIG_INIT_STACK_ALL_ZERO away from a local that somebody else fills in. */
#define KVMLAT_FILLED_IN __attribute__((__uninitialized__))

/*
 * In the kvm_exit probe only: the exit's fields are valid there. With flags, which the ledger takes
 * off where it searches for a cell.
 */
static __always_inline unsigned long kvmlat_reason(const struct kvm_vcpu *vcpu)
{
	return static_call(kvmlat_reason_code)(vcpu);
}

/*
 * The same with the first of the exit's two fields: the exit qualification, or exit info 1. Those
 * that nobody reads share their places.
 */
static __always_inline u32 kvmlat_reason_info1(struct kvm_vcpu *vcpu, u64 *info1)
{
	KVMLAT_FILLED_IN u32 reason, unused;
	KVMLAT_FILLED_IN u64 unused_info;

	*info1 = 0;
	static_call(kvmlat_reason_info)(vcpu, &reason, info1, &unused_info, &unused, &unused);
	return reason;
}

/* The detail of an exit, see detail.h; 0 if it has none, or none that is known at kvm_exit. */
u64 kvmlat_reason_key(struct kvm_vcpu *vcpu, u32 code, u64 info1);

u32 kvmlat_reason_vendor(void);
/* One sentence, NULL when reasons can be read. */
const char *kvmlat_reason_why(void);
void kvmlat_reason_module(const struct module *mod, unsigned long state);
void kvmlat_reason_init(void);
void kvmlat_reason_exit(void);

#endif
