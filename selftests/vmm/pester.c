// SPDX-License-Identifier: GPL-2.0-only
/* Threads that disturb those that run vCPUs: one moves them about, one sends them signals. */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "vmm.h"

static pthread_t mover, kicker;
static bool ends;
static unsigned int nr_vms;
static uint64_t nr_moves, nr_kicks;

static bool has_ended(void)
{
	return __atomic_load_n(&ends, __ATOMIC_RELAXED);
}

static int next_cpu(const cpu_set_t *allowed, int cpu)
{
	do {
		cpu = (cpu + 1) % CPU_SETSIZE;
	} while (!CPU_ISSET(cpu, allowed));
	return cpu;
}

/* Each pass puts every thread on the CPU after its last one */
static void *mover_main(void *arg)
{
	struct vm *vms = arg;
	cpu_set_t allowed, one;
	int first = -1;

	if (sched_getaffinity(0, sizeof(allowed), &allowed))
		die(EXIT_SYSTEM, "cannot read the allowed CPUs: %s", strerror(errno));
	while (!has_ended()) {
		int cpu = first = next_cpu(&allowed, first);

		for (unsigned int v = 0; v < nr_vms; v++)
			for (unsigned int i = 0; i < vms[v].nr_workers; i++) {
				CPU_ZERO(&one);
				CPU_SET(cpu, &one);
				/* A CPU can go offline at any time */
				if (!sched_setaffinity(vms[v].workers[i].tid, sizeof(one), &one))
					nr_moves++;
				else if (errno != EINVAL)
					die(EXIT_SYSTEM, "cannot move to CPU '%d': %s", cpu,
					    strerror(errno));
				cpu = next_cpu(&allowed, cpu);
			}
		usleep(opt.migrate_us);
	}
	return NULL;
}

static void on_kick(int signal)
{
	(void)signal;
}

static void *kicker_main(void *arg)
{
	struct vm *vms = arg;

	while (!has_ended()) {
		usleep(opt.kick_us);
		for (unsigned int v = 0; v < nr_vms; v++)
			for (unsigned int i = 0; i < vms[v].nr_workers; i++) {
				pid_t tid = __atomic_load_n(&vms[v].workers[i].tid,
							    __ATOMIC_RELAXED);

				/* With --relay the thread may have ended just now */
				if (!syscall(SYS_tgkill, getpid(), tid, SIGUSR1))
					nr_kicks++;
			}
	}
	return NULL;
}

void pesters_start(struct vm *vms, unsigned int nr)
{
	struct sigaction action = { .sa_handler = on_kick };

	nr_vms = nr;
	if (opt.migrate_us)
		thread_start(&mover, mover_main, vms);
	if (opt.kick_us) {
		sigaction(SIGUSR1, &action, NULL);
		thread_start(&kicker, kicker_main, vms);
	}
}

void pesters_stop(void)
{
	__atomic_store_n(&ends, true, __ATOMIC_RELAXED);
	if (opt.migrate_us)
		pthread_join(mover, NULL);
	if (opt.kick_us)
		pthread_join(kicker, NULL);
}

uint64_t migrations(void)
{
	return nr_moves;
}

uint64_t kicks(void)
{
	return nr_kicks;
}
