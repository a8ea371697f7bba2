// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "dma.h"

static const char *device(const char *root, char *path, size_t size)
{
	snprintf(path, size, "%s/dev/cpu_dma_latency", root);
	return path;
}

int32_t dma_latency_now(const char *root)
{
	char path[512];
	int32_t us;
	ssize_t n;
	int fd;

	fd = open(device(root, path, sizeof(path)), O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	n = read(fd, &us, sizeof(us));
	close(fd);
	return n == sizeof(us) ? us : -1;
}

int dma_latency_hold(const char *root, int32_t us, struct trouble *why)
{
	char path[512];
	int fd;

	fd = open(device(root, path, sizeof(path)), O_WRONLY | O_CLOEXEC);
	if (fd >= 0 && write(fd, &us, sizeof(us)) == sizeof(us))
		return fd;
	trouble(why, trouble_of_errno(errno), "cannot write \"%s\": %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}
