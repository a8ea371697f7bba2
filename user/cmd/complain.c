// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "command.h"
#include "lib/kvmlat.h"
#include "lib/printable.h"

/* What is told may quote a word of the command line, or a file: the terminal obeys none of it. */
int complain(int code, const char *fmt, ...)
{
	va_list args;
	char *text;

	fflush(stdout);
	va_start(args, fmt);
	if (vasprintf(&text, fmt, args) < 0)
		text = NULL;
	va_end(args);
	if (text)
		kvmlat_printable(text);
	fprintf(stderr, "kvmlat: %s\n", text ? text : "out of memory");
	free(text);
	return code;
}

int complain_of(const struct trouble *why)
{
	static const enum exit_code codes[] = {
		[TROUBLE_NONE]		= EXIT_OK,
		[TROUBLE_USAGE]		= EXIT_USAGE,
		[TROUBLE_NO_MODULE]	= EXIT_NO_MODULE,
		[TROUBLE_NO_PERMISSION]	= EXIT_NO_PERMISSION,
		[TROUBLE_NO_VM]		= EXIT_NO_VM,
		[TROUBLE_REFUSED]	= EXIT_REFUSED,
		[TROUBLE_AMBIGUOUS]	= EXIT_AMBIGUOUS,
	};

	return complain(codes[why->kind], "%s", why->text);
}

int outcome(int failed, const struct trouble *why)
{
	return failed ? complain_of(why) : EXIT_OK;
}

int complain_kvmlat(const struct kvmlat_error *err)
{
	struct trouble why;

	trouble_kvmlat(&why, err);
	return complain_of(&why);
}

void tell_unknown(const struct kvmlat *k)
{
	char text[160];

	if (k && kvmlat_unknown(k, text, sizeof(text)))
		complain(0, "%s, and left out", text);
}

void tell(const char *sentence)
{
	complain(0, "%s", sentence);
}
