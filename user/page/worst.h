/* SPDX-License-Identifier: GPL-2.0-only */
/* The longest of many outliers, each with its sentence. */
#ifndef _KVMLAT_PAGE_WORST_H
#define _KVMLAT_PAGE_WORST_H

#include "model/selection.h"
#include "record/recording.h"

#define MAX_WORST	120

/** struct late - an outlier, @at by CLOCK_MONOTONIC; @text is why, @head of whom */
struct late {
	int64_t		at;
	uint64_t	total;
	uint32_t	kind;
	uint32_t	vm_id;
	uint32_t	vcpu_id;
	char		*text;
	char		guest[KVMLAT_NAME_SIZE];
};

/** struct worst - all zero at first; a heap, the least bad on top, until worst_sort() */
struct worst {
	size_t		nr;
	struct late	all[MAX_WORST];
};

/* -1 if memory is short. */
int worst_add(struct worst *w, const struct interval *in, const struct kvmlat_outlier *o);

/* The longest first. */
void worst_sort(struct worst *w);
void worst_free(struct worst *w);

#endif /* _KVMLAT_PAGE_WORST_H */
