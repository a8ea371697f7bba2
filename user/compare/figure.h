/* SPDX-License-Identifier: GPL-2.0-only */
/* Figures that can be compared. Pure. */
#ifndef _KVMLAT_COMPARE_FIGURE_H
#define _KVMLAT_COMPARE_FIGURE_H

#include "evidence.h"

/* For tracks of two numbers: the first as a share of the second. */
double share_of(const double *sum, size_t width, const void *ctx);

/* For tracks of buckets: the logarithm of the percentile that the double @ctx tells. */
double percentile_of(const double *sum, size_t width, const void *ctx);

#endif /* _KVMLAT_COMPARE_FIGURE_H */
