// SPDX-License-Identifier: GPL-2.0-only
/* Where profiles are, and which of them a name means. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/ini.h"
#include "base/paths.h"
#include "profiles.h"

#define SUFFIX		".ini"

_Static_assert(PROFILE_NAME_MAX == 240, "PROFILE_NAME_RULE");

bool profile_name_ok(const char *name)
{
	static const char letters[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
	size_t len = strlen(name);

	return len && len <= PROFILE_NAME_MAX && *name != '.' && strspn(name, letters) == len;
}

/* The next directory of a path with colons. */
static bool next_dir(const char **at, char *dir, size_t size)
{
	size_t len;

	do {
		len = strcspn(*at, ":");
		snprintf(dir, size, "%.*s", (int)len, *at);
		*at += len;
		*at += **at == ':';
	} while (!len && **at);
	return len;
}

/* What somebody else can write is his wish, not that of who runs the command. */
static bool is_ours(const char *path, char *why, size_t size)
{
	uint32_t uid;

	if (!file_is_anothers(path, &uid))
		return true;
	if (uid == FILE_OF_ALL)
		snprintf(why, size, "\"%s\" is not read: everybody can write it", path);
	else
		snprintf(why, size,
			 "\"%s\" is not read: it is of user %u, who is neither root nor you",
			 path, uid);
	return false;
}

/* What a variable names is the choice of who runs the command. */
static int load(struct profile *p, const char *path, const char *name, char *why, size_t size)
{
	if (profile_load(p, path, name, why, size))
		return -1;
	return path_profiles_are_given() || is_ours(path, why, size) ? 0 : -1;
}

int profile_find(struct profile *p, const char *name, char *why, size_t size)
{
	const char *at = path_profiles();
	char dir[400], path[768];

	memset(p, 0, sizeof(*p));
	if (!profile_name_ok(name)) {
		snprintf(why, size, "profile \"%.64s\" is no name: " PROFILE_NAME_RULE, name);
		return -1;
	}
	while (next_dir(&at, dir, sizeof(dir))) {
		snprintf(path, sizeof(path), "%s/%s" SUFFIX, dir, name);
		if (!access(path, F_OK))
			return load(p, path, name, why, size);
	}
	snprintf(why, size, "no profile \"%s\" in \"%s\"; \"kvmlat profile list\" lists them all",
		 name, path_profiles());
	return -1;
}

static bool listed(const struct profile *profiles, size_t nr, const char *name)
{
	size_t i;

	for (i = 0; i < nr; i++)
		if (!strcmp(profiles[i].name, name))
			return true;
	return false;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct profile *)a)->name, ((const struct profile *)b)->name);
}

/* A file that is wrong is listed with its mistake as the summary. */
static int list_dir(const char *dir, struct profile **profiles, size_t *nr)
{
	char name[PROFILE_NAME_SIZE], path[768], why[1024];
	struct dirent *e;
	struct profile *p;
	int ret = 0;
	DIR *d;

	d = opendir(dir);
	if (!d)
		return 0;
	while (!ret && (e = readdir(d))) {
		size_t len = strlen(e->d_name);

		if (len <= strlen(SUFFIX) || len - strlen(SUFFIX) > PROFILE_NAME_MAX ||
		    strcmp(e->d_name + len - strlen(SUFFIX), SUFFIX))
			continue;
		snprintf(name, sizeof(name), "%.*s", (int)(len - strlen(SUFFIX)), e->d_name);
		if (!profile_name_ok(name) || listed(*profiles, *nr, name))
			continue;
		p = realloc(*profiles, (*nr + 1) * sizeof(*p));
		if (!p) {
			ret = -1;
			break;
		}
		*profiles = p;
		p += (*nr)++;
		snprintf(path, sizeof(path), "%s/%s" SUFFIX, dir, name);
		if (load(p, path, name, why, sizeof(why)))
			snprintf(p->summary, sizeof(p->summary), "%.255s", why);
	}
	closedir(d);
	return ret;
}

int profile_list(struct profile **profiles, size_t *nr)
{
	const char *at = path_profiles();
	char dir[400];

	*profiles = NULL;
	*nr = 0;
	while (next_dir(&at, dir, sizeof(dir)))
		if (list_dir(dir, profiles, nr))
			return -1;
	if (*nr)
		qsort(*profiles, *nr, sizeof(**profiles), by_name);
	return 0;
}

static bool take_config(void *user, const struct ini_line *l, char *why, size_t size)
{
	char *name = user;

	if (!strcmp(l->section, "service") && !l->argument) {
		if (!l->key)
			return true;
		if (!strcmp(l->key, "profile") && !*name && profile_name_ok(l->value)) {
			strcpy(name, l->value);
			return true;
		}
	}
	snprintf(why, size, "only \"profile = NAME\" in [service] is allowed, once");
	return false;
}

int profile_configured(char *name, size_t name_size, char *why, size_t size)
{
	char found[PROFILE_NAME_SIZE] = "";

	if (!path_config_is_given() && !is_ours(path_config(), why, size))
		return -1;
	if (ini_read(path_config(), take_config, found, why, size))
		return -1;
	snprintf(name, name_size, "%s", found);
	if (*found)
		return 0;
	snprintf(why, size, "\"%s\" names no profile: \"profile = NAME\" in [service] does",
		 path_config());
	return -1;
}
