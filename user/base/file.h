/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_FILE_H
#define _KVMLAT_FILE_H

#include <stddef.h>

/* The whole text, for free(); NULL with errno. */
char *file_read(const char *path);

/* Through a file beside it and a rename, so that no reader sees half of it. -1 with errno. */
int file_replace(const char *path, const char *text);

#endif /* _KVMLAT_FILE_H */
