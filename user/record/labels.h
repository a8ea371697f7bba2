/* SPDX-License-Identifier: GPL-2.0-only */
/* Names of vCPUs' threads, which nobody can ask for after the threads ended. */
#ifndef _KVMLAT_RECORD_LABELS_H
#define _KVMLAT_RECORD_LABELS_H

#include "lib/kvmlat.h"

#define THREAD_SIZE	32

/** struct labels - one for each vCPU of a snapshot, in their order; all zero for none */
struct labels {
	size_t	nr;
	struct label {
		uint32_t	vm_id;
		uint32_t	vcpu_id;
		uint32_t	tid;
		char		thread[THREAD_SIZE];
	}	*all;
};

/*
 * Asks /proc for the names of threads that are not in @known, or of all, which may have others by
 * now. -1 if memory is short.
 */
int labels_learn(struct labels *labels, const struct kvmlat_snapshot *snap,
		 const struct labels *known);

/* "" for none. */
const char *labels_thread(const struct labels *labels, uint32_t vm_id, uint32_t vcpu_id);
void labels_free(struct labels *labels);

#endif /* _KVMLAT_RECORD_LABELS_H */
