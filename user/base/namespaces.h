/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_NAMESPACES_H
#define _KVMLAT_NAMESPACES_H

#include <stdbool.h>

/*
 * The module tells process ids of the host. In another PID namespace they are strangers' or
 * nobody's: no name is asked for by them there, and nothing is set.
 */
bool pids_are_ours(void);

/* The module is loaded, though it is not to be seen: it speaks to the host's network namespace. */
bool module_is_hidden(void);

#endif /* _KVMLAT_NAMESPACES_H */
