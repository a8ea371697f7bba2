// SPDX-License-Identifier: GPL-2.0-only
#include <stdbool.h>
#include <stddef.h>

#include "printable.h"

static size_t utf8_len(const unsigned char *p)
{
	size_t len, i;

	if (p[0] < 0x80)
		return p[0] >= 0x20 && p[0] != 0x7f;
	if (p[0] >= 0xc2 && p[0] <= 0xdf)
		len = 2;
	else if (p[0] >= 0xe0 && p[0] <= 0xef)
		len = 3;
	else if (p[0] >= 0xf0 && p[0] <= 0xf4)
		len = 4;
	else
		return 0;
	for (i = 1; i < len; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	if ((p[0] == 0xc2 && p[1] < 0xa0) || (p[0] == 0xe0 && p[1] < 0xa0) ||
	    (p[0] == 0xed && p[1] >= 0xa0) || (p[0] == 0xf0 && p[1] < 0x90) ||
	    (p[0] == 0xf4 && p[1] >= 0x90))
		return 0;
	return len;
}

/* Marks that turn the direction of what follows, and separators of lines and paragraphs. */
static bool misleads(const unsigned char *p)
{
	if (p[0] == 0xd8)
		return p[1] == 0x9c;		/* U+061C */
	if (p[0] != 0xe2)
		return false;
	if (p[1] == 0x80)			/* U+200E, U+200F, U+2028 to U+202E */
		return p[2] == 0x8e || p[2] == 0x8f || (p[2] >= 0xa8 && p[2] <= 0xae);
	return p[1] == 0x81 && p[2] >= 0xa6 && p[2] <= 0xa9;	/* U+2066 to U+2069 */
}

void kvmlat_printable(char *text)
{
	size_t len, i;

	while (*text) {
		len = utf8_len((unsigned char *)text);
		if (!len) {
			*text = '?';
			len = 1;
		} else if (len > 1 && misleads((unsigned char *)text)) {
			for (i = 0; i < len; i++)
				text[i] = '?';
		}
		text += len;
	}
}
