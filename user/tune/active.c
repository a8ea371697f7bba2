// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "active.h"
#include "base/paths.h"

#define WAIT_MS		20000
#define TICK_MS		20

static const char *file_name(const char *name)
{
	static char path[512];

	snprintf(path, sizeof(path), "%s/%s", path_run_dir(), name);
	return path;
}

const char *active_log(void)
{
	return file_name("profile.log");
}

static struct flock whole_file(short type)
{
	return (struct flock){ .l_type = type, .l_whence = SEEK_SET };
}

int active_begin(const char *name, struct trouble *why)
{
	struct flock lock = whole_file(F_WRLCK);
	char other[PROFILE_NAME_SIZE];
	const char *path;
	pid_t pid;
	int fd;

	mkdir(path_run_dir(), 0755);
	path = file_name("profile");
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd < 0)
		return trouble(why, trouble_of_errno(errno), "cannot write \"%s\": %s", path,
			       strerror(errno));
	if (fcntl(fd, F_SETLK, &lock)) {
		close(fd);
		if (active_now(&pid, other, sizeof(other)))
			trouble(why, TROUBLE_REFUSED, "profile \"%s\" is active, held by process %d; \"kvmlat profile undo\" ends it",
				other, pid);
		else
			trouble(why, TROUBLE_REFUSED,
				"cannot lock \"%s\": another profile is just ending", path);
		return -1;
	}
	/* Left open: to close it would give up the lock. */
	if (!ftruncate(fd, 0) && write(fd, name, strlen(name)) == (ssize_t)strlen(name))
		return 0;
	return trouble(why, trouble_of_errno(errno), "cannot write \"%s\": %s", path,
		       strerror(errno));
}

bool active_now(pid_t *pid, char *name, size_t size)
{
	struct flock lock = whole_file(F_WRLCK);
	ssize_t n;
	int fd;

	fd = open(file_name("profile"), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return false;
	/* A read lock is what this descriptor may ask about, and what a writer is in the way of. */
	lock.l_type = F_RDLCK;
	if (fcntl(fd, F_GETLK, &lock) || lock.l_type == F_UNLCK) {
		close(fd);
		return false;
	}
	n = read(fd, name, size - 1);
	close(fd);
	name[n > 0 ? n : 0] = 0;
	*pid = lock.l_pid;
	return true;
}

int active_end(pid_t pid, struct trouble *why)
{
	const struct timespec tick = { .tv_nsec = TICK_MS * 1000000 };
	char name[PROFILE_NAME_SIZE];
	int ms, error = ESRCH;
	pid_t now;

	if (pid <= 0 || kill(pid, SIGTERM)) {
		if (pid > 0)
			error = errno;
		return trouble(why, trouble_of_errno(error),
			       "cannot end process %d, which holds the profile: %s", pid,
			       strerror(error));
	}
	for (ms = 0; ms < WAIT_MS; ms += TICK_MS) {
		if (!active_now(&now, name, sizeof(name)) || now != pid)
			return 0;
		nanosleep(&tick, NULL);
	}
	return trouble(why, TROUBLE_REFUSED, "process %d, which holds the profile, does not end",
		       pid);
}
