/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_TOP_FIGURES_H
#define _KVMLAT_TOP_FIGURES_H

#include "model.h"

/*
 * Make the figures of all subjects from what happened since @older. -1 if memory is short.
 * @second: when to remember them for, NULL for never
 */
int figures_compute(struct model *m, const struct held *older, const uint32_t *second);

#endif /* _KVMLAT_TOP_FIGURES_H */
