// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <time.h>

#include "views.h"

const char *scope_name(enum scope scope)
{
	static const char * const names[] = {
		[SCOPE_ALL]	= "all",
		[SCOPE_VM]	= "vm",
		[SCOPE_VCPU]	= "vcpu",
	};

	return names[scope];
}

const char *wall_text(char *buf, int64_t ns, const struct sample *s)
{
	time_t seconds = ns / (int64_t)NSEC_PER_SEC, shown = s->time_ms / 1000;
	struct tm tm, today;
	size_t used;

	if (!localtime_r(&seconds, &tm) || !localtime_r(&shown, &today))
		return "-";
	used = strftime(buf, WALL_SIZE, tm.tm_yday == today.tm_yday && tm.tm_year == today.tm_year ?
			"%H:%M:%S" : "%Y-%m-%d %H:%M:%S", &tm);
	snprintf(buf + used, WALL_SIZE - used, ".%03d",
		 (int)(ns % (int64_t)NSEC_PER_SEC / 1000000));
	return buf;
}
