// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/*
 * A preemption is of the interval in which it ends, as in the row of its class. @to has room for
 * all of @newer.
 */
void kvmlat_preemptors_delta(struct kvmlat_account *to, const struct kvmlat_account *newer,
			     const struct kvmlat_account *older)
{
	size_t i;

	to->nr_preemptors = 0;
	for (i = 0; i < newer->nr_preemptors; i++) {
		const struct kvmlat_preemptor *p = &newer->preemptors[i];

		if (!older || p->at + p->time > older->end)
			to->preemptors[to->nr_preemptors++] = *p;
	}
}

static int cmp_preemptor(const void *a, const void *b)
{
	const struct kvmlat_preemptor *x = a, *y = b;

	return (x->at > y->at) - (x->at < y->at);
}

int kvmlat_preemptors_merge(struct kvmlat_account *into, const struct kvmlat_account *from)
{
	size_t n = into->nr_preemptors + from->nr_preemptors;
	struct kvmlat_preemptor *all;

	if (!from->nr_preemptors)
		return 0;
	all = realloc(into->preemptors, n * sizeof(*all));
	if (!all)
		return -1;
	memcpy(all + into->nr_preemptors, from->preemptors,
	       from->nr_preemptors * sizeof(*all));
	into->preemptors = all;
	into->nr_preemptors = n;
	qsort(all, n, sizeof(*all), cmp_preemptor);
	return 0;
}
