// SPDX-License-Identifier: GPL-2.0-only
/* The threads: those that run vCPUs, and the one that moves them about. */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "vmm.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static unsigned int nr_workers, nr_ready, nr_done;
static bool started;
static int done_fd = -1;

static pthread_t mover;
static bool mover_runs;
static bool mover_ends;
static uint64_t nr_moves;

static void worker_round(struct worker *w)
{
	for (unsigned int i = w->first; i < opt.vcpus; i += w->stride)
		vcpu_round(&w->vm->vcpus[i]);
}

static bool worker_stopped(struct worker *w)
{
	return __atomic_load_n(&w->vm->vcpus[w->first].page->stop, __ATOMIC_RELAXED);
}

static void *worker_main(void *arg)
{
	struct worker *w = arg;
	uint64_t one = 1;

	w->tid = gettid();
	for (unsigned int i = w->first; i < opt.vcpus; i += w->stride) {
		w->vm->vcpus[i].tid = w->tid;
		vcpu_warm_up(&w->vm->vcpus[i]);
	}

	pthread_mutex_lock(&lock);
	nr_ready++;
	pthread_cond_broadcast(&changed);
	while (!started)
		pthread_cond_wait(&changed, &lock);
	pthread_mutex_unlock(&lock);

	for (uint64_t round = 0; opt.forever || round < opt.repeat; round++) {
		worker_round(w);
		if (worker_stopped(w))
			break;
	}
	for (unsigned int i = w->first; i < opt.vcpus; i += w->stride)
		stats_read(&w->vm->vcpus[i].at_end, w->vm->vcpus[i].fd);

	pthread_mutex_lock(&lock);
	if (++nr_done == nr_workers && write(done_fd, &one, sizeof(one)) != sizeof(one))
		die(EXIT_SYSTEM, "cannot write to an eventfd: %s", strerror(errno));
	/* The thread stays: its id is in the report, and a held VM keeps its threads */
	while (nr_done)
		pthread_cond_wait(&changed, &lock);
	pthread_mutex_unlock(&lock);
	return NULL;
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
	unsigned int nr = opt.fork ? 1 : opt.vms;
	cpu_set_t allowed, one;
	int first = -1;

	if (sched_getaffinity(0, sizeof(allowed), &allowed))
		die(EXIT_SYSTEM, "cannot read the allowed CPUs: %s", strerror(errno));
	while (!__atomic_load_n(&mover_ends, __ATOMIC_RELAXED)) {
		int cpu = first = next_cpu(&allowed, first);

		for (unsigned int v = 0; v < nr; v++)
			for (unsigned int i = 0; i < vms[v].nr_workers; i++) {
				CPU_ZERO(&one);
				CPU_SET(cpu, &one);
				if (sched_setaffinity(vms[v].workers[i].tid, sizeof(one), &one))
					die(EXIT_SYSTEM, "cannot move to CPU '%d': %s", cpu,
					    strerror(errno));
				nr_moves++;
				cpu = next_cpu(&allowed, cpu);
			}
		usleep(opt.migrate_us);
	}
	return NULL;
}

static void thread_start(pthread_t *thread, void *(*fn)(void *), void *arg)
{
	pthread_attr_t attr;
	int err;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 64 * 1024);
	err = pthread_create(thread, &attr, fn, arg);
	pthread_attr_destroy(&attr);
	if (err)
		die(EXIT_SYSTEM, "cannot create a thread: %s", strerror(err));
}

void workers_start(struct vm *vms, unsigned int nr)
{
	done_fd = eventfd(0, EFD_CLOEXEC);
	if (done_fd < 0)
		die(EXIT_SYSTEM, "cannot create an eventfd: %s", strerror(errno));
	nr_workers = nr * opt.threads;
	for (unsigned int v = 0; v < nr; v++) {
		vms[v].workers = calloc(opt.threads, sizeof(*vms[v].workers));
		if (!vms[v].workers)
			die(EXIT_SYSTEM, "no memory for '%u' threads", opt.threads);
		vms[v].nr_workers = opt.threads;
		for (unsigned int i = 0; i < opt.threads; i++) {
			struct worker *w = &vms[v].workers[i];

			w->vm = &vms[v];
			w->first = i;
			w->stride = opt.threads;
			thread_start(&w->thread, worker_main, w);
		}
	}

	pthread_mutex_lock(&lock);
	while (nr_ready < nr_workers)
		pthread_cond_wait(&changed, &lock);
	pthread_mutex_unlock(&lock);
}

void workers_go(struct vm *vms)
{
	if (opt.migrate_us) {
		thread_start(&mover, mover_main, vms);
		mover_runs = true;
	}
	pthread_mutex_lock(&lock);
	started = true;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
}

int workers_done_fd(void)
{
	return done_fd;
}

void mover_stop(void)
{
	if (!mover_runs)
		return;
	__atomic_store_n(&mover_ends, true, __ATOMIC_RELAXED);
	pthread_join(mover, NULL);
	mover_runs = false;
}

void workers_join(struct vm *vms, unsigned int nr)
{
	pthread_mutex_lock(&lock);
	nr_done = 0;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
	for (unsigned int v = 0; v < nr; v++)
		for (unsigned int i = 0; i < vms[v].nr_workers; i++)
			pthread_join(vms[v].workers[i].thread, NULL);
}

uint64_t migrations(void)
{
	return nr_moves;
}
