/* SPDX-License-Identifier: GPL-2.0-only */
/* How the probes come and go with kvm.ko, and the notice of a VM's end. */
#ifndef KVMLAT_ATTACH_H
#define KVMLAT_ATTACH_H

#include <linux/types.h>

struct kvmlat_attach_info {
	const char *name;
	bool attached;
	const char *why;	/* one sentence, NULL when attached */
};

/* The n-th hook, false when there are no more. */
bool kvmlat_attach_info(unsigned int n, struct kvmlat_attach_info *info);
int kvmlat_attach_init(void);
void kvmlat_attach_exit(void);

#endif
