// SPDX-License-Identifier: GPL-2.0-only
/* Where a vCPU is put together, of as many messages as it takes. */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/* A vCPU of which nothing is known yet but where its arrays will be. */
void kvmlat_draft_begin(struct kvmlat_draft *d)
{
	const struct kvmlat_account *a = &d->vcpu.account;

	d->vcpu = (struct kvmlat_vcpu) {
		.account = {
			.reasons = a->reasons,
			.preemptors = a->preemptors,
			.details = a->details,
		},
	};
	d->nr_buckets = 0;
}

/* The array with room for one more than *n; NULL if memory is short. */
void *kvmlat_draft_array(void *array, size_t n, size_t *room, size_t size)
{
	size_t more = *room ? 2 * *room : 16;

	if (n < *room)
		return array;
	array = realloc(array, more * size);
	if (array)
		*room = more;
	return array;
}

/* Rows point into the array of buckets, which may move. */
int kvmlat_draft_buckets(struct kvmlat_draft *d, size_t n)
{
	struct kvmlat_account *a = &d->vcpu.account;
	struct kvmlat_bucket *buckets;
	size_t i, at, room = d->room_buckets;

	if (d->nr_buckets + n <= room)
		return 0;
	room = 2 * (d->nr_buckets + n);
	buckets = realloc(d->buckets, room * sizeof(*buckets));
	if (!buckets)
		return -1;
	d->buckets = buckets;
	d->room_buckets = room;
	for (i = at = 0; i < a->nr_reasons; i++) {
		a->reasons[i].buckets = buckets + at;
		at += a->reasons[i].nr_buckets;
	}
	return 0;
}

static int by_reason(const void *a, const void *b)
{
	const struct kvmlat_reason * const *x = a, * const *y = b;

	return kvmlat_cmp_reason(*x, *y);
}

int kvmlat_draft_done(struct kvmlat_draft *d, struct kvmlat_vcpu *v, struct kvmlat_error *err)
{
	struct kvmlat_account *a = &d->vcpu.account;
	const struct kvmlat_reason *few[80], **rows = few;
	size_t i, at;
	int ret;

	if (a->nr_reasons > ARRAY_SIZE(few))
		rows = malloc(a->nr_reasons * sizeof(*rows));
	if (!rows)
		return kvmlat_fail(err, KVMLAT_E_SYSTEM, 0, "out of memory");
	/* A dozen in the order of their first event: pointers are all that moves. */
	for (i = 0; i < a->nr_reasons; i++) {
		const struct kvmlat_reason *r = &a->reasons[i];

		for (at = i; rows == few && at && kvmlat_cmp_reason(rows[at - 1], r) > 0; at--)
			rows[at] = rows[at - 1];
		rows[at] = r;
	}
	if (rows != few)
		qsort(rows, a->nr_reasons, sizeof(*rows), by_reason);
	kvmlat_sort_details(a);
	/* Differences have room for each row's buckets once. */
	for (i = 1; i < a->nr_reasons && kvmlat_cmp_reason(rows[i - 1], rows[i]) < 0; i++)
		;
	if (i < a->nr_reasons) {
		ret = kvmlat_fail(err, KVMLAT_E_PROTOCOL, 0,
				  "vCPU %u of VM %u has the row of class %u, code %u twice",
				  d->vcpu.vcpu_id, d->vcpu.vm_id, rows[i]->cls, rows[i]->code);
	} else {
		*v = d->vcpu;
		ret = kvmlat_store_pack(&v->account, rows, a->nr_reasons);
		if (ret) {
			/* The arrays are the draft's. */
			memset(v, 0, sizeof(*v));
			kvmlat_fail(err, KVMLAT_E_SYSTEM, 0, "out of memory");
		}
	}
	if (rows != few)
		free(rows);
	return ret;
}

void kvmlat_draft_free(struct kvmlat_draft *d)
{
	free(d->vcpu.account.reasons);
	free(d->vcpu.account.preemptors);
	free(d->vcpu.account.details);
	free(d->buckets);
}
