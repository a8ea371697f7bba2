/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_THRESHOLD_H
#define _KVMLAT_THRESHOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What takes longer is an outlier, unless something else is asked for. */
#define THRESHOLD_NS	50000

/* What watch and record are asked for in the same words. False with a sentence. */
bool parse_threshold(const char *text, uint64_t *ns, char *why, size_t size);

/* "gap,wake" is a bit for each enum kvmlat_outlier_kind. */
bool parse_kinds(const char *text, uint32_t *kinds, char *why, size_t size);

#endif /* _KVMLAT_THRESHOLD_H */
