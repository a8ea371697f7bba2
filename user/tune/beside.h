/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_BESIDE_H
#define _KVMLAT_BESIDE_H

#include <stdbool.h>
#include <stddef.h>

/**
 * struct beside - a parameter of KVM's that is asked for beside knobs, and is none of kvmlat's:
 *	whoever is root sets it without a module, or nobody while KVM is loaded
 * @value: now; empty if this kernel has none
 * @live: it can be written now
 * @how: the sentence that tells how it is set
 */
struct beside {
	const char	*module;
	const char	*name;
	char		value[64];
	bool		live;
	char		how[256];
};

/* The @i-th of them, as it is now; false behind the last. */
bool beside_read(size_t i, struct beside *b);

/* The one of that name, in which "-" is as good as "_". */
bool beside_find(const char *name, struct beside *b);

#endif /* _KVMLAT_BESIDE_H */
