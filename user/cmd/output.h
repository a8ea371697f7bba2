/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_OUTPUT_H
#define _KVMLAT_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

/*
 * The file of --output, begun anew. It is appended to, as log files are: after somebody has
 * truncated it, it has no hole. An exit code, having complained.
 */
int output_open(FILE **to, const char *path);

/*
 * The same in two steps: whether it can be written is known, but what is in it stays until there
 * is something to write. @is_new: it was not there; whoever does not begin it has to remove it.
 */
int output_try(FILE **to, const char *path, bool *is_new);
int output_overwrite(FILE *to);

/* After it was renamed: what is there now, or a new one, is gone on with. Likewise. */
int output_reopen(FILE **to, const char *path);

/* Nothing stays in memory when others read, and a full disk or a reader that went is no secret. */
int output_flush(FILE *to);

#endif /* _KVMLAT_OUTPUT_H */
