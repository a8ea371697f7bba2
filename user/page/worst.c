// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "show/watch.h"
#include "worst.h"

static void swap(struct late *a, struct late *b)
{
	struct late c = *a;

	*a = *b;
	*b = c;
}

static void sift_down(struct worst *w, size_t i)
{
	size_t least, n;

	for (;; i = least) {
		least = i;
		for (n = 2 * i + 1; n <= 2 * i + 2 && n < w->nr; n++)
			if (w->all[n].total < w->all[least].total)
				least = n;
		if (least == i)
			return;
		swap(&w->all[i], &w->all[least]);
	}
}

static void sift_up(struct worst *w, size_t i)
{
	for (; i && w->all[i].total < w->all[(i - 1) / 2].total; i = (i - 1) / 2)
		swap(&w->all[i], &w->all[(i - 1) / 2]);
}

int worst_add(struct worst *w, const struct interval *in, const struct kvmlat_outlier *o)
{
	const char *guest = guests_name(in->guests, o->vm_id);
	char text[OUTLIER_TEXT_SIZE], *copy;
	struct causes causes;
	struct late *to;

	if (w->nr == MAX_WORST && o->total <= w->all[0].total)
		return 0;
	causes_of(o, in->newer->vendor, &causes);
	copy = strdup(outlier_text(o, &causes, text, sizeof(text)));
	if (!copy)
		return -1;
	to = &w->all[w->nr < MAX_WORST ? w->nr++ : 0];
	free(to->text);
	*to = (struct late){
		.at = (int64_t)(o->end + in->newer->monotonic - in->newer->now),
		.total = o->total, .kind = o->kind, .vm_id = o->vm_id, .vcpu_id = o->vcpu_id,
		.text = copy,
	};
	snprintf(to->guest, sizeof(to->guest), "%s", guest ? guest : "");
	if (to == &w->all[0])
		sift_down(w, 0);
	else
		sift_up(w, to - w->all);
	return 0;
}

static int longer(const void *a, const void *b)
{
	const struct late *x = a, *y = b;

	if (x->total != y->total)
		return x->total < y->total ? 1 : -1;
	return (x->at > y->at) - (x->at < y->at);
}

void worst_sort(struct worst *w)
{
	if (w->nr)
		qsort(w->all, w->nr, sizeof(*w->all), longer);
}

void worst_free(struct worst *w)
{
	while (w->nr)
		free(w->all[--w->nr].text);
}
