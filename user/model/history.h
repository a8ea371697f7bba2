/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_HISTORY_H
#define _KVMLAT_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HISTORY_SECONDS	60

/**
 * struct history - a figure in each of the last seconds; all zero is empty
 * @second: the latest that has a value; by a clock that never shows less than HISTORY_SECONDS
 * @samples: so many values are averaged in that one
 * @values: by second modulo their number; NAN where nothing is known
 */
struct history {
	uint32_t	second;
	uint32_t	samples;
	float		values[HISTORY_SECONDS];
};

/* @value is that of the time since the value before, however many seconds that is. */
void history_put(struct history *h, uint32_t second, float value);

/* The seconds up to @second, oldest first. */
void history_read(const struct history *h, uint32_t second, float values[HISTORY_SECONDS]);

/*
 * Folds seconds into at most @nr cells, each with the highest of its seconds. A cell keeps its
 * seconds until it leaves at the left: peaks move, but do not flicker.
 */
void history_fold(const float values[HISTORY_SECONDS], uint32_t second, float *cells,
		  unsigned int nr);

#endif /* _KVMLAT_HISTORY_H */
