// SPDX-License-Identifier: GPL-2.0-only
/* What the kernel itself says. */
#include <errno.h>
#include <glob.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/mount.h>
#include <unistd.h>

#include "sysfs.h"

#define DEBUGFS "/sys/kernel/debug"

static int read_number(const char *path, uint64_t *value)
{
	FILE *f = fopen(path, "re");
	int err;

	if (!f)
		return errno;
	err = fscanf(f, "%" SCNu64, value) == 1 ? 0 : EBADMSG;
	fclose(f);
	return err;
}

int sysfs_param(const char *module, const char *name, uint64_t *value)
{
	char path[256];

	snprintf(path, sizeof(path), "/sys/module/%s/parameters/%s", module, name);
	return read_number(path, value);
}

int sysfs_set_param(const char *module, const char *name, uint64_t value)
{
	char path[256];
	int err = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/sys/module/%s/parameters/%s", module, name);
	f = fopen(path, "we");
	if (!f)
		return errno;
	fprintf(f, "%" PRIu64 "\n", value);
	if (fclose(f))
		err = errno;
	return err;
}

int debugfs_kvm(pid_t pid, const char *name, uint64_t *value)
{
	char pattern[256];
	glob_t found;
	int err;

	if (access(DEBUGFS "/kvm", F_OK) && mount("none", DEBUGFS, "debugfs", 0, NULL))
		return errno;
	snprintf(pattern, sizeof(pattern), DEBUGFS "/kvm/%d-*/%s", pid, name);
	if (glob(pattern, 0, NULL, &found))
		return ENOENT;
	err = found.gl_pathc == 1 ? read_number(found.gl_pathv[0], value) : ENOTUNIQ;
	globfree(&found);
	return err;
}
