/* SPDX-License-Identifier: GPL-2.0-only */
/* The parts of a page, from above. */
#ifndef _KVMLAT_PAGE_DRAW_H
#define _KVMLAT_PAGE_DRAW_H

#include "markup.h"
#include "page.h"

extern const char page_style[];
extern const char page_script[];

/* What is wrong and what to try, in words; @all is the sample of all vCPUs together. */
void draw_verdict(FILE *to, const struct page *page, const struct sample *all);

/* Outliers on a time line, and a sentence for each. */
void draw_worst(FILE *to, const struct page *page);

/* How many events were how long, over time. */
void draw_heats(FILE *to, const struct page *page);
void draw_states(FILE *to, struct page *page);

/* Of each reason which share took how long. */
void draw_curves(FILE *to, const struct sample *exits, const struct sample *spans);

/* Changes of knobs, VMs, and what the host was like. */
void draw_changes(FILE *to, const struct page *page);
void draw_host(FILE *to, const struct page *page);

#endif /* _KVMLAT_PAGE_DRAW_H */
