// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"

#define MAX_SIZE	(1024 * 1024)

/* A FIFO in the place of a file would be waited for until somebody opens its other end. */
FILE *file_open(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY), error;
	struct stat st;
	FILE *f = NULL;

	if (fd < 0)
		return NULL;
	errno = ENOTSUP;
	if (!fstat(fd, &st) && (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode)))
		f = fdopen(fd, "r");
	error = errno;
	if (!f)
		close(fd);
	errno = error;
	return f;
}

bool file_is_anothers(const char *path, uint32_t *uid)
{
	struct stat st, self;

	if (stat(path, &st))
		return false;
	*uid = st.st_uid;
	if (st.st_mode & 0002) {
		*uid = FILE_OF_ALL;
		return true;
	}
	return st.st_uid && st.st_uid != geteuid() &&
	       (stat("/proc/self/exe", &self) || st.st_uid != self.st_uid);
}

char *file_read_sized(const char *path, size_t *len)
{
	char *text = NULL, *more;
	size_t used = 0, n;
	FILE *f;

	f = file_open(path);
	if (!f)
		return NULL;
	do {
		more = realloc(text, used + 4096 + 1);
		if (!more)
			goto fail;
		text = more;
		n = fread(text + used, 1, 4096, f);
		used += n;
	} while (n && used < MAX_SIZE);
	if (ferror(f))
		goto fail;
	if (n) {
		errno = EFBIG;
		goto fail;
	}
	fclose(f);
	text[used] = 0;
	*len = used;
	return text;
fail:
	n = errno;
	fclose(f);
	free(text);
	errno = n;
	return NULL;
}

char *file_read(const char *path)
{
	size_t len;

	return file_read_sized(path, &len);
}

static int write_all(int fd, const char *text)
{
	size_t len = strlen(text);
	ssize_t n;

	while (len) {
		n = write(fd, text, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		text += n;
		len -= n;
	}
	return fchmod(fd, 0644) || fsync(fd) ? -1 : 0;
}

int file_replace(const char *path, const char *text)
{
	char temporary[4096];
	int fd, error;

	if (snprintf(temporary, sizeof(temporary), "%s.new", path) >= (int)sizeof(temporary)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	/* Of one that was killed: whoever could open it may be at it yet. */
	unlink(temporary);
	fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return -1;
	if (write_all(fd, text)) {
		error = errno;
		close(fd);
		goto fail;
	}
	if (!close(fd) && !rename(temporary, path))
		return 0;
	error = errno;
fail:
	unlink(temporary);
	errno = error;
	return -1;
}
