// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/paths.h"
#include "modprobe_order.h"

#define SUFFIX	".conf"

/* Where libkmod looks; a file hides those of its name in the folders that follow. */
static const char * const folders[] = {
	"/etc/modprobe.d", "/run/modprobe.d", "/usr/local/lib/modprobe.d", "/usr/lib/modprobe.d",
	"/lib/modprobe.d",
};

#define NR_FOLDERS	(sizeof(folders) / sizeof(*folders))

/** struct winner - the last file that has the option */
struct winner {
	char	name[256];
	char	path[1024];
	char	value[64];
};

static bool is_hidden(size_t folder, const char *name)
{
	char path[1024];
	size_t i;

	for (i = 0; i < folder; i++) {
		snprintf(path, sizeof(path), "%s%s/%s", path_root(), folders[i], name);
		if (!access(path, F_OK))
			return true;
	}
	return false;
}

static bool is_config(const char *name)
{
	size_t len = strlen(name);

	return name[0] != '.' && len > strlen(SUFFIX) &&
	       !strcmp(name + len - strlen(SUFFIX), SUFFIX);
}

static void look_into(size_t folder, const struct module_option *o, struct winner *w)
{
	char path[1024], value[sizeof(w->value)], *text;
	struct dirent *entry;
	DIR *dir;

	snprintf(path, sizeof(path), "%s%s", path_root(), folders[folder]);
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		if (!is_config(entry->d_name) || strcmp(entry->d_name, w->name) <= 0 ||
		    is_hidden(folder, entry->d_name))
			continue;
		snprintf(path, sizeof(path), "%s%s/%s", path_root(), folders[folder],
			 entry->d_name);
		text = file_read(path);
		if (text && modprobe_find(text, o->module, o->name, value, sizeof(value))) {
			snprintf(w->name, sizeof(w->name), "%s", entry->d_name);
			memcpy(w->path, path, sizeof(path));
			memcpy(w->value, value, sizeof(value));
		}
		free(text);
	}
	if (dir)
		closedir(dir);
}

/* "kvm.halt_poll_ns=5" there is read after all files. */
static void look_at_command_line(const struct module_option *o, struct winner *w)
{
	char path[1024], line[4096], *text, *rest, *word, *dot;

	snprintf(path, sizeof(path), "%s/proc/cmdline", path_root());
	text = file_read(path);
	for (rest = text; rest && (word = strsep(&rest, "\n "));) {
		dot = strchr(word, '.');
		if (!dot)
			continue;
		*dot = 0;
		snprintf(line, sizeof(line), "options %s %s", word, dot + 1);
		if (modprobe_find(line, o->module, o->name, w->value, sizeof(w->value)))
			memcpy(w->path, path, sizeof(path));
	}
	free(text);
}

bool modprobe_loses(const char *path, const struct module_option *o, char *why, size_t size)
{
	const char *slash = strrchr(path, '/');
	struct winner w = { 0 };
	char *end;
	size_t i;

	snprintf(w.name, sizeof(w.name), "%s", slash ? slash + 1 : path);
	for (i = 0; i < NR_FOLDERS; i++)
		look_into(i, o, &w);
	look_at_command_line(o, &w);
	if (!w.path[0])
		return false;
	errno = 0;
	/* As the kernel reads it: 0x10 is a number, too. */
	if (strtoull(w.value, &end, 0) == o->value && !errno && end != w.value && !*end)
		return false;
	snprintf(why, size,
		 "\"%.200s\" has %s.%s=%s, which modprobe reads after \"%.200s\": that wins until it is taken out there",
		 w.path, o->module, o->name, w.value, path);
	return true;
}
