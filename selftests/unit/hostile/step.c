// SPDX-License-Identifier: GPL-2.0-only
/*
 * step N COMMAND...: runs COMMAND and kills it by SIGKILL when it is about to do the Nth of the
 * system calls that can leave something behind, counted from when it takes a lock or asks the
 * module. Ends with 0 if it was killed, with 1 if it had ended before.
 */
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

/* What other calls do ends with the process: killed before one of them is killed after it. */
static bool counts(unsigned long call)
{
	static const unsigned long calls[] = {
		SYS_write, SYS_pwrite64, SYS_writev, SYS_openat, SYS_rename, SYS_renameat,
		SYS_renameat2, SYS_unlink, SYS_unlinkat, SYS_mkdir, SYS_ftruncate, SYS_fchmod,
		SYS_fsync, SYS_flock, SYS_socket, SYS_connect, SYS_sendto, SYS_sendmsg, SYS_clone,
		SYS_clone3, SYS_sched_setattr, SYS_sched_setaffinity, SYS_pidfd_send_signal,
		SYS_exit_group,
	};
	size_t i;

	for (i = 0; i < sizeof(calls) / sizeof(*calls); i++)
		if (call == calls[i])
			return true;
	return false;
}

static bool begins(unsigned long call)
{
	return call == SYS_socket || call == SYS_mkdir || call == SYS_flock;
}

static int run(char **argv)
{
	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL))
		return 127;
	execv(*argv, argv);
	return 127;
}

int main(int argc, char **argv)
{
	bool begun = false, entry = false;
	struct user_regs_struct regs;
	int status, signal = 0;
	long left;
	pid_t pid;

	if (argc < 3)
		return 2;
	left = atol(argv[1]);
	pid = fork();
	if (!pid)
		_exit(run(argv + 2));
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status))
		return 2;
	/* PTRACE_O_EXITKILL: no command goes on without its stepper. */
	if (ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL))
		return 2;
	for (;;) {
		if (ptrace(PTRACE_SYSCALL, pid, NULL, signal) || waitpid(pid, &status, 0) != pid)
			return 2;
		if (!WIFSTOPPED(status))
			return 1;
		signal = WSTOPSIG(status);
		if (signal != (SIGTRAP | 0x80))
			continue;
		signal = 0;
		entry = !entry;
		if (!entry || ptrace(PTRACE_GETREGS, pid, NULL, &regs))
			continue;
		begun |= begins(regs.orig_rax);
		if (begun && counts(regs.orig_rax) && !left--) {
			kill(pid, SIGKILL);
			waitpid(pid, &status, 0);
			return 0;
		}
	}
}
