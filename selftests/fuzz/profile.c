// SPDX-License-Identifier: GPL-2.0-only
/* Profiles, which administrators write and may copy from anywhere. */
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "tune/profile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("profile", 0);
	struct profile profile;
	char path[64], why[512] = "";
	size_t i;

	MUST(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (profile_load(&profile, path, "name", why, sizeof(why)))
		MUST(*why);
	else
		for (i = 0; i < profile.nr; i++)
			MUST(*profile.settings[i].knob && *profile.settings[i].value &&
			     profile.settings[i].section < profile.nr_sections);
	profile_free(&profile);
	close(fd);
	return 0;
}
