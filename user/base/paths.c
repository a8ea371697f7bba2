// SPDX-License-Identifier: GPL-2.0-only
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "paths.h"

static bool is_given(const char *variable)
{
	const char *value = secure_getenv(variable);

	return value && *value;
}

static const char *path(const char *variable, const char *usual)
{
	return is_given(variable) ? secure_getenv(variable) : usual;
}

const char *path_run_dir(void)
{
	return path("KVMLAT_RUN_DIR", "/run/kvmlat");
}

/* Those that come with kvmlat are where it was installed: PREFIX/bin/kvmlat. */
static const char *shipped(void)
{
	static char text[2 * PATH_MAX + 64];
	char self[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash;
	int i;

	self[len < 0 ? 0 : len] = 0;
	for (i = 0; i < 2; i++) {
		slash = strrchr(self, '/');
		if (slash)
			*slash = 0;
	}
	snprintf(text, sizeof(text), "%s/etc/kvmlat/profiles:%s/share/kvmlat/profiles",
		 path_root(), self);
	return text;
}

const char *path_profiles(void)
{
	return path("KVMLAT_PROFILES", shipped());
}

bool path_profiles_are_given(void)
{
	return is_given("KVMLAT_PROFILES");
}

const char *path_config(void)
{
	static char text[PATH_MAX];

	snprintf(text, sizeof(text), "%s/etc/kvmlat/kvmlat.conf", path_root());
	return path("KVMLAT_CONFIG", text);
}

bool path_config_is_given(void)
{
	return is_given("KVMLAT_CONFIG");
}

const char *path_modprobe(void)
{
	return path("KVMLAT_MODPROBE", "/etc/modprobe.d/kvmlat.conf");
}

const char *path_root(void)
{
	return path("KVMLAT_ROOT", "");
}
