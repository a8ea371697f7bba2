/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_PROFILES_H
#define _KVMLAT_PROFILES_H

#include "profile.h"

#define PROFILE_NAME_RULE \
	"up to 240 letters, digits, \"-\", \"_\" and \".\" are allowed, but no \".\" first"

bool profile_name_ok(const char *name);

/* The profile of this name that is first on the path, as by profile_load(). */
int profile_find(struct profile *profile, const char *name, char *why, size_t size);

/* All profiles by name, of each name the first on the path. -1 if memory is short. */
int profile_list(struct profile **profiles, size_t *nr);

/* The name in the configuration of the service. -1 with a sentence why. */
int profile_configured(char *name, size_t name_size, char *why, size_t size);

#endif /* _KVMLAT_PROFILES_H */
