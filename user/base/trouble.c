// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "trouble.h"

int trouble(struct trouble *why, enum trouble_kind kind, const char *fmt, ...)
{
	va_list args;

	why->kind = kind;
	va_start(args, fmt);
	vsnprintf(why->text, sizeof(why->text), fmt, args);
	va_end(args);
	return -1;
}

int trouble_memory(struct trouble *why)
{
	return trouble(why, TROUBLE_REFUSED, "out of memory");
}

int trouble_kvmlat(struct trouble *why, const struct kvmlat_error *err)
{
	switch (err->status) {
	case KVMLAT_E_NO_MODULE:
		return trouble(why, TROUBLE_NO_MODULE, "%s", err->text);
	case KVMLAT_E_PERMISSION:
		return trouble(why, TROUBLE_NO_PERMISSION, "%s", err->text);
	case KVMLAT_E_NOT_FOUND:
		return trouble(why, TROUBLE_NO_VM, "%s", err->text);
	default:
		return trouble(why, TROUBLE_REFUSED, "%s", err->text);
	}
}

enum trouble_kind trouble_of_errno(int error)
{
	return error == EACCES || error == EPERM ? TROUBLE_NO_PERMISSION : TROUBLE_REFUSED;
}
