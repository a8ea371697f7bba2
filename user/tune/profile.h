/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_PROFILE_H
#define _KVMLAT_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PROFILE_NAME_SIZE	64

/**
 * struct setting - one line of a profile
 * @guest: a pattern as of the shell for the names of guests; empty for the host
 */
struct setting {
	char	guest[PROFILE_NAME_SIZE];
	char	knob[PROFILE_NAME_SIZE];
	char	value[PROFILE_NAME_SIZE];
};

/**
 * struct profile - an INI file of knobs
 * @dma_latency: in us, the wake-up latency that CPUs may have; -1 for any
 */
struct profile {
	char		name[PROFILE_NAME_SIZE];
	char		path[512];
	char		summary[192];
	int32_t		dma_latency;
	size_t		nr;
	struct setting	*settings;
};

#define PROFILE_NAME_RULE \
	"up to 58 letters, digits, \"-\", \"_\" and \".\" are allowed, but no \".\" first"

bool profile_name_ok(const char *name);

/* Each 0, or -1 with a sentence why. profile_free is due in any case. */
int profile_load(struct profile *profile, const char *path, const char *name, char *why,
		 size_t size);
int profile_find(struct profile *profile, const char *name, char *why, size_t size);
void profile_free(struct profile *profile);

/* All profiles by name, of each name the first on the path. -1 if memory is short. */
int profile_list(struct profile **profiles, size_t *nr);

/* The name in the configuration of the service. -1 with a sentence why. */
int profile_configured(char *name, size_t name_size, char *why, size_t size);

#endif /* _KVMLAT_PROFILE_H */
