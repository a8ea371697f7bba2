/* SPDX-License-Identifier: GPL-2.0-only */
/* What the module hooks: KVM's tracepoints by name, and the end of a VM. */
#ifndef KVMLAT_PROBE_H
#define KVMLAT_PROBE_H

#include <linux/types.h>

struct kvmlat_probe_info {
	const char *name;
	bool attached;
	const char *why;	/* one sentence, NULL when attached */
};

/* The n-th probe, false when there are no more. */
bool kvmlat_probe_info(unsigned int n, struct kvmlat_probe_info *info);
int kvmlat_probe_init(void);
void kvmlat_probe_exit(void);

#endif
