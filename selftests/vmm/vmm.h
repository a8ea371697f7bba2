/* SPDX-License-Identifier: GPL-2.0-only */
/* The VMM's shared types: options, a VM, its vCPUs and the threads that run them. */
#ifndef VMM_H
#define VMM_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "guest.h"

enum {
	EXIT_WRONG = 1,		/* the guest did not do what it was told, or counts disagree */
	EXIT_USAGE = 2,
	EXIT_NO_KVM = 3,	/* no /dev/kvm, no permission, or too old */
	EXIT_SYSTEM = 4,	/* KVM or the system refused a request */
};

struct kvm_sregs;

struct options {
	struct guest_op ops[GUEST_MAX_OPS];
	unsigned int nr_ops;
	unsigned int vcpus;	/* those that run the orders */
	unsigned int late;	/* of those the last, that run first when the gate is open */
	unsigned int idle;	/* and those that are created and never run */
	unsigned int asleep;	/* and those that wait in KVM_RUN for a start that never comes */
	unsigned int vms;
	unsigned int threads;
	unsigned int hlt_us;
	unsigned int migrate_us;
	unsigned int kick_us;
	int cpus[64];
	unsigned int nr_cpus;
	uint64_t repeat;
	bool forever;
	bool fork;
	bool hold;
	bool relay;
	bool xen;
	const char *gate;
	const char *name;
	/* Set in the children of --fork: which VM this is, and the socket to the parent */
	int index;
	int parent_fd;
};

struct stats {
	char *names;
	uint64_t *values;
	unsigned int nr;
	unsigned int name_size;
};

struct vm;

/* How often KVM_RUN came back, by KVM_EXIT_*; a signal's EINTR has none */
#define NR_RETURNS 64

struct returns {
	uint64_t exit[NR_RETURNS];
	uint64_t interrupted;
};

struct vcpu {
	struct vm *vm;
	unsigned int id;
	int fd;
	struct kvm_run *run;
	struct guest_page *page;
	int tsc_khz;
	pid_t tid;
	/* Of each order: what the VMM has seen of it */
	uint64_t answered[GUEST_MAX_OPS];
	uint64_t ready;
	uint64_t ends;
	uint64_t spun_ns;
	uint64_t slept_ns;
	struct returns returns_at_gate;
	struct returns returns;
	struct stats at_gate;
	struct stats at_end;
};

struct vm {
	unsigned int index;
	int fd;
	void *mem;
	uint32_t page_directory;	/* 0: the guest does without paging */
	struct vcpu *vcpus;
	struct worker *workers;
	unsigned int nr_workers;
};

struct worker {
	struct vm *vm;
	unsigned int first;	/* runs vCPUs first, first + stride, ... */
	unsigned int stride;
	pthread_t thread;
	pid_t tid;
};

/* options.c */
extern struct options opt;
void options_parse(int argc, char **argv);

/* A VM's vCPUs: first those that run, then the idle ones, then those asleep in KVM */
static inline unsigned int vcpus_all(void)
{
	return opt.vcpus + opt.idle + opt.asleep;
}

/* die.c */
void die(int status, const char *fmt, ...) __attribute__((format(printf, 2, 3), noreturn));

/* vm.c */
extern int kvm_fd;
void kvm_open(void);
void vm_create(struct vm *vm, unsigned int index);
void vm_stop(struct vm *vm);

/* vcpu.c */
void vcpu_create(struct vm *vm, unsigned int id);
bool wants(uint32_t kind);
void vcpu_warm_up(struct vcpu *vcpu);
void vcpu_round(struct vcpu *vcpu);
/* Of ticks of its TSC */
uint64_t vcpu_ns(const struct vcpu *vcpu, uint64_t ticks);
void vcpu_sleep_in_kvm(struct vcpu *vcpu);

/* worker.c */
void workers_start(struct vm *vms, unsigned int nr);
void workers_go(void);
int workers_done_fd(void);
void thread_start(pthread_t *thread, void *(*fn)(void *), void *arg);
void workers_join(struct vm *vms, unsigned int nr);

/* pester.c: threads that disturb the others */
void pesters_start(struct vm *vms, unsigned int nr);
void pesters_stop(void);
uint64_t migrations(void);
uint64_t kicks(void);

/* wait.c */
void signals_block(void);
int signals_fd(void);
void wait_for_gate(void);
void wait_for_workers(struct vm *vms, unsigned int nr);
void wait_for_release(void);
bool was_stopped(void);

/* nested.c */
void page_directory_fill(void *directory);
void nested_sregs(const struct vcpu *vcpu, struct kvm_sregs *sregs);
void nested_prepare(const struct vcpu *vcpu, void *l2);

/* stats.c */
void stats_read(struct stats *stats, int vcpu_fd);
bool stats_find(const struct stats *stats, const char *name, uint64_t *value);

/* report.c */
bool report_vm(const struct vm *vm);

/* fork.c */
int run_forked(char **argv);

#endif
