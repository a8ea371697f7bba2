/* SPDX-License-Identifier: GPL-2.0-only */
/* Texts and figures in HTML and SVG. */
#ifndef _KVMLAT_PAGE_MARKUP_H
#define _KVMLAT_PAGE_MARKUP_H

#include <stdint.h>
#include <stdio.h>

/* Whatever it is, it is shown as it is: names are those of whoever chose them. */
void put_escaped(FILE *to, const char *text);

/* As short as a coordinate can be: "12", "12.5". */
void put_number(FILE *to, double value);

/* "71.4 µs" */
void put_time(FILE *to, double ns);

/* "web", or "VM 3" if it has no name. */
void put_guest(FILE *to, const char *guest, uint32_t vm_id);

#endif /* _KVMLAT_PAGE_MARKUP_H */
