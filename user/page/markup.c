// SPDX-License-Identifier: GPL-2.0-only
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "lib/printable.h"
#include "markup.h"

void put_escaped(FILE *to, const char *text)
{
	char *copy = strdup(text), *p;

	if (!copy)
		abort();
	kvmlat_printable(copy);
	for (p = copy; *p; p++) {
		switch (*p) {
		case '&':
			fputs("&amp;", to);
			break;
		case '<':
			fputs("&lt;", to);
			break;
		case '>':
			fputs("&gt;", to);
			break;
		case '"':
			fputs("&quot;", to);
			break;
		case '\'':
			fputs("&#39;", to);
			break;
		default:
			fputc(*p, to);
		}
	}
	free(copy);
}

void put_number(FILE *to, double value)
{
	double tenths = round(value * 10);

	if (fmod(tenths, 10) == 0)
		fprintf(to, "%.0f", tenths / 10);
	else
		fprintf(to, "%.1f", tenths / 10);
}

void put_time(FILE *to, double ns)
{
	char text[16];
	size_t n;

	text_time(text, sizeof(text), ns);
	n = strcspn(text, "nums");
	fprintf(to, "%.*s\u00a0%s", (int)n, text, text[n] == 'u' ? "µs" : text + n);
}

void put_guest(FILE *to, const char *guest, uint32_t vm_id)
{
	if (guest[0])
		put_escaped(to, guest);
	else
		fprintf(to, "VM %u", vm_id);
}
