/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_BASE_WRAP_H
#define _KVMLAT_BASE_WRAP_H

#include <stdio.h>

/* How wide the terminal is that is written to; 0 if that is none, or does not tell. */
unsigned int terminal_columns(FILE *to);

/*
 * Words, the first at column @at; further lines begin at column @indent. Lines are as long as those
 * of the terminal, but not too long to be read, and of 80 columns elsewhere.
 */
void wrap(FILE *to, const char *text, unsigned int at, unsigned int indent);

#endif /* _KVMLAT_BASE_WRAP_H */
