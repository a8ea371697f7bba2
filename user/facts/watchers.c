// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/paths.h"
#include "read.h"

/* What a descriptor of a performance event, which perf and bpftrace open, links to. */
#define PERF_EVENT	"anon_inode:[perf_event]"

/* Descriptors of a process that are looked at: those that measure open theirs early. */
#define LOOK_AT_FDS	64

/** struct search - whether some process kept its files to itself */
struct search {
	struct facts	*f;
	bool		unseen;
};

static bool measures(uint32_t pid, bool *unseen)
{
	struct dirent *entry;
	char path[1024], target[64];
	bool found = false;
	int looked = 0;
	ssize_t len;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/proc/%u/fd", path_root(), pid);
	dir = opendir(path);
	*unseen |= !dir && errno == EACCES;
	while (dir && !found && looked++ < LOOK_AT_FDS && (entry = readdir(dir))) {
		len = readlinkat(dirfd(dir), entry->d_name, target, sizeof(target) - 1);
		target[len < 0 ? 0 : len] = 0;
		found = !strcmp(target, PERF_EVENT);
	}
	if (dir)
		closedir(dir);
	return found;
}

static bool look(uint32_t pid, void *user)
{
	struct search *s = user;
	struct facts *f = s->f;
	struct fact_watcher *more;
	char path[64];

	/* This process is none, nor is the one that init is. */
	if (!measures(pid, &s->unseen) || pid == (uint32_t)getpid())
		return true;
	more = add_room(f->watchers, f->nr_watchers, sizeof(*more));
	if (!more)
		return false;
	f->watchers = more;
	more = &f->watchers[f->nr_watchers++];
	*more = (struct fact_watcher){ .pid = pid };
	snprintf(path, sizeof(path), "/proc/%u/comm", pid);
	if (!read_line(path, more->name, sizeof(more->name)))
		snprintf(more->name, sizeof(more->name), "?");
	return true;
}

void read_watchers(struct facts *f)
{
	struct search s = { .f = f };

	f->has_watchers = each_number("/proc", look, &s) && has_folder("/proc/self/fd") &&
			  !s.unseen;
}
