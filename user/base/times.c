// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "options.h"
#include "times.h"

/* A clock that shows the minute of the begin, whose seconds have passed, means that minute. */
#define MINUTE_NS	(60 * (int64_t)NSEC_PER_SEC)

bool parse_time(const char *what, const char *text, struct told_time *time, char *why, size_t size)
{
	static const char * const forms[] = {
		"%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M",
		"%H:%M:%S", "%H:%M",
	};
	const char *end;
	size_t i;

	*time = (struct told_time){ .given = true };
	if (*text == '+') {
		time->relative = true;
		return parse_seconds(what, text + 1, &time->after, why, size);
	}
	for (i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		memset(&time->tm, 0, sizeof(time->tm));
		end = strptime(text, forms[i], &time->tm);
		time->day = forms[i][1] == 'Y';
		if (end && !*end)
			return true;
	}
	snprintf(why, size, "%s \"%.64s\" is no time, as 10:00, 10:00:30, \"2026-01-31 10:00\" or +5m",
		 what, text);
	return false;
}

int64_t told_time_ns(const struct told_time *time, int64_t begin)
{
	time_t day = begin / (int64_t)NSEC_PER_SEC, at;
	struct tm tm = time->tm, of;

	if (time->relative)
		return begin + (int64_t)time->after;
	if (!time->day && localtime_r(&day, &of)) {
		tm.tm_year = of.tm_year;
		tm.tm_mon = of.tm_mon;
		tm.tm_mday = of.tm_mday;
	}
	tm.tm_isdst = -1;
	at = mktime(&tm);
	/* Past midnight. */
	if (!time->day && at * (int64_t)NSEC_PER_SEC + MINUTE_NS <= begin) {
		tm.tm_mday++;
		tm.tm_isdst = -1;
		at = mktime(&tm);
	}
	return at * (int64_t)NSEC_PER_SEC;
}
