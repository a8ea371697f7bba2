/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_RECORD_HOST_FACTS_H
#define _KVMLAT_RECORD_HOST_FACTS_H

#include "bytes.h"
#include "lib/kvmlat.h"

/*
 * What the host is like now: its kernel, CPUs, mitigations, clock and the parameters of KVM, and
 * where the threads of vCPUs may run. @root as in host.h. What cannot be read is not there.
 */
void put_host_facts(struct bytes *to, const char *root, const struct kvmlat_info *info,
		    const struct kvmlat_snapshot *snap);

#endif /* _KVMLAT_RECORD_HOST_FACTS_H */
