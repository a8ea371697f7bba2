/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_LOCK_H
#define _KVMLAT_LOCK_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Takes the lock @name, a file of its own in path_run_dir() that nobody else can open: whoever can
 * read a file can lock it. It is held until the descriptor that is returned, and each that was
 * inherited, is closed. Without @wait EWOULDBLOCK if somebody else holds it. -1 with errno and a
 * sentence.
 */
int lock_take(const char *name, bool wait, char *why, size_t size);

#endif /* _KVMLAT_LOCK_H */
