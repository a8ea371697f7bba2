/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which number of a hypercall tells what it is for. Pure.
 *
 * KVM's own and Xen's have it in RAX. Hyper-V's have it in bits 0 to 15 of a control word, which is
 * RCX in 64-bit mode, else EDX and EAX; RAX has nothing in it, or what was there before.
 */
#ifndef KVMLAT_HYPERCALL_H
#define KVMLAT_HYPERCALL_H

#include <linux/types.h>

#include "ledger/detail.h"

/* Who made a vCPU's hypercall has CPL 0, so a guest in long mode is in 64-bit mode. */
static inline u64 kvmlat_hypercall_key(bool hyperv, bool long_mode, u64 rax, u64 rcx)
{
	if (hyperv)
		return KVMLAT_DETAIL_KEY(KVMLAT_DETAIL_KIND_HV_CALL,
					 (long_mode ? rcx : rax) & 0xffff);
	return KVMLAT_DETAIL_KEY(KVMLAT_DETAIL_KIND_HYPERCALL, (u32)rax);
}

#endif
