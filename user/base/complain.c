// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stdio.h>

#include "cmd/command.h"

int complain(int code, const char *fmt, ...)
{
	va_list args;

	fflush(stdout);
	fputs("kvmlat: ", stderr);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
	return code;
}

int complain_kvmlat(const struct kvmlat_error *err)
{
	switch (err->status) {
	case KVMLAT_E_NO_MODULE:
		return complain(EXIT_NO_MODULE, "%s", err->text);
	case KVMLAT_E_PERMISSION:
		return complain(EXIT_NO_PERMISSION, "%s", err->text);
	case KVMLAT_E_NOT_FOUND:
		return complain(EXIT_NO_VM, "%s", err->text);
	default:
		return complain(EXIT_REFUSED, "%s", err->text);
	}
}
