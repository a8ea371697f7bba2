/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_PROFILE_H
#define _KVMLAT_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/error.h"

/* A file's name has 255 bytes at most, and a temporary one beside it some more than the name. */
#define PROFILE_NAME_MAX	240
#define PROFILE_NAME_SIZE	(PROFILE_NAME_MAX + 1)

/* A pattern for any guest's name, each of whose bytes may need a backslash. */
#define PATTERN_SIZE		(2 * KVMLAT_NAME_SIZE)

/**
 * struct section - whose knobs some lines of a profile are
 * @guest: a pattern as of the shell for the names of guests; empty for the host
 * @user: whose guests only, as it was written; empty for anybody's
 */
struct section {
	char		guest[PATTERN_SIZE];
	char		user[64];
	uint32_t	uid;
};

/** struct setting - one line of a profile, of @section of its sections */
struct setting {
	size_t		section;
	unsigned int	line;
	char		knob[64];
	char		value[64];
};

/**
 * struct profile - an INI file of knobs
 * @dma_latency: in us, the wake-up latency that CPUs may have; -1 for any
 */
struct profile {
	char		name[PROFILE_NAME_SIZE];
	char		path[768];
	char		summary[256];
	int32_t		dma_latency;
	size_t		nr_sections;
	struct section	*sections;
	size_t		nr;
	struct setting	*settings;
};

/* 0, or -1 with a sentence why. profile_free is due in any case. */
int profile_load(struct profile *profile, const char *path, const char *name, char *why,
		 size_t size);
void profile_free(struct profile *profile);

static inline const struct section *section_of(const struct profile *p, const struct setting *s)
{
	return &p->sections[s->section];
}

#endif /* _KVMLAT_PROFILE_H */
