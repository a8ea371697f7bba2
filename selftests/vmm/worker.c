// SPDX-License-Identifier: GPL-2.0-only
/* The threads that run vCPUs. */
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

void thread_start(pthread_t *thread, void *(*fn)(void *), void *arg)
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

static void worker_warms_up(struct worker *w, bool late)
{
	for (unsigned int i = w->first; i < opt.vcpus; i += w->stride)
		if ((i >= opt.vcpus - opt.late) == late)
			vcpu_warm_up(&w->vm->vcpus[i]);
}

static void worker_round(struct worker *w)
{
	for (unsigned int i = w->first; i < opt.vcpus; i += w->stride)
		vcpu_round(&w->vm->vcpus[i]);
}

static bool worker_stopped(struct worker *w)
{
	return __atomic_load_n(&w->vm->vcpus[w->first].page->stop, __ATOMIC_RELAXED);
}

static void worker_takes_over(struct worker *w)
{
	__atomic_store_n(&w->tid, gettid(), __ATOMIC_RELAXED);
	for (unsigned int i = w->first; i < opt.vcpus; i += w->stride)
		w->vm->vcpus[i].tid = w->tid;
}

static void *relay_main(void *arg)
{
	worker_takes_over(arg);
	worker_round(arg);
	return NULL;
}

static void pin(unsigned int n)
{
	int cpu = opt.cpus[n % opt.nr_cpus];
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	if (sched_setaffinity(0, sizeof(one), &one))
		die(EXIT_USAGE, "cannot run on CPU '%d': %s", cpu, strerror(errno));
}

static void *worker_main(void *arg)
{
	struct worker *w = arg;
	uint64_t one = 1;
	pthread_t relay;

	if (opt.nr_cpus)
		pin(w->vm->index * opt.threads + w->first);
	worker_takes_over(w);
	worker_warms_up(w, false);

	pthread_mutex_lock(&lock);
	nr_ready++;
	pthread_cond_broadcast(&changed);
	while (!started)
		pthread_cond_wait(&changed, &lock);
	pthread_mutex_unlock(&lock);
	worker_warms_up(w, true);

	for (uint64_t round = 0; opt.forever || round < opt.repeat; round++) {
		if (opt.relay) {
			thread_start(&relay, relay_main, w);
			pthread_join(relay, NULL);
		} else {
			worker_round(w);
		}
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

static void *sleeper_main(void *arg)
{
	vcpu_sleep_in_kvm(arg);
	return NULL;
}

void workers_start(struct vm *vms, unsigned int nr)
{
	pthread_t sleeper;

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
		for (unsigned int i = opt.vcpus + opt.idle; i < vcpus_all(); i++)
			thread_start(&sleeper, sleeper_main, &vms[v].vcpus[i]);
	}

	pthread_mutex_lock(&lock);
	while (nr_ready < nr_workers)
		pthread_cond_wait(&changed, &lock);
	pthread_mutex_unlock(&lock);
}

void workers_go(void)
{
	pthread_mutex_lock(&lock);
	started = true;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
}

int workers_done_fd(void)
{
	return done_fd;
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
