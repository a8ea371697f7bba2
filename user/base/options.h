/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_OPTIONS_H
#define _KVMLAT_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What --json and --csv choose. */
enum output {
	OUTPUT_TABLE,
	OUTPUT_JSON,
	OUTPUT_CSV,
	NR_OUTPUTS,
};

/*
 * Each says what is wrong with the value of option @what in @why, quoted and with what would be
 * allowed, and returns false.
 */
bool parse_u32(const char *what, const char *text, uint32_t min, uint32_t *value,
	       char *why, size_t size);
/* Seconds, or as people write them: 100ms, 1.5s, 2m, 1h. */
bool parse_seconds(const char *what, const char *text, uint64_t *ns, char *why, size_t size);
/* Bytes, or as people write them: 64K, 100M, 1G. */
bool parse_bytes(const char *what, const char *text, uint64_t *bytes, char *why, size_t size);

#endif /* _KVMLAT_OPTIONS_H */
