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

/** struct found - a file's setting; files are in the order of their names, whatever the folder */
struct found {
	char			name[256];
	struct module_setting	setting;
};

static void insert(struct found *all, int *nr, const struct found *new)
{
	int at = *nr;

	while (at && strcmp(all[at - 1].name, new->name) > 0)
		at--;
	if (*nr == MODULE_SETTINGS_MAX) {
		if (!at)
			return;
		memmove(all, all + 1, --at * sizeof(*all));
	} else {
		memmove(all + at + 1, all + at, (*nr - at) * sizeof(*all));
		++*nr;
	}
	all[at] = *new;
}

/* -1 if it is there and cannot be read. */
static int settings_of(size_t folder, const char *module, const char *parameter, struct found *all,
		       int *nr)
{
	struct dirent *entry;
	struct found new;
	char path[1024], *text;
	DIR *dir;

	snprintf(path, sizeof(path), "%s%s", path_root(), folders[folder]);
	dir = opendir(path);
	if (!dir)
		return errno == ENOENT ? 0 : -1;
	while ((entry = readdir(dir))) {
		if (!is_config(entry->d_name) || is_hidden(folder, entry->d_name))
			continue;
		snprintf(path, sizeof(path), "%s%s/%s", path_root(), folders[folder],
			 entry->d_name);
		text = file_read(path);
		if (text && modprobe_find(text, module, parameter, new.setting.value,
					  sizeof(new.setting.value))) {
			snprintf(new.name, sizeof(new.name), "%s", entry->d_name);
			snprintf(new.setting.path, sizeof(new.setting.path), "%s",
				 path + strlen(path_root()));
			insert(all, nr, &new);
		}
		free(text);
	}
	closedir(dir);
	return 1;
}

int modprobe_settings(const char *module, const char *name, struct module_setting *all)
{
	const struct module_option option = { module, name, 0 };
	struct found found[MODULE_SETTINGS_MAX];
	int nr = 0, i, ret, folders_read = 0;
	struct winner line = { 0 };

	for (i = 0; i < (int)NR_FOLDERS; i++) {
		ret = settings_of(i, module, name, found, &nr);
		if (ret < 0)
			return -1;
		folders_read += ret;
	}
	look_at_command_line(&option, &line);
	if (line.path[0]) {
		/* A name that no file has: it comes behind all. */
		struct found last = { .name = "\xff" };

		snprintf(last.setting.path, sizeof(last.setting.path), "%.255s",
			 line.path + strlen(path_root()));
		memcpy(last.setting.value, line.value, sizeof(line.value));
		insert(found, &nr, &last);
	}
	for (i = 0; i < nr; i++)
		all[i] = found[i].setting;
	return folders_read ? nr : -1;
}
