// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel does not load the module for whoever asks for its family, since anybody can. Root's
 * command does it, by modprobe, which alone knows the options and the signature that are wanted.
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/kvmlat.h"
#include "load.h"
#include "namespaces.h"

#define NO_LOAD	"KVMLAT_NO_LOAD"

static tell_fn teller;

void load_tells(tell_fn tell)
{
	teller = tell;
}

void load_never(void)
{
	setenv(NO_LOAD, "1", 1);
}

/* Nothing of root's own environment decides which program is run, or what of it. */
static void run_modprobe(int out)
{
	static const char * const places[] = { "/sbin/modprobe", "/usr/sbin/modprobe" };
	char * const environment[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", NULL };
	char * const argv[] = { "modprobe", "kvmlat", NULL };
	size_t i;

	signal(SIGPIPE, SIG_DFL);
	if (dup2(out, STDERR_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0)
		_exit(127);
	for (i = 0; i < sizeof(places) / sizeof(*places); i++)
		execve(places[i], argv, environment);
	_exit(127);
}

/* The first line that modprobe says; it reads to the end, so that modprobe is never stuck. */
static void read_line(int fd, char *line, size_t size)
{
	size_t len = 0;
	char buf[256];
	ssize_t n;

	while ((n = read(fd, buf, sizeof(buf))) > 0 || (n < 0 && errno == EINTR)) {
		if (n < 0)
			continue;
		if ((size_t)n > size - 1 - len)
			n = size - 1 - len;
		memcpy(line + len, buf, n);
		len += n;
	}
	line[len] = '\0';
	line[strcspn(line, "\n")] = '\0';
}

/* Whether modprobe has loaded it; if not, the line has what it said, which may be nothing. */
static bool modprobe(char *line, size_t size)
{
	int pipes[2], status = -1;
	pid_t pid;

	line[0] = '\0';
	if (pipe(pipes))
		return false;
	pid = fork();
	if (!pid) {
		close(pipes[0]);
		run_modprobe(pipes[1]);
	}
	close(pipes[1]);
	if (pid > 0) {
		read_line(pipes[0], line, size);
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
	}
	close(pipes[0]);
	return pid > 0 && WIFEXITED(status) && !WEXITSTATUS(status);
}

static int open_and_tell(struct kvmlat **handle, struct kvmlat_error *err)
{
	static bool told;

	if (kvmlat_open(handle, err))
		return -1;
	if (!pids_are_ours() && !told && teller)
		teller("this is not the host's PID namespace: process ids are the host's, and no guest's name can be read: use --vm and the ids that \"kvmlat list\" shows");
	told = true;
	return 0;
}

int load_and_open(struct kvmlat **handle, struct kvmlat_error *err)
{
	char line[200];

	if (!open_and_tell(handle, err))
		return 0;
	if (err->status == KVMLAT_E_NO_MODULE && module_is_hidden()) {
		snprintf(err->text, sizeof(err->text),
			 "the kernel module is loaded, but answers in the host's network namespace only: run kvmlat there, as by \"nsenter --net=/proc/1/ns/net kvmlat\"");
		return -1;
	}
	if (err->status != KVMLAT_E_NO_MODULE || geteuid() || getenv(NO_LOAD))
		return -1;
	if (!modprobe(line, sizeof(line))) {
		if (line[0])
			snprintf(err->text, sizeof(err->text),
				 "the kernel module is not loaded, and cannot be: %s", line);
		return -1;
	}
	if (teller)
		teller("the kernel module was not loaded, it is now; \"modprobe -r kvmlat\" unloads it");
	return open_and_tell(handle, err);
}
