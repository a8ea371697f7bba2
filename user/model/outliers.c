// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "outliers.h"

static void *copy(const void *from, size_t size)
{
	void *to = malloc(size);

	return to ? memcpy(to, from, size) : NULL;
}

static void free_beside(struct kvmlat_outlier *o)
{
	free((void *)o->parts);
	free((void *)o->waker);
}

bool outliers_keep(struct outliers *list, const struct kvmlat_outlier *outlier)
{
	struct kvmlat_outlier *o;

	if (list->nr == list->room) {
		size_t room = list->room ? 2 * list->room : 64;
		struct kvmlat_outlier *all = realloc(list->all, room * sizeof(*all));

		if (!all)
			return false;
		list->all = all;
		list->room = room;
	}
	o = &list->all[list->nr];
	*o = *outlier;
	o->parts = NULL;
	o->waker = NULL;
	if (outlier->nr_parts)
		o->parts = copy(outlier->parts, outlier->nr_parts * sizeof(*o->parts));
	if (outlier->waker)
		o->waker = copy(outlier->waker, sizeof(*o->waker));
	if (!o->parts != !outlier->nr_parts || !o->waker != !outlier->waker) {
		free_beside(o);
		return false;
	}
	list->nr++;
	return true;
}

static int earlier(const void *a, const void *b)
{
	const struct kvmlat_outlier *x = a, *y = b;

	return (x->end > y->end) - (x->end < y->end);
}

void outliers_sort(struct outliers *list)
{
	if (list->nr)
		qsort(list->all, list->nr, sizeof(*list->all), earlier);
}

void outliers_forget(struct outliers *list)
{
	while (list->nr)
		free_beside(&list->all[--list->nr]);
}

void outliers_free(struct outliers *list)
{
	outliers_forget(list);
	free(list->all);
	memset(list, 0, sizeof(*list));
}
