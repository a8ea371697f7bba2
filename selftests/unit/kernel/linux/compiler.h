/* SPDX-License-Identifier: GPL-2.0-only */
/* What kmod/ledger/ needs of the kernel, for their unit tests. */
#ifndef _UNIT_LINUX_COMPILER_H
#define _UNIT_LINUX_COMPILER_H

#define likely(x)	__builtin_expect(!!(x), 1)
#define unlikely(x)	__builtin_expect(!!(x), 0)
#undef __always_inline
#define __always_inline	inline __attribute__((__always_inline__))
#define noinline __attribute__((__noinline__))
#define __aligned(x)	__attribute__((__aligned__(x)))

#define READ_ONCE(x)		(*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, value)	(*(volatile __typeof__(x) *)&(x) = (value))

#endif /* _UNIT_LINUX_COMPILER_H */
