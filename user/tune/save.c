// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cmd/command.h"
#include "base/file.h"
#include "knobs.h"
#include "base/paths.h"
#include "profile.h"
#include "save.h"
#include "value.h"

static void write_knob(FILE *to, const struct kvmlat_knob_value *k)
{
	char text[64];

	value_format(k->unit, k->now.value, text, sizeof(text));
	fprintf(to, "%s = %s\n", k->name, text);
}

/* A pattern that matches this name only; false for one that an INI file cannot hold. */
static bool write_section(FILE *to, const char *guest)
{
	if (!*guest || strlen(guest) > 40 || guest[strcspn(guest, "\"[]*?\\;#\n")])
		return false;
	fprintf(to, "\n[guest \"%s\"]\n", guest);
	return true;
}

static void write_all(FILE *to, const struct tuner *t, const char *name)
{
	time_t now = time(NULL);
	char date[32] = "";
	struct tm tm;
	size_t i;

	if (localtime_r(&now, &tm))
		strftime(date, sizeof(date), "%Y-%m-%d %H:%M", &tm);
	fprintf(to, "# Written by \"kvmlat profile save %s\".\n", name);
	fprintf(to, "[profile]\nsummary = saved %s\n\n[host]\n", date);
	for (i = 0; i < t->table.nr; i++) {
		const struct kvmlat_knob_value *k = &t->table.all[i];

		if (k->scope == KVMLAT_SCOPE_HOST && k->now.known && !k->why[0])
			write_knob(to, k);
	}
	for (i = 0; i < t->table.nr; i++) {
		const struct kvmlat_knob_value *k = &t->table.all[i];

		if (k->scope == KVMLAT_SCOPE_HOST || k->now.source != k->scope)
			continue;
		if (k->scope == KVMLAT_SCOPE_VCPU)
			complain(0, "%s of vCPU %u of VM %u is left out: a profile has no vCPUs",
				 k->name, k->vcpu_id, k->vm_id);
		else if (write_section(to, tuner_guest(t, k)))
			write_knob(to, k);
		else
			complain(0, "VM %u is left out: \"%s\" cannot be written as a pattern",
				 k->vm_id, tuner_guest(t, k));
	}
}

/* Makes the directory and, as only the first of its parents can be absent, that one. */
static bool make_dir(const char *dir)
{
	char parent[512];
	char *slash;

	if (!mkdir(dir, 0755) || errno == EEXIST)
		return true;
	snprintf(parent, sizeof(parent), "%s", dir);
	slash = strrchr(parent, '/');
	if (errno != ENOENT || !slash || slash == parent)
		return false;
	*slash = 0;
	return (!mkdir(parent, 0755) || errno == EEXIST) && !mkdir(dir, 0755);
}

static int write_profile(const struct tuner *t, const char *path, const char *name)
{
	char *text = NULL;
	size_t len = 0;
	FILE *to;
	int ret;

	to = open_memstream(&text, &len);
	if (!to)
		return complain(EXIT_REFUSED, "out of memory");
	write_all(to, t, name);
	if (fclose(to)) {
		free(text);
		return complain(EXIT_REFUSED, "out of memory");
	}
	ret = file_replace(path, text);
	free(text);
	if (ret)
		return complain(errno == EACCES ? EXIT_NO_PERMISSION : EXIT_REFUSED,
				"cannot write \"%s\": %s", path, strerror(errno));
	printf("profile \"%s\" is in \"%s\"\n", name, path);
	return EXIT_OK;
}

int profile_save(const char *name, bool force)
{
	char dir[400], path[512];
	struct tuner t;
	int ret;

	if (!profile_name_ok(name))
		return complain(EXIT_USAGE, "profile \"%.64s\" is no name: " PROFILE_NAME_RULE,
				name);
	snprintf(dir, sizeof(dir), "%.*s", (int)strcspn(path_profiles(), ":"), path_profiles());
	snprintf(path, sizeof(path), "%s/%s.ini", dir, name);
	if (!force && !access(path, F_OK))
		return complain(EXIT_REFUSED, "\"%s\" exists; --force replaces it", path);
	ret = tuner_open(&t);
	if (!ret && !make_dir(dir))
		ret = complain(errno == EACCES ? EXIT_NO_PERMISSION : EXIT_REFUSED,
			       "cannot make \"%s\": %s", dir, strerror(errno));
	if (!ret)
		ret = write_profile(&t, path, name);
	tuner_close(&t);
	return ret;
}
