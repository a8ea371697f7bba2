/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _UNIT_LINUX_BITOPS_H
#define _UNIT_LINUX_BITOPS_H

static inline unsigned long __fls(unsigned long word)
{
	return 63 - (unsigned long)__builtin_clzl(word);
}

static inline unsigned int hweight32(unsigned int word)
{
	return __builtin_popcount(word);
}

#endif /* _UNIT_LINUX_BITOPS_H */
