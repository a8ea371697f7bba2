// SPDX-License-Identifier: GPL-2.0-only
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hog.h"

pid_t hog_start(bool idle)
{
	struct sched_param param = { 0 };
	cpu_set_t one;
	pid_t pid = fork();

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, HOG_NAME);
	CPU_ZERO(&one);
	CPU_SET(0, &one);
	if (sched_setaffinity(0, sizeof(one), &one) ||
	    (idle && sched_setscheduler(0, SCHED_IDLE, &param)))
		_exit(1);
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
