// SPDX-License-Identifier: GPL-2.0-only
#include <pwd.h>
#include <stdlib.h>

#include "user.h"

bool user_parse(const char *text, uint32_t *uid)
{
	const struct passwd *user;
	unsigned long number;
	char *end;

	if (*text >= '0' && *text <= '9') {
		number = strtoul(text, &end, 10);
		*uid = number;
		return !*end && number < UINT32_MAX;
	}
	user = getpwnam(text);
	if (user)
		*uid = user->pw_uid;
	return user;
}
