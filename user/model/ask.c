// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/process.h"
#include "ask.h"

/* A process whose name can be read answers at once; one that is stuck can take any time. */
#define PATIENCE_MS	1000
/* So often while the child waits for nothing but a CPU, as on a host that has too much to do. */
#define PATIENCE_TIMES	10

struct child {
	pid_t	pid;
	int	from;
};

static _Noreturn void answer(int to, const uint32_t *pids, size_t nr, ask_fn ask)
{
	struct guest_name name;
	size_t i;

	/* Neither locks nor terminals are kept by a child that is stuck. */
	if (to != STDIN_FILENO && dup2(to, STDIN_FILENO) < 0)
		_exit(1);
	close_range(STDIN_FILENO + 1, ~0U, 0);
	for (i = 0; i < nr; i++) {
		name = (struct guest_name){ .uid = NO_UID };
		ask(pids[i], &name);
		if (write(STDIN_FILENO, &name, sizeof(name)) != sizeof(name))
			_exit(1);
	}
	_exit(0);
}

static int start(struct child *c, const uint32_t *pids, size_t nr, ask_fn ask)
{
	int ends[2];

	if (pipe(ends))
		return -1;
	c->pid = fork();
	if (!c->pid)
		answer(ends[1], pids, nr, ask);
	close(ends[1]);
	c->from = ends[0];
	if (c->pid > 0)
		return 0;
	close(ends[0]);
	return -1;
}

/* One that is stuck and cannot even be killed is left behind. */
static void end(struct child *c, bool stuck)
{
	const struct timespec tick = { .tv_nsec = 5000000 };
	int ticks = 20;

	close(c->from);
	if (!stuck) {
		waitpid(c->pid, NULL, 0);
		return;
	}
	kill(c->pid, SIGKILL);
	while (!waitpid(c->pid, NULL, WNOHANG) && ticks--)
		nanosleep(&tick, NULL);
}

static bool read_name(const struct child *c, struct guest_name *name)
{
	struct pollfd fd = { .fd = c->from, .events = POLLIN };
	int times = PATIENCE_TIMES;
	size_t used = 0;
	ssize_t n;

	while (used < sizeof(*name)) {
		n = poll(&fd, 1, PATIENCE_MS);
		if ((n < 0 && errno == EINTR) || (!n && --times && process_state(c->pid) == 'R'))
			continue;
		n = n > 0 ? read(c->from, (char *)name + used, sizeof(*name) - used) : 0;
		if (n <= 0)
			return false;
		used += n;
	}
	name->text[KVMLAT_NAME_SIZE - 1] = 0;
	return true;
}

int ask_names(const uint32_t *pids, size_t nr, ask_fn ask, struct guest_name *names)
{
	struct child c;
	size_t i = 0;

	for (; i < nr; i++)
		names[i] = (struct guest_name){ .uid = NO_UID };
	i = 0;
	while (i < nr) {
		if (start(&c, pids + i, nr - i, ask))
			return -1;
		while (i < nr && read_name(&c, &names[i]))
			i++;
		end(&c, i < nr);
		/* The one that it is stuck at is left out, and a new child goes on after it. */
		if (i < nr)
			names[i++] = (struct guest_name){ .uid = NO_UID };
	}
	return 0;
}
