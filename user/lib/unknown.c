// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>

#include "internal.h"

void kvmlat_skip(struct kvmlat_unknown *u, const char *what, uint32_t value)
{
	if (!u->count++) {
		u->what = what;
		u->value = value;
	}
}

uint64_t kvmlat_unknown(const struct kvmlat *k, char *text, size_t size)
{
	const struct kvmlat_unknown *u = &k->unknown;

	if (u->count)
		snprintf(text, size, "the module is newer than libkvmlat: %s %u is not known here",
			 u->what, u->value);
	else if (size)
		*text = 0;
	return u->count;
}
