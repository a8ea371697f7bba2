/* SPDX-License-Identifier: GPL-2.0-only */
/* What kmod/ledger/ needs of the kernel, for their unit tests. */
#ifndef _UNIT_LINUX_ATOMIC_H
#define _UNIT_LINUX_ATOMIC_H

#define xchg(p, value)	__atomic_exchange_n(p, value, __ATOMIC_SEQ_CST)

#endif /* _UNIT_LINUX_ATOMIC_H */
