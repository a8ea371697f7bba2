// SPDX-License-Identifier: GPL-2.0-only
/*
 * The arrays of an account in one piece of memory, which accounts that hold the same share: a
 * snapshot that was refreshed has those of the one before for every vCPU that nothing happened to.
 */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/* Snapshots may be freed by other threads than use what they share. */
struct kvmlat_store {
	int	users;
};

struct kvmlat_bucket *kvmlat_store_new(struct kvmlat_account *a, size_t reasons, size_t buckets,
				       size_t preemptors, size_t details)
{
	struct kvmlat_store *store;
	size_t head = sizeof(*a->reasons);
	char *p;

	_Static_assert(sizeof(*store) <= sizeof(*a->reasons), "aligned by what it precedes");
	store = malloc(head + reasons * sizeof(*a->reasons) +
		       buckets * sizeof(struct kvmlat_bucket) +
		       preemptors * sizeof(*a->preemptors) + details * sizeof(*a->details));
	if (!store)
		return NULL;
	store->users = 1;
	p = (char *)store + head;
	a->store = store;
	a->reasons = (struct kvmlat_reason *)p;
	p += reasons * sizeof(*a->reasons);
	a->preemptors = (struct kvmlat_preemptor *)p;
	p += preemptors * sizeof(*a->preemptors);
	a->details = (struct kvmlat_detail *)p;
	p += details * sizeof(*a->details);
	return (struct kvmlat_bucket *)p;
}

void kvmlat_store_share(struct kvmlat_store *store)
{
	__atomic_add_fetch(&store->users, 1, __ATOMIC_RELAXED);
}

void kvmlat_store_put(struct kvmlat_store *store)
{
	if (!__atomic_sub_fetch(&store->users, 1, __ATOMIC_ACQ_REL))
		free(store);
}

int kvmlat_store_pack(struct kvmlat_account *a, const struct kvmlat_reason * const *rows,
		      size_t nr)
{
	const struct kvmlat_preemptor *preemptors = a->preemptors;
	const struct kvmlat_detail *details = a->details;
	struct kvmlat_bucket *buckets;
	size_t i, n = 0;

	for (i = 0; i < nr; i++)
		n += rows[i]->nr_buckets;
	buckets = kvmlat_store_new(a, nr, n, a->nr_preemptors, a->nr_details);
	if (!buckets)
		return -1;
	a->nr_reasons = nr;
	for (i = 0; i < nr; i++) {
		struct kvmlat_reason *to = &a->reasons[i];

		*to = *rows[i];
		to->buckets = buckets;
		if (to->nr_buckets)
			memcpy(buckets, rows[i]->buckets, to->nr_buckets * sizeof(*buckets));
		buckets += to->nr_buckets;
	}
	if (a->nr_preemptors)
		memcpy(a->preemptors, preemptors, a->nr_preemptors * sizeof(*preemptors));
	if (a->nr_details)
		memcpy(a->details, details, a->nr_details * sizeof(*details));
	return 0;
}

void kvmlat_account_free(struct kvmlat_account *a)
{
	size_t i;

	if (a->store) {
		kvmlat_store_put(a->store);
	} else {
		for (i = 0; i < a->nr_reasons; i++)
			free(a->reasons[i].buckets);
		free(a->reasons);
		free(a->preemptors);
		free(a->details);
	}
	memset(a, 0, sizeof(*a));
}

/* Each array into memory of its own, as kvmlat_merge() makes them. */
int kvmlat_store_leave(struct kvmlat_account *a)
{
	struct kvmlat_account own = { .nr_reasons = 0 };
	size_t i;

	if (!a->store)
		return 0;
	own.reasons = calloc(a->nr_reasons + 1, sizeof(*own.reasons));
	own.preemptors = malloc((a->nr_preemptors + 1) * sizeof(*own.preemptors));
	own.details = malloc((a->nr_details + 1) * sizeof(*own.details));
	if (!own.reasons || !own.preemptors || !own.details)
		goto fail;
	for (i = 0; i < a->nr_reasons; i++) {
		struct kvmlat_reason *to = &own.reasons[own.nr_reasons++];

		*to = a->reasons[i];
		to->buckets = malloc((to->nr_buckets + 1) * sizeof(*to->buckets));
		if (!to->buckets)
			goto fail;
		if (to->nr_buckets)
			memcpy(to->buckets, a->reasons[i].buckets,
			       to->nr_buckets * sizeof(*to->buckets));
	}
	if (a->nr_preemptors)
		memcpy(own.preemptors, a->preemptors, a->nr_preemptors * sizeof(*own.preemptors));
	if (a->nr_details)
		memcpy(own.details, a->details, a->nr_details * sizeof(*own.details));
	kvmlat_store_put(a->store);
	a->store = NULL;
	a->reasons = own.reasons;
	a->preemptors = own.preemptors;
	a->details = own.details;
	return 0;
fail:
	kvmlat_account_free(&own);
	return -1;
}
