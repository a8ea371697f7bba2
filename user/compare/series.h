/* SPDX-License-Identifier: GPL-2.0-only */
/* What VMs or their vCPUs did, interval by interval. */
#ifndef _KVMLAT_COMPARE_SERIES_H
#define _KVMLAT_COMPARE_SERIES_H

#include "lib/kvmlat.h"
#include "model/guests.h"

/* Of a longer recording intervals go together. */
#define MAX_UNITS	512

#define NO_VCPU		UINT32_MAX

/** struct member - a VM, or one of its vCPUs; of no time where it was not there */
struct member {
	char			guest[KVMLAT_NAME_SIZE];
	uint32_t		vm_id;
	uint32_t		vcpu_id;
	struct kvmlat_account	accounts[MAX_UNITS];
};

/**
 * struct series - all zero at first
 * @by_vcpu: members are vCPUs
 * @width: how long a unit shall be at least
 */
struct series {
	bool		by_vcpu;
	uint32_t	vendor;
	uint64_t	width;
	size_t		nr_units;
	size_t		nr;
	struct member	**all;
};

/* The next interval, which took @ns. -1 if memory is short. */
int series_add(struct series *s, const struct kvmlat_snapshot *delta, const struct guests *guests,
	       uint64_t ns);

/* The same guest, or if it has no name the same VM; NULL if there is none. */
const struct member *series_find(const struct series *s, const struct member *like);
void series_free(struct series *s);

#endif /* _KVMLAT_COMPARE_SERIES_H */
