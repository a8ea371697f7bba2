/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_FUZZ_H
#define _KVMLAT_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What must hold for any input; a crash is what libFuzzer reports. */
#define MUST(condition)	do { if (!(condition)) __builtin_trap(); } while (0)

/* The input as a string, for free() */
static inline char *string(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	MUST(text);
	if (size)
		memcpy(text, data, size);
	text[size] = 0;
	return text;
}

#endif /* _KVMLAT_FUZZ_H */
