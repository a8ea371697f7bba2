/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_SHOW_PROFILES_H
#define _KVMLAT_SHOW_PROFILES_H

#include <stdio.h>

#include "base/options.h"
#include "tune/profile.h"

/** struct profiles_view - @active is the name of the profile that process @pid holds, or NULL */
struct profiles_view {
	const char		*active;
	int			pid;
	size_t			nr;
	const struct profile	*profiles;
};

void show_profiles(FILE *to, enum output output, const struct profiles_view *v);
void show_profile(FILE *to, enum output output, const struct profile *p);

#endif /* _KVMLAT_SHOW_PROFILES_H */
