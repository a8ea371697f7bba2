// SPDX-License-Identifier: GPL-2.0-only
/* The program's only way to fail: one sentence and a status. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "vmm.h"

void die(int status, const char *fmt, ...)
{
	va_list args;

	fputs("kvmlat-vmm: ", stderr);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
	/* Not exit(): guests may still run in other threads */
	fflush(stdout);
	_Exit(status);
}
