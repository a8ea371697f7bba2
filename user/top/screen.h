/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_TOP_SCREEN_H
#define _KVMLAT_TOP_SCREEN_H

#include "top.h"

/* -1 if nothing is known of the terminal. */
int screen_open(bool colour);

/* The terminal as it was; can be called twice. */
void screen_close(void);

/* The next key, -1 if there is none. */
int screen_key(void);

/* Draw all. Says how many rows fit in @t->page. */
void screen_draw(struct top *t);

/* Would the pane take histograms at this size? */
bool screen_histograms(const struct top *t);

#endif /* _KVMLAT_TOP_SCREEN_H */
