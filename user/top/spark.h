/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_TOP_SPARK_H
#define _KVMLAT_TOP_SPARK_H

#include <stdbool.h>
#include <stddef.h>

/* The bytes of a sparkline of so many cells, with its NUL. */
#define SPARK_SIZE(cells)	(3 * (cells) + 1)

/* @full is what fills a cell; 0 for the highest of the cells themselves. */
void sparkline(const float *cells, unsigned int nr, float full, bool utf8, char *to, size_t size);

#endif /* _KVMLAT_TOP_SPARK_H */
