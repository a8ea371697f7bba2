/* SPDX-License-Identifier: GPL-2.0-only */
/* A VM of this very process, whose guest only halts: for what a VMM does to its VM. */
#ifndef SELFTESTS_TINY_H
#define SELFTESTS_TINY_H

#include <stdint.h>

struct tiny {
	int vm;
	int vcpu;
	void *memory;
	void *run;
	int run_size;
};

/* All return 0 or an errno */
int tiny_start(struct tiny *tiny);
/* One entry into the guest, which leaves it with a HLT for the VMM */
int tiny_run(struct tiny *tiny);
/* KVM_CAP_HALT_POLL */
int tiny_halt_poll(struct tiny *tiny, uint32_t max_ns);
void tiny_end(struct tiny *tiny);

#endif
