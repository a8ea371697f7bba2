/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_LOAD_H
#define _KVMLAT_LOAD_H

#include "trouble.h"

struct kvmlat;

/* Who is told of a module that was loaded; nobody at first. */
void load_tells(tell_fn tell);

/* From now on, also of what this process runs: no module is loaded. */
void load_never(void);

/*
 * kvmlat_open(), but where the module is not loaded and root asks, it is loaded first. If that
 * fails the error says why.
 */
int load_and_open(struct kvmlat **handle, struct kvmlat_error *err);

#endif /* _KVMLAT_LOAD_H */
