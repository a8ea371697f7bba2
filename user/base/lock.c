// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lock.h"
#include "paths.h"

static int take(const char *path, bool wait)
{
	int fd, error;

	if (mkdir(path_run_dir(), 0755) && errno != EEXIST)
		return -1;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -1;
	while (flock(fd, LOCK_EX | (wait ? 0 : LOCK_NB))) {
		if (errno == EINTR)
			continue;
		error = errno;
		close(fd);
		errno = error;
		return -1;
	}
	return fd;
}

int lock_take(const char *name, bool wait, char *why, size_t size)
{
	char path[512];
	int fd, error;

	snprintf(path, sizeof(path), "%s/%s", path_run_dir(), name);
	fd = take(path, wait);
	error = errno;
	if (fd < 0)
		snprintf(why, size, "cannot use \"%s\": %s", path, strerror(error));
	errno = error;
	return fd;
}
