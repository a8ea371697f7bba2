// SPDX-License-Identifier: GPL-2.0-only
/* Starting, gating and ending the VMM. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mod.h"
#include "vmm.h"

#define MAX_ARGS 64
/* 1024 vCPUs under emulation take their time */
#define READY_MS 600000

static void vmm_exec(struct vmm *vmm, const char *args)
{
	char path[512], *copy = strdup(args), *argv[MAX_ARGS + 5], *save = NULL;
	ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - 16);
	int n = 0;

	if (len < 0)
		_exit(127);
	path[len] = '\0';
	strcpy(strrchr(path, '/') + 1, "kvmlat-vmm");

	argv[n++] = path;
	for (char *a = strtok_r(copy, " ", &save); a && n < MAX_ARGS;
	     a = strtok_r(NULL, " ", &save))
		argv[n++] = a;
	argv[n++] = "--start-gate";
	argv[n++] = vmm->fifo;
	argv[n++] = "--hold";
	argv[n] = NULL;
	execv(path, argv);
	_exit(127);
}

static bool gate_ready(void *arg)
{
	struct vmm *vmm = arg;
	siginfo_t ended = { .si_pid = 0 };

	vmm->gate = open(vmm->fifo, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	return vmm->gate >= 0 ||
	       waitid(P_PID, vmm->pid, &ended, WEXITED | WNOHANG | WNOWAIT) || ended.si_pid;
}

int vmm_start(struct vmm *vmm, const char *args)
{
	static unsigned int serial;
	int in[2], out[2];

	*vmm = (struct vmm){ .gate = -1 };
	snprintf(vmm->fifo, sizeof(vmm->fifo), "/tmp/kvmlat-gate-%d-%u", getpid(), serial++);
	unlink(vmm->fifo);
	if (mkfifo(vmm->fifo, 0600) || pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC))
		return errno;

	vmm->pid = fork();
	if (vmm->pid < 0)
		return errno;
	if (!vmm->pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(in[0], STDIN_FILENO);
		dup2(out[1], STDOUT_FILENO);
		vmm_exec(vmm, args);
	}
	close(in[0]);
	close(out[1]);
	vmm->in = in[1];
	vmm->out = fdopen(out[0], "r");

	wait_until(READY_MS, gate_ready, vmm);
	unlink(vmm->fifo);
	if (vmm->gate < 0) {
		vmm_kill(vmm);
		return ECHILD;
	}
	return 0;
}

int vmm_open_gate(struct vmm *vmm)
{
	int err = write(vmm->gate, "\n", 1) == 1 ? 0 : EPIPE;

	close(vmm->gate);
	vmm->gate = -1;
	return err;
}

void vmm_stop(struct vmm *vmm)
{
	kill(vmm->pid, SIGTERM);
}

int vmm_end(struct vmm *vmm)
{
	int status;

	if (vmm->pid <= 0)
		return -1;
	if (vmm->gate >= 0)
		close(vmm->gate);
	close(vmm->in);
	if (waitpid(vmm->pid, &status, 0) != vmm->pid)
		status = -1;
	fclose(vmm->out);
	*vmm = (struct vmm){ .gate = -1 };
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void vmm_kill(struct vmm *vmm)
{
	if (vmm->pid <= 0)
		return;
	kill(vmm->pid, SIGKILL);
	vmm_end(vmm);
}
