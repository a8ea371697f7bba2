/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_FILE_H
#define _KVMLAT_FILE_H

#include <stddef.h>

/* The whole text, for free(); NULL with errno. One that has a NUL goes on behind it: @len tells. */
char *file_read(const char *path);
char *file_read_sized(const char *path, size_t *len);

/* Through a file beside it and a rename, so that no reader sees half of it. -1 with errno. */
int file_replace(const char *path, const char *text);

#endif /* _KVMLAT_FILE_H */
