// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "output.h"

static int cannot(struct trouble *why, const char *what, const char *path)
{
	return trouble(why, trouble_of_errno(errno), "cannot %s \"%.256s\": %s", what, path,
		       strerror(errno));
}

/* Nothing but a file is put aside, and none that somebody records to. */
static int check(const struct output_file *f, bool *is_there, struct trouble *why)
{
	struct stat st;
	int fd, ret;

	*is_there = !lstat(f->path, &st);
	if (!*is_there)
		return errno == ENOENT ? 0 : cannot(why, "write", f->path);
	if (!S_ISREG(st.st_mode))
		return trouble(why, TROUBLE_REFUSED, "cannot write \"%.256s\": it is there, and is no file",
			       f->path);
	fd = open(f->path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return cannot(why, "write", f->path);
	ret = f->fd < 0 && flock(fd, LOCK_EX | LOCK_NB) ? -1 : 0;
	close(fd);
	if (ret)
		return trouble(why, TROUBLE_REFUSED, "cannot write \"%.256s\": another kvmlat records to it",
			       f->path);
	return 0;
}

/* "FILE" for 0, and "FILE.1" and so on. */
static void name_of(const struct output_file *f, uint32_t n, char *name, size_t size)
{
	if (n)
		snprintf(name, size, "%s.%u", f->path, n);
	else
		snprintf(name, size, "%s", f->path);
}

/* The oldest makes room: each takes the name of the one before it, up to the first that is free. */
static int put_aside(const struct output_file *f, struct trouble *why)
{
	char from[PATH_MAX + 16], to[PATH_MAX + 16];
	uint32_t n;

	for (n = 1; n + 1 < f->max_files; n++) {
		name_of(f, n, to, sizeof(to));
		if (access(to, F_OK))
			break;
	}
	for (; n; n--) {
		name_of(f, n - 1, from, sizeof(from));
		name_of(f, n, to, sizeof(to));
		if (f->max_files == 1 ? unlink(from) : rename(from, to))
			return cannot(why, "put aside", from);
	}
	return 0;
}

int output_begin(struct output_file *f, struct trouble *why)
{
	bool is_there;
	int fd;

	if (strlen(f->path) >= PATH_MAX)
		return trouble(why, TROUBLE_REFUSED, "a file name of %zu characters is too long",
			       strlen(f->path));
	if (check(f, &is_there, why) || (is_there && put_aside(f, why)))
		return -1;
	fd = open(f->path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return cannot(why, "write", f->path);
	flock(fd, LOCK_EX | LOCK_NB);
	if (f->fd >= 0)
		close(f->fd);
	f->fd = fd;
	f->size = 0;
	return 0;
}

int output_append(struct output_file *f, const struct bytes *data)
{
	size_t used = 0;
	ssize_t n;
	int error;

	while (used < data->nr) {
		n = pwrite(f->fd, data->data + used, data->nr - used, f->size + used);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			goto fail;
		used += n;
	}
	if (fdatasync(f->fd))
		goto fail;
	f->size += used;
	return 0;
fail:
	error = errno;
	/* Else half a frame would stay if nothing is written any more. */
	if (ftruncate(f->fd, f->size))
		error = errno;
	errno = error;
	return -1;
}

void output_end(struct output_file *f)
{
	if (f->fd >= 0)
		close(f->fd);
	f->fd = -1;
}
