// SPDX-License-Identifier: GPL-2.0-only
#include "crc.h"

/* Reflected, the lowest bit first. */
#define POLYNOMIAL	0x82f63b78U

static const uint32_t *table(void)
{
	static uint32_t all[256];
	unsigned int i, bit;

	for (i = all[255] ? 256 : 0; i < 256; i++) {
		all[i] = i;
		for (bit = 0; bit < 8; bit++)
			all[i] = all[i] >> 1 ^ (all[i] & 1 ? POLYNOMIAL : 0);
	}
	return all;
}

uint32_t crc32c(const void *data, size_t len)
{
	const uint32_t *t = table();
	const uint8_t *p = data;
	uint32_t crc = ~0U;

	while (len--)
		crc = crc >> 8 ^ t[(crc ^ *p++) & 0xff];
	return ~crc;
}
