// SPDX-License-Identifier: GPL-2.0-only
/*
 * Takes the place of main in a command that is built for tests, and runs that once for each
 * command line on standard input, in a child, which takes a tenth of the time that exec takes. A
 * line is its length and its words, each with a NUL at its end; the answer is what wait() told and
 * the lengths of what was said on standard output and standard error, then both.
 *
 * No wait takes time: what waits for longer than an instant is told by SIGINT to end.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_WORDS	256
#define MAX_WAITS	3
/* For a machine that is busy: nothing that is asked for takes a second. */
#define MAX_SECONDS	120

int __real_main(int argc, char **argv);
int __wrap_main(int argc, char **argv);
int __real_ppoll(struct pollfd *fds, nfds_t nr, const struct timespec *timeout,
		 const sigset_t *mask);
int __wrap_ppoll(struct pollfd *fds, nfds_t nr, const struct timespec *timeout,
		 const sigset_t *mask);

int __wrap_ppoll(struct pollfd *fds, nfds_t nr, const struct timespec *timeout,
		 const sigset_t *mask)
{
	const struct timespec instant = { .tv_nsec = 1000000 };
	static unsigned int waits;
	int n = __real_ppoll(fds, nr, &instant, mask);

	if (n)
		return n;
	if (waits++ >= MAX_WAITS || !timeout) {
		kill(getpid(), SIGINT);
		return __real_ppoll(fds, nr, &instant, mask);
	}
	return 0;
}

static void fail(const char *what)
{
	perror(what);
	exit(2);
}

static int fresh(void)
{
	int fd = memfd_create("said", MFD_CLOEXEC);

	if (fd < 0)
		fail("memfd_create");
	return fd;
}

static int child(char *line, size_t length, const int *said)
{
	char *argv[MAX_WORDS + 1], *end = line + length;
	int argc = 0, null = open("/dev/null", O_RDONLY);

	if (null < 0 || dup2(null, 0) < 0 || dup2(said[0], 1) < 0 || dup2(said[1], 2) < 0)
		fail("dup2");
	for (; line < end && argc < MAX_WORDS; line++) {
		argv[argc++] = line;
		while (*line)
			line++;
	}
	argv[argc] = NULL;
	alarm(MAX_SECONDS);
	return __real_main(argc, argv);
}

static void answer(int status, const int *said)
{
	int32_t head[3] = { status, lseek(said[0], 0, SEEK_END), lseek(said[1], 0, SEEK_END) };
	char buf[65536];
	ssize_t n;
	int i;

	fwrite(head, sizeof(head), 1, stdout);
	for (i = 0; i < 2; i++) {
		lseek(said[i], 0, SEEK_SET);
		while ((n = read(said[i], buf, sizeof(buf))) > 0)
			fwrite(buf, n, 1, stdout);
		close(said[i]);
	}
	fflush(stdout);
}

int __wrap_main(int argc, char **argv)
{
	static char line[1 << 16];
	uint32_t length;

	(void)argc;
	(void)argv;
	/* By read(): a child shares the descriptor, and must not find a buffer of its own */
	while (read(0, &length, sizeof(length)) == sizeof(length) && length &&
	       length < sizeof(line)) {
		int said[2] = { fresh(), fresh() }, status;
		size_t have = 0;
		ssize_t n;
		pid_t pid;

		while (have < length && (n = read(0, line + have, length - have)) > 0)
			have += n;
		pid = fork();
		if (!pid)
			return child(line, length, said);
		if (pid < 0 || waitpid(pid, &status, 0) != pid)
			fail("fork");
		answer(status, said);
	}
	return 0;
}
