/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _UNIT_LINUX_STRING_H
#define _UNIT_LINUX_STRING_H

#include <string.h>

/* Without its result, which nobody of ours asks for. */
static inline void strscpy(char *to, const char *from, size_t size)
{
	size_t len = strnlen(from, size - 1);

	memcpy(to, from, len);
	to[len] = '\0';
}

#endif /* _UNIT_LINUX_STRING_H */
