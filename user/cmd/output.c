// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "output.h"

static int open_for(FILE **to, const char *path, int how)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | how, 0666);

	*to = fd < 0 ? NULL : fdopen(fd, "a");
	if (*to)
		return EXIT_OK;
	if (fd >= 0)
		close(fd);
	return complain(EXIT_REFUSED, "cannot write \"%s\": %s", path, strerror(errno));
}

int output_open(FILE **to, const char *path)
{
	return open_for(to, path, O_TRUNC);
}

int output_try(FILE **to, const char *path, bool *is_new)
{
	*is_new = access(path, F_OK) && errno == ENOENT;
	return open_for(to, path, 0);
}

int output_overwrite(FILE *to)
{
	/* What is no file of a disk has nothing that could be dropped. */
	if (!ftruncate(fileno(to), 0) || errno == EINVAL)
		return EXIT_OK;
	return complain(EXIT_REFUSED, "cannot write the output: %s", strerror(errno));
}

int output_reopen(FILE **to, const char *path)
{
	fclose(*to);
	return open_for(to, path, 0);
}

int output_flush(FILE *to)
{
	if (!fflush(to) && !ferror(to))
		return EXIT_OK;
	return complain(EXIT_REFUSED, "cannot write the output: %s", strerror(errno));
}
