/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which number of a hypercall tells what it is for. Pure.
 *
 * KVM's own and Xen's have it in RAX, or EAX. Hyper-V's have it in bits 0 to 15 of a control word,
 * which is RCX in 64-bit mode, else EDX and EAX; RAX has nothing in it, or what was there before.
 * Where KVM plays Xen, the page that it gives the guest for Hyper-V's calls sets bit 31 of EAX.
 */
#ifndef KVMLAT_HYPERCALL_H
#define KVMLAT_HYPERCALL_H

#include <linux/types.h>

#include "ledger/detail.h"

#define KVMLAT_HYPERCALL_OF_HYPERV	0x80000000

/* Who made a vCPU's hypercall has CPL 0, so a guest in long mode is in 64-bit mode. */
static inline u64 kvmlat_hypercall_key(bool xen, bool hyperv, bool long_mode, u64 rax, u64 rcx)
{
	if (hyperv && (!xen || rax & KVMLAT_HYPERCALL_OF_HYPERV))
		return KVMLAT_DETAIL_KEY(KVMLAT_DETAIL_KIND_HV_CALL,
					 (long_mode ? rcx : rax) & 0xffff);
	return KVMLAT_DETAIL_KEY(xen ? KVMLAT_DETAIL_KIND_XEN_CALL : KVMLAT_DETAIL_KIND_HYPERCALL,
				 (u32)rax);
}

#endif
