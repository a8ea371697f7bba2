/* SPDX-License-Identifier: GPL-2.0-only */
/* The rows of an account with their histograms: what changed in them. */
#ifndef _KVMLAT_RECORD_ROWS_H
#define _KVMLAT_RECORD_ROWS_H

#include "bytes.h"
#include "lib/kvmlat.h"

/* Those rows of @a that are other than in @older. @now is the clock that times count back from. */
void put_rows(struct bytes *to, const struct kvmlat_account *a, const struct kvmlat_account *older,
	      uint64_t now);

/**
 * struct rows - where rows are read to, of one vCPU after the other; all zero at first
 * @newer: of the account as it is then, ascending; pointers to @read or to rows of before
 * @older: of the account as it was before, where what was read tells more than was known of it
 */
struct rows {
	size_t				nr_read;
	size_t				room_read;
	struct kvmlat_reason		*read;
	size_t				nr_buckets;
	size_t				room_buckets;
	struct kvmlat_bucket		*buckets;
	size_t				room;
	size_t				nr_newer;
	const struct kvmlat_reason	**newer;
	size_t				nr_older;
	const struct kvmlat_reason	**older;
	bool				no_memory;
};

/* What put_rows wrote, put into the rows of @base, which may have missed some of it. */
void get_rows(struct input *in, const struct kvmlat_account *base, uint64_t now, bool missed,
	      struct rows *rows);
void rows_free(struct rows *rows);

#endif /* _KVMLAT_RECORD_ROWS_H */
