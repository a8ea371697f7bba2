// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "outliers.h"

/* What an outlier points to, in one piece: its waker and then its parts. */
static bool copy_beside(struct kvmlat_outlier *o)
{
	size_t parts = o->nr_parts * sizeof(*o->parts);
	struct kvmlat_waker *waker;

	if (!parts && !o->waker)
		return true;
	waker = malloc(sizeof(*waker) + parts);
	if (!waker)
		return false;
	memset(waker, 0, sizeof(*waker));
	if (o->waker)
		*waker = *o->waker;
	if (parts)
		memcpy(waker + 1, o->parts, parts);
	/* free_beside() finds the piece by the parts, also if there are none */
	o->parts = (const struct kvmlat_part *)(waker + 1);
	if (o->waker)
		o->waker = waker;
	return true;
}

static void free_beside(struct kvmlat_outlier *o)
{
	if (o->parts)
		free((struct kvmlat_waker *)o->parts - 1);
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
	if (!o->nr_parts)
		o->parts = NULL;
	if (!copy_beside(o))
		return false;
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
