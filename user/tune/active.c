// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "active.h"
#include "base/file.h"
#include "base/lock.h"
#include "base/paths.h"
#include "base/process.h"
#include "lib/guest.h"

#define WAIT_MS		20000

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

static int tell_active(const char *lock, struct trouble *why)
{
	char other[PROFILE_NAME_SIZE];
	pid_t pid;

	if (active_now(&pid, other, sizeof(other)))
		return trouble(why, TROUBLE_REFUSED,
			       "profile \"%s\" is active, held by process %d; \"kvmlat profile undo\" ends it",
			       other, pid);
	return trouble(why, TROUBLE_REFUSED, "cannot lock \"%s\": another profile is just ending",
		       lock);
}

int active_lock(struct trouble *why)
{
	char sentence[600];
	int lock = lock_take("profile.lock", false, sentence, sizeof(sentence));

	if (lock >= 0)
		return lock;
	if (errno == EWOULDBLOCK)
		return tell_active(file_name("profile.lock"), why);
	return trouble(why, trouble_of_errno(errno), "%s", sentence);
}

int active_begin(const char *name, struct trouble *why)
{
	char text[PROFILE_NAME_SIZE + 64];
	uint64_t start;

	/* Left open: to close it would give up the lock. */
	if (active_lock(why) < 0)
		return -1;
	/* What the one before had to say is not of this one. */
	unlink(active_log());
	if (kvmlat_thread_start(getpid(), getpid(), &start))
		start = 0;
	snprintf(text, sizeof(text), "%d %" PRIu64 " %s\n", getpid(), start, name);
	if (!file_replace(file_name("profile"), text))
		return 0;
	return trouble(why, trouble_of_errno(errno), "cannot write \"%s\": %s",
		       file_name("profile"), strerror(errno));
}

/* One that has ended waits in vain for its parent to look. */
static bool has_ended(pid_t pid)
{
	char state = process_state(pid);

	return !state || state == 'Z' || state == 'X';
}

bool active_now(pid_t *pid, char *name, size_t size)
{
	char *text = file_read(file_name("profile"));
	uint64_t began, start;
	bool active = false;
	int used = 0;

	if (text && sscanf(text, "%d %" SCNu64 " %n", pid, &began, &used) == 2 && used) {
		snprintf(name, size, "%.*s", (int)strcspn(text + used, "\n"), text + used);
		active = *pid > 0 && !kvmlat_thread_start(*pid, *pid, &start) && start == began &&
			 !has_ended(*pid);
	}
	free(text);
	return active;
}

/* By a descriptor of the process, so that no later one of its id is taken for it. */
int active_end(pid_t pid, struct trouble *why)
{
	struct pollfd ended = { .fd = syscall(SYS_pidfd_open, pid, 0), .events = POLLIN };
	char name[PROFILE_NAME_SIZE];
	int n, error;
	pid_t now;

	if (ended.fd >= 0 && (!active_now(&now, name, sizeof(name)) || now != pid)) {
		close(ended.fd);
		return 0;
	}
	if (ended.fd < 0 || syscall(SYS_pidfd_send_signal, ended.fd, SIGTERM, NULL, 0)) {
		error = errno;
		if (ended.fd >= 0)
			close(ended.fd);
		return trouble(why, trouble_of_errno(error),
			       "cannot end process %d, which holds the profile: %s", pid,
			       strerror(error));
	}
	do {
		n = poll(&ended, 1, WAIT_MS);
	} while (n < 0 && errno == EINTR);
	close(ended.fd);
	if (n > 0)
		return 0;
	return trouble(why, TROUBLE_REFUSED, "process %d, which holds the profile, does not end",
		       pid);
}
