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

struct options {
	struct guest_op ops[GUEST_MAX_OPS];
	unsigned int nr_ops;
	unsigned int vcpus;
	unsigned int vms;
	unsigned int threads;
	unsigned int hlt_us;
	unsigned int migrate_us;
	uint64_t repeat;
	bool forever;
	bool fork;
	bool hold;
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

struct vcpu {
	struct vm *vm;
	unsigned int id;
	int fd;
	struct kvm_run *run;
	struct guest_page *page;
	pid_t tid;
	uint64_t user_io;	/* PORT_WORK */
	uint64_t user_mmio;
	uint64_t ready;
	uint64_t ends;
	struct stats at_gate;
	struct stats at_end;
};

struct vm {
	unsigned int index;
	int fd;
	void *mem;
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

extern struct options opt;

void options_parse(int argc, char **argv);

void die(int status, const char *fmt, ...) __attribute__((format(printf, 2, 3), noreturn));

/* vm.c */
extern int kvm_fd;
void kvm_open(void);
void vm_create(struct vm *vm, unsigned int index);
void vm_stop(struct vm *vm);

/* vcpu.c */
void vcpu_create(struct vm *vm, unsigned int id);
void vcpu_warm_up(struct vcpu *vcpu);
void vcpu_round(struct vcpu *vcpu);

/* worker.c */
void workers_start(struct vm *vms, unsigned int nr);

void workers_go(struct vm *vms);
void mover_stop(void);
int workers_done_fd(void);
void workers_join(struct vm *vms, unsigned int nr);
uint64_t migrations(void);

/* wait.c */
void signals_block(void);
int signals_fd(void);
void wait_for_gate(void);
void wait_for_workers(struct vm *vms, unsigned int nr);
void wait_for_release(void);
bool was_stopped(void);

/* stats.c */
void stats_read(struct stats *stats, int vcpu_fd);
bool stats_find(const struct stats *stats, const char *name, uint64_t *value);

/* report.c */
bool report_vm(const struct vm *vm);

/* fork.c */
int run_forked(char **argv);

#endif
