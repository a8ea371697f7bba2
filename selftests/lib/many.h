/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A VM of this very process with many vCPUs, for threads that run them as they like. One run of a
 * vCPU is MANY_CPUIDS exits that KVM handles and a HLT that it leaves to us.
 */
#ifndef SELFTESTS_MANY_H
#define SELFTESTS_MANY_H

#include <stdint.h>

#define MANY_CPUIDS	8

struct many {
	int vm;
	void *memory;
	int run_size;
	unsigned int nr;
	struct many_vcpu {
		int fd;
		struct kvm_run *run;
	} *vcpus;
};

/* All return 0 or an errno. The vCPUs' ids are 0, @stride, 2 * @stride, ... */
int many_start(struct many *many, unsigned int nr, unsigned int stride);
int many_run(const struct many *many, unsigned int vcpu);
/* KVM_RUN that comes back at once, with nothing of the guest done */
int many_bounce(const struct many *many, unsigned int vcpu);
/* Another ioctl, for which KVM loads the vCPU too */
int many_look(const struct many *many, unsigned int vcpu);
void many_end(struct many *many);

#endif
