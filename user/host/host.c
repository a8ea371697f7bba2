// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "host.h"

#define LINE_SIZE	16384

static bool read_line(const char *root, const char *path, char *line)
{
	char name[512];
	bool ok;
	FILE *f;

	snprintf(name, sizeof(name), "%s%s", root, path);
	f = fopen(name, "re");
	if (!f)
		return false;
	ok = fgets(line, LINE_SIZE, f);
	fclose(f);
	if (ok)
		line[strcspn(line, "\n")] = 0;
	return ok;
}

/* "(null)" is how kernels without nohz_full= print it. */
static bool read_cpus(const char *root, const char *path, struct cpus *cpus)
{
	char line[LINE_SIZE];

	memset(cpus, 0, sizeof(*cpus));
	if (!read_line(root, path, line))
		return false;
	return cpus_parse(strchr(line, '(') ? "" : line, cpus);
}

bool host_read(const char *root, struct host *h)
{
	struct cpus partition;

	if (!read_cpus(root, "/sys/devices/system/cpu/online", &h->online))
		return false;
	read_cpus(root, "/sys/devices/system/cpu/isolated", &h->isolated);
	read_cpus(root, "/sys/devices/system/cpu/nohz_full", &h->nohz_full);
	if (read_cpus(root, "/sys/fs/cgroup/cpuset.cpus.isolated", &partition))
		h->isolated = cpus_or(&h->isolated, &partition);
	guard_read(root, &h->online, &h->guard);
	return true;
}
