// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "sort.h"

static const char * const keys[NR_SORT_KEYS] = {
	[SORT_COUNT]	= "count",
	[SORT_OWN]	= "own",
	[SORT_TIME]	= "time",
	[SORT_MEAN]	= "mean",
	[SORT_MAX]	= "max",
	[SORT_P99]	= "p99",
	[SORT_REASON]	= "reason",
};

bool parse_key(const char *text, enum sort_key *key, char *why, size_t size)
{
	int i;

	for (i = 0; i < NR_SORT_KEYS; i++) {
		if (!strcmp(text, keys[i])) {
			*key = i;
			return true;
		}
	}
	snprintf(why, size,
		 "sort key \"%.64s\" is none of count, own, time, mean, max, p99 and reason", text);
	return false;
}
