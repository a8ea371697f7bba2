// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/paths.h"
#include "host/dma.h"
#include "modprobe.h"
#include "tuned.h"

#define DMA_LATENCY	"/dev/cpu_dma_latency"

/* What the kernel has there while nobody asks: PM_QOS_CPU_LATENCY_DEFAULT_VALUE */
#define NOBODY_ASKS_US	2000000000

/* Its scripts write kvm.rt.tuned.conf, its plugin for modules tuned.conf; both are only there. */
#define MODPROBE_DIR	"/etc/modprobe.d"
#define MODPROBE_FILES	"*tuned*.conf"

static bool is_tuned(const char *pid)
{
	char path[512], *comm;
	bool is;

	snprintf(path, sizeof(path), "%s/proc/%.32s/comm", path_root(), pid);
	comm = file_read(path);
	is = comm && !strcmp(comm, "tuned\n");
	free(comm);
	return is;
}

/* @unseen: its files are not for us to see, as in a service that lacks what the daemon may. */
static bool has_open(const char *pid, bool *unseen)
{
	char path[512], target[64];
	struct dirent *entry;
	bool found = false;
	ssize_t len;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/proc/%.32s/fd", path_root(), pid);
	dir = opendir(path);
	*unseen = !dir && errno == EACCES;
	while (dir && !found && (entry = readdir(dir))) {
		len = readlinkat(dirfd(dir), entry->d_name, target, sizeof(target) - 1);
		*unseen |= len < 0 && errno == EACCES;
		target[len < 0 ? 0 : len] = 0;
		found = !strcmp(target, DMA_LATENCY);
	}
	if (dir)
		closedir(dir);
	return found;
}

/* The daemon's process, or 0. Its files unseen, that somebody asks for a latency has to do. */
static long holder(int32_t now)
{
	struct dirent *entry;
	char path[512];
	bool unseen;
	long pid = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/proc", path_root());
	dir = opendir(path);
	while (dir && !pid && (entry = readdir(dir))) {
		if (!strspn(entry->d_name, "0123456789") || !is_tuned(entry->d_name))
			continue;
		if (has_open(entry->d_name, &unseen) ||
		    (unseen && now >= 0 && now < NOBODY_ASKS_US))
			pid = atol(entry->d_name);
	}
	if (dir)
		closedir(dir);
	return pid;
}

bool tuned_keeps_latency(int32_t us, char *text, size_t size)
{
	int32_t now = dma_latency_now(path_root());
	long pid = holder(now);

	if (!pid)
		return false;
	if (now >= 0 && now < us)
		snprintf(text, size,
			 "dma_latency=%dus has no effect: %dus is in effect, tuned (process %ld) keeps \"%s\" open, too, and the lowest that anybody asks for counts",
			 us, now, pid, DMA_LATENCY);
	else
		snprintf(text, size,
			 "tuned (process %ld) keeps \"%s\" open, too: the lowest that anybody asks for counts, now the profile's %dus",
			 pid, DMA_LATENCY, us);
	return true;
}

static bool is_in(const char *path, const char *module, const char *name, uint64_t value,
		  char *text, size_t size)
{
	char *options = file_read(path), *end, found[64];
	bool has = options && modprobe_find(options, module, name, found, sizeof(found));

	free(options);
	errno = 0;
	/* As the kernel reads it: 0x10 is a number, too. */
	if (!has || (strtoull(found, &end, 0) == value && !errno && end != found && !*end))
		return false;
	snprintf(text, size,
		 "\"%.300s\", which tuned writes, has %s.%s=%s: that counts each time that %s is loaded, until the profile is applied anew",
		 path, module, name, found, module);
	return true;
}

bool tuned_has_option(const char *module, const char *name, uint64_t value, char *text,
		      size_t size)
{
	struct dirent *entry;
	char path[1024];
	bool has = false;
	DIR *dir;

	snprintf(path, sizeof(path), "%s" MODPROBE_DIR, path_root());
	dir = opendir(path);
	while (dir && !has && (entry = readdir(dir))) {
		if (fnmatch(MODPROBE_FILES, entry->d_name, 0))
			continue;
		snprintf(path, sizeof(path), "%s" MODPROBE_DIR "/%s", path_root(), entry->d_name);
		has = is_in(path, module, name, value, text, size);
	}
	if (dir)
		closedir(dir);
	return has;
}
