/* SPDX-License-Identifier: GPL-2.0-only */
/* How the tracepoints' probes come and go with kvm.ko. */
#ifndef KVMLAT_ATTACH_H
#define KVMLAT_ATTACH_H

#include <linux/types.h>

struct kvmlat_attach_info {
	const char *name;
	const char *why;	/* one sentence, NULL when attached, or to be when it is needed */
};

/* The clock is another. In the meantime no vCPU has an event. */
void kvmlat_attach_anew(void);

/* Details of exits are collected, or no longer: for probes of which nothing else comes. */
void kvmlat_attach_details(bool on);

/* The n-th tracepoint, false when there are no more. */
bool kvmlat_attach_info(unsigned int n, struct kvmlat_attach_info *info);
int kvmlat_attach_init(void);
void kvmlat_attach_exit(void);

#endif
