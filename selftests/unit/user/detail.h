/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _USER_DETAIL_H
#define _USER_DETAIL_H

#include <stdint.h>

/*
 * The table of kmod/ledger/detail.h, whose names are also libkvmlat's, and what the module does to
 * it.
 */
#define SETS	16
#define WAYS	8

struct entry {
	uint64_t	key;
	uint64_t	count;
	uint64_t	total;
	uint64_t	longest;
	uint64_t	error;
};

struct kvmlat_detail_table {
	uint64_t	since;
	uint64_t	evicted;
	struct entry	entry[SETS][WAYS];
};

void kvmlat_detail_add(struct kvmlat_detail_table *d, uint64_t key, uint64_t ns);

#endif /* _USER_DETAIL_H */
