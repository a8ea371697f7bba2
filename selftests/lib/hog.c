// SPDX-License-Identifier: GPL-2.0-only
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hog.h"

/* Only once it has its name, so that whom it keeps waiting can tell it by that. */
pid_t hog_start(bool idle)
{
	struct sched_param param = { 0 };
	cpu_set_t one;
	int ready[2];
	pid_t pid;
	char c;

	if (pipe(ready))
		return -1;
	pid = fork();
	if (pid) {
		close(ready[1]);
		if (pid > 0 && read(ready[0], &c, 1) != 1)
			hog_stop(&pid);
		close(ready[0]);
		return pid ? pid : -1;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, HOG_NAME);
	CPU_ZERO(&one);
	CPU_SET(0, &one);
	/* An idle one may not run again before whoever started it has started a guest */
	if (sched_setaffinity(0, sizeof(one), &one) || write(ready[1], "", 1) != 1 ||
	    (idle && sched_setscheduler(0, SCHED_IDLE, &param)))
		_exit(1);
	close(ready[0]);
	close(ready[1]);
	for (;;)
		__asm__ volatile("");
}

void hog_stop(pid_t *hog)
{
	if (*hog <= 0)
		return;
	kill(*hog, SIGKILL);
	waitpid(*hog, NULL, 0);
	*hog = 0;
}
