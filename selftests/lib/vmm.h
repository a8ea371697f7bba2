/* SPDX-License-Identifier: GPL-2.0-only */
/* kvmlat-vmm as the tests drive it, and what it says that its guests did. */
#ifndef SELFTESTS_VMM_H
#define SELFTESTS_VMM_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "account.h"

struct vmm {
	pid_t pid;
	int in;
	FILE *out;
	int gate;
	char fifo[64];
};

struct known_reason {
	uint32_t class;
	char name[32];		/* as perf has it, too */
	uint32_t code;
	uint64_t life;		/* from the vCPU's first entry on */
	uint64_t run;		/* from the gate on */
	bool life_exact;
	bool run_exact;
};

/* An order: what it has done, by the guest's own count */
struct known_work {
	char kind[16];
	uint32_t arg;		/* as the guest has it: ns of a hlt, address of an mmio */
	uint64_t done;
};

/* How often KVM_RUN came back with a KVM_EXIT_*, or KVMLAT_USER_INTERRUPTED for EINTR */
struct known_return {
	uint32_t code;
	uint64_t life;
	uint64_t run;
};

struct known_vcpu {
	uint32_t vcpu;
	uint32_t tid;
	bool ok;
	struct known_work works[64];
	unsigned int nr_works;
	struct known_reason reasons[32];
	unsigned int nr_reasons;
	uint64_t exits;		/* KVM's own counter at the end, and at the gate */
	uint64_t exits_at_gate;
	struct known_return returns[16];
	unsigned int nr_returns;
	uint64_t timers;	/* of the order timer, and how late in all and at most */
	uint64_t late_ns;
	uint64_t latest_ns;
	uint64_t spun_ns;	/* in the VMM, by the orders uspin and usleep */
	uint64_t slept_ns;
	char *kvm_at_gate;	/* see known_stat() */
	char *kvm;
};

struct known_vm {
	uint32_t pid;
	uint64_t moves;
	uint32_t any_life[16];	/* codes that the VMM cannot foretell */
	uint32_t any_run[16];
	unsigned int nr_any_life;
	unsigned int nr_any_run;
	struct known_vcpu *vcpus;
	unsigned int nr_vcpus;
};

enum phase { LIFE, RUN };

/* As many vCPUs, with as many reasons, as a single VM can be expected to have */
#define VMM_MANY 1024
#define VMM_MANY_ARGS "--vcpus 1024 --threads 4 --do cpuid=4 --do pio=3 --do mmio=3 --do msr=5 " \
		      "--do rdmsr=2 --do irqwin=2 --do hypercall=3 --do wbinvd=2 --do cr=2 " \
		      "--do dr=2 --do rdpmc=2 --do ud=2 --do drrd=2 --do crrd=2"

/*
 * Starts the VMM with --start-gate and --hold and the space-separated @args, and returns when its
 * guests are at the gate. Returns 0 or an errno.
 */
int vmm_start(struct vmm *vmm, const char *args);
int vmm_open_gate(struct vmm *vmm);
/* Waits for the report of one VM; the guests are done then, the VM is held */
int vmm_report(struct vmm *vmm, struct known_vm *vm);
/* Ends a --forever, so that the report comes */
void vmm_stop(struct vmm *vmm);
/* Lets the VMM go and returns its exit status, -1 when it did not exit by itself */
int vmm_end(struct vmm *vmm);
void vmm_kill(struct vmm *vmm);
void known_free(struct known_vm *vm);
/* How often orders of the kind were done, and the sum of their arguments */
uint64_t known_done(const struct known_vcpu *v, const char *kind);
uint64_t known_arg_sum(const struct known_vcpu *v, const char *kind);
/* One of KVM's own counters of the vCPU */
uint64_t known_stat(const struct known_vcpu *v, enum phase phase, const char *name);
uint64_t known_returns(const struct known_vcpu *v, enum phase phase, uint32_t code);

/* NULL, or how the account differs from what the VMM knows */
const char *known_differs(const struct acct *acct, const struct known_vm *vm,
			  const struct known_vcpu *vcpu, enum phase phase);

#endif
