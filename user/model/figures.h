/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_FIGURES_H
#define _KVMLAT_FIGURES_H

#include "track.h"

/*
 * Make the figures of all subjects from what happened since @older. -1 if memory is short.
 * @second: when to remember them for, NULL for never
 */
int figures_compute(struct track *m, const struct reading *older, const uint32_t *second);

#endif /* _KVMLAT_FIGURES_H */
