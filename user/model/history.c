// SPDX-License-Identifier: GPL-2.0-only
#include <math.h>

#include "history.h"

void history_put(struct history *h, uint32_t second, float value)
{
	float *slot = &h->values[second % HISTORY_SECONDS];
	uint32_t s = second;
	unsigned int i;

	if (h->samples && second == h->second) {
		h->samples++;
		if (isnan(*slot))
			*slot = value;
		else if (!isnan(value))
			*slot += (value - *slot) / h->samples;
		return;
	}
	if (!h->samples) {
		for (i = 0; i < HISTORY_SECONDS; i++)
			h->values[i] = NAN;
	} else {
		s = second - h->second < HISTORY_SECONDS ? h->second + 1 :
							   second - HISTORY_SECONDS + 1;
	}
	for (; s != second + 1; s++)
		h->values[s % HISTORY_SECONDS] = value;
	h->second = second;
	h->samples = 1;
}

void history_read(const struct history *h, uint32_t second, float values[HISTORY_SECONDS])
{
	uint32_t s = second - HISTORY_SECONDS + 1;
	unsigned int i;

	for (i = 0; i < HISTORY_SECONDS; i++, s++) {
		bool kept = h->samples && h->second - s < HISTORY_SECONDS;

		values[i] = kept ? h->values[s % HISTORY_SECONDS] : NAN;
	}
}

void history_fold(const float values[HISTORY_SECONDS], uint32_t second, float *cells,
		  unsigned int nr)
{
	uint32_t width = nr ? (HISTORY_SECONDS + nr - 1) / nr : 1;
	uint32_t s = second - HISTORY_SECONDS + 1;
	unsigned int i;

	for (i = 0; i < nr; i++)
		cells[i] = NAN;
	for (i = 0; i < HISTORY_SECONDS; i++, s++) {
		/* How many cells before the last. */
		uint32_t back = second / width - s / width;

		if (back < nr && !(cells[nr - 1 - back] >= values[i]))
			cells[nr - 1 - back] = values[i];
	}
}
