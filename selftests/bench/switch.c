// SPDX-License-Identifier: GPL-2.0-only
/* switch N: two processes on one CPU pass a byte to each other N times: 2 N context switches. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static void hand_over(int from, int to, unsigned long times, int first)
{
	char byte = 0;

	while (times--) {
		if (first && write(to, &byte, 1) != 1)
			exit(1);
		if (read(from, &byte, 1) != 1)
			exit(1);
		if (!first && write(to, &byte, 1) != 1)
			exit(1);
	}
}

int main(int argc, char **argv)
{
	int ping[2], pong[2], status;
	unsigned long times;
	pid_t child;

	if (argc != 2 || !(times = strtoul(argv[1], NULL, 10))) {
		fprintf(stderr, "usage: switch N\n");
		return 2;
	}
	if (pipe(ping) || pipe(pong)) {
		perror("switch: pipe");
		return 1;
	}
	child = fork();
	if (child < 0) {
		perror("switch: fork");
		return 1;
	}
	hand_over(child ? pong[0] : ping[0], child ? ping[1] : pong[1], times, child);
	if (!child)
		return 0;
	return waitpid(child, &status, 0) != child || status;
}
