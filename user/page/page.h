/* SPDX-License-Identifier: GPL-2.0-only */
/* A report as one page of HTML that needs nothing else. */
#ifndef _KVMLAT_PAGE_PAGE_H
#define _KVMLAT_PAGE_PAGE_H

#include "chart.h"
#include "show/report.h"
#include "timeline.h"
#include "worst.h"

/**
 * struct page - all zero at first, but for @report, which is of the same time
 */
struct page {
	struct report		*report;
	struct timeline		timeline;
	struct worst		worst;
	struct moments		moments;
};

/**
 * page_write - when all was put into the timeline and the outliers
 * @whole: what happened in all of the time
 * @in: its last interval
 *
 * -1 if memory is short.
 */
int page_write(FILE *to, struct page *page, const struct kvmlat_snapshot *whole,
	       const struct interval *in);
void page_free(struct page *page);

#endif /* _KVMLAT_PAGE_PAGE_H */
